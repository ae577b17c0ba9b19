"""Whoever has every right that may stand beside a veil over names and employers opens nothing that says them: no page, no
export, no answer of the interface, no search. The same rights without it find them (docs/decisions/0700)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, RoleField, RolePermission, User
from expertpool.core.permissions import PERMISSIONS
from expertpool.draws.models import ReleaseRequest
from expertpool.draws.queries.requests import open_request
from expertpool.draws.services.releasing import decide_release
from expertpool.draws.services.sheet_files import store_sheet
from expertpool.experts.models import Expert
from expertpool.experts.queries.veils import VEILS
from tests.architecture import sealed as looks
from tests.architecture.sealed import Sealed, make_sealed, text_of
from tests.architecture.url_roles import RULES, score_and_pay
from tests.architecture.world import tell
from tests.factories.accounts import make_user
from tests.factories.experts import make_unit
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NAMES = "draws.names"
# With these characters begin the names of all experts here, and those of all their employers; nothing else does.
MARKS = {"欧阳": "name", "蓝鲸": "employer"}
# Units as such: no page of theirs says who works there.
REGISTER_OF_UNITS = "directory:"
# Letters of everybody, in development only; and pages by the link that somebody was sent: his own.
OF_NO_ROLE = {
    "notifications:outbox",
    *("experts:appeal", "experts:activate", "notices:link"),
}


@pytest.fixture(scope="module")
def sealed(once: Any, media_once: None) -> Sealed:
    """A world whose experts are called so that they are found wherever they stand; the names of its draw are public."""
    keys, create = count(1), Expert.objects.create

    def marked(**kw: Any) -> Expert:
        key = next(keys)
        if not kw["name"].startswith("欧阳"):  # beside those who are drawn
            kw["name"] = f"欧阳{chr(0x4E00 + 37 * key)}"
        kw["employer"] = kw.get("employer") or make_unit(f"蓝鲸{chr(0x4E00 + 41 * key)}设计院")
        return create(**kw)

    with once(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Expert.objects, "create", marked)
        found = make_sealed()
        score_and_pay(found.world)
        supervisor, now = found.world.users["supervisor"], timezone.now()
        asked = open_request(ReleaseRequest, found.draw)
        assert asked
        decide_release(request=asked, agree=True, note="", actor=supervisor, now=now)
        store_sheet(draw_id=found.draw.pk, now=now)
        return found


def clerk(sealed: Sealed, level: str = "masked") -> User:
    """Somebody with every right that keeps veils, but for the names of draws."""
    role = Role.objects.create(code=f"veiled-{level}", name=f"经办（{level}）")
    kept = [one.code for one in PERMISSIONS if one.keeps_veils and one.code != NAMES]
    RolePermission.objects.bulk_create(
        RolePermission(role=role, code=code, scope=Scope.ALL) for code in kept
    )
    RoleField.objects.bulk_create(
        RoleField(role=role, field=one.code, level=level) for one in VEILS
    )
    user = make_user(roles=(role,), department=sealed.world.users["admin"].department)
    tell(user)
    return user


def opened(sealed: Sealed, user: User) -> Iterator[tuple[str, HttpResponse]]:
    """Everything as ``user`` opens it, by a name."""
    for one in looks.addresses(
        sealed, user, only=[name for name in RULES if name not in OF_NO_ROLE]
    ):
        yield one.name, one.response
    yield from looks.pages(sealed, user)
    yield from looks.interface(sealed, user)
    yield from asked_for(sealed, user)


def asked_for(sealed: Sealed, user: User) -> Iterator[tuple[str, HttpResponse]]:
    """Lists that are asked for an expert, by his number, which all may know, and in the order of names."""
    client, number = login(Client(), user), sealed.drawn[0].number
    for name, query in (
        ("experts:list", {"q": number}),
        ("experts:list", {"sort": "name"}),
        ("experts:options", {"q": number}),
        ("core:search", {"q": number}),
    ):
        yield f"{name} {'q' if 'q' in query else 'sort'}", client.get(reverse(name), query)


def leaks(answers: Iterable[tuple[str, HttpResponse]]) -> set[str]:
    found = set()
    for name, response in answers:
        text = text_of(response)
        for mark, kind in MARKS.items():
            if mark in text and not (kind == "employer" and name.startswith(REGISTER_OF_UNITS)):
                found.add(f"{name}: {kind}")
    return found


@pytest.mark.long
@pytest.mark.shows("EXP-39")
def test_nothing_says_a_name_or_an_employer_to_whom_they_are_masked(sealed: Sealed) -> None:
    assert sorted(leaks(opened(sealed, clerk(sealed)))) == []


@pytest.mark.shows("EXP-39")
def test_nothing_but_unreadable_words_is_said_of_hidden_ones(sealed: Sealed) -> None:
    user = clerk(sealed, level="hidden")
    answers = dict(asked_for(sealed, user))
    assert leaks(answers.items()) == set()
    assert all("无权查看" in text_of(one) for name, one in answers.items() if name.endswith(" q"))


@pytest.mark.shows("EXP-39")
def test_the_same_rights_find_them_where_nobody_masks_them(sealed: Sealed) -> None:
    """Negative control."""
    user = clerk(sealed, level="plain")
    only = ("experts:list", "experts:detail", "experts:versions", "experts:employers")
    answers = [(one.name, one.response) for one in looks.addresses(sealed, user, only=only)]
    found = leaks([*answers, *asked_for(sealed, user), *looks.interface(sealed, user)])
    for name in ("experts:list", "experts:detail", "experts:options q", "core:search q"):
        assert {f"{name}: name", f"{name}: employer"} <= found
    assert {"experts:versions: name", "experts:employers: employer"} <= found
    assert {"api:expert_list: name", "api:expert_get: employer"} <= found
