"""Until the reveal time nobody learns who was drawn: not from a page, the interface, an export, a
search, a message, the log, what the program writes, a file or a row of the database. Afterwards
the same looks find it, so that they would have found it before. Rows, files and output while it is drawn:
`test_sealed_rows.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from expertpool.draws.models import ReleaseRequest
from expertpool.draws.queries.requests import open_request
from expertpool.draws.services.releasing import decide_release
from expertpool.draws.services.sheet_files import store_sheet
from expertpool.notifications.models import Message
from tests.architecture import sealed as looks
from tests.architecture.forms import mute_choices
from tests.architecture.sealed import (
    PAGES_OF_EXPERTS,
    Sealed,
    make_sealed,
    text_of,
)
from tests.architecture.test_url_roles import OWNER, complaints
from tests.architecture.url_roles import RULES, score_and_pay
from tests.architecture.world import ROLES

pytestmark = pytest.mark.django_db
DEVELOPMENT = "notifications:outbox"  # shows every message; not there in production


@pytest.fixture(scope="module")
def sealed(once: Any, media_once: None) -> Sealed:
    with once():
        found = make_sealed()
        score_and_pay(found.world)
        return found


def leaks(sealed: Sealed, answers: Iterable[tuple[str, HttpResponse]]) -> Iterator[str]:
    """Where ``answers``, by their names, tell who was drawn."""
    for name, response in answers:
        if name == DEVELOPMENT:
            continue
        text = text_of(response)
        tied = not name.startswith(PAGES_OF_EXPERTS) or any(
            mark in text for mark in sealed.draw_marks
        )
        for mark, kind in sealed.marks.items():
            if tied and mark in text:
                yield f"{name}: {kind}"


@pytest.mark.shows("DRAW-02", "DRAW-14", "SYS-06", "SYS-11")
@pytest.mark.parametrize("role", ROLES)
def test_no_page_and_no_endpoint_tells_before_the_time(
    sealed: Sealed, role: str, subtests: pytest.Subtests
) -> None:
    user = sealed.world.users[role]
    opened = list(looks.addresses(sealed, user))
    with subtests.test("nothing tells"):
        answers = [(one.name, one.response) for one in opened]
        answers += [*looks.pages(sealed, user), *looks.interface(sealed, user)]
        assert sorted(set(leaks(sealed, answers))) == []
    with subtests.test("each empty choice says 请选择"):
        mute = [f"{one.name}: {fault}" for one in opened for fault in mute_choices(one.response)]
        assert mute == [], "\n".join(mute)
    if role == OWNER:
        return  # of whom it is looked at beside what is his own
    with subtests.test("each answers as the table says"):
        found: list[str] = []
        for one in opened:
            found += complaints(one.name, RULES[one.name], role, one.response, one.url)
        assert found == [], "\n".join(found)


@pytest.mark.shows("DRAW-14")
def test_messages_to_others_do_not_tell(sealed: Sealed) -> None:
    own = {expert.name for expert in sealed.drawn}
    others = [row for row in Message.objects.all() if row.recipient not in own]
    assert others
    for message in others:
        for mark, kind in sealed.marks.items():
            assert mark not in f"{message.subject} {message.body} {message.address}", kind


@pytest.mark.shows("DRAW-14")
@pytest.mark.parametrize("role", ["admin", "operator", "auditor"])
def test_what_is_sealed_cannot_be_searched_for(sealed: Sealed, role: str) -> None:
    user = sealed.world.users[role]
    for name, response in looks.searches(sealed, user):
        assert response.status_code < 500
        text = text_of(response)
        assert not any(mark in text for mark in sealed.draw_marks), name


@pytest.mark.shows("DRAW-14")
def test_afterwards_the_same_looks_find_who_was_drawn(sealed: Sealed) -> None:
    """Negative control."""
    users, now = sealed.world.users, timezone.now()
    asked = open_request(ReleaseRequest, sealed.draw)
    assert asked
    decide_release(request=asked, agree=True, note="", actor=users["supervisor"], now=now)
    store_sheet(draw_id=sealed.draw.pk, now=timezone.now())
    user = users["operator"]
    named = ("draws:names", "draws:sheet_pdf")
    answers = [(one.name, one.response) for one in looks.addresses(sealed, user, only=named)]
    answers += [*looks.pages(sealed, user), *looks.interface(sealed, user)]
    found = set(leaks(sealed, answers))
    for leak in (
        "draws:names: name",
        "draws:names: number",
        "draws:replay with names: name",
        "draws:sheet_pdf: name",
        "draws:verify_record: number",
        "api:record_get: number",
        "api:name_list: name",
        "experts:detail draws: name",
    ):
        assert leak in found
    assert "draws_invitation: id" in set(looks.leaks_of_rows(sealed))
    assert any("name" in leak for leak in looks.leaks_of_files(sealed))
