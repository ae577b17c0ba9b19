"""Somebody with live SQL writes appeals against entries on the blacklist, or decides what an expert appealed: nobody shows, decides or
counts what he wrote, it is told, and the expert may appeal (docs/decisions/0483)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.mandates import forged_rows, vouch
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import BlacklistAppeal, BlacklistEntry, Expert
from expertpool.experts.queries.appeals import sound
from expertpool.experts.services.appeals import MOST, decide_appeal, file_appeal, tell_office
from expertpool.experts.services.blacklist import add_to_blacklist, remove_from_blacklist
from expertpool.experts.services.erasure import ERASERS
from expertpool.experts.services.telling import token_of
from expertpool.notifications.models import Message
from expertpool.workflow.services.approvals import start_approval
from tests.factories.accounts import make_user
from tests.factories.experts import make_appeal, make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
REASON = "两次都请过假，有记录"
FORGED = {"黑名单申诉": 1}
PROOF = BlacklistAppeal._meta.get_field("proof").says
TELLS = "不是专家在系统中提出"


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def first(db: None) -> User:
    return make_user("admin", username="first")


@pytest.fixture
def entry(first: User) -> BlacklistEntry:
    now = timezone.now() - timedelta(days=2)
    return add_to_blacklist(expert=make_expert("王小明"), reason="缺席两次", actor=first, now=now)


def written(entry: BlacklistEntry, also: str = "now()") -> BlacklistAppeal:
    """An appeal that nobody made; ``also``: when it was turned down, by nobody."""
    write(
        "INSERT INTO experts_blacklistappeal (entry_id, uid, reason, asked_at, note, agreed, decided_at)"  # noqa: S608 (ours)
        f" VALUES (%s, %s, 'x', now() - interval '3 days', '', {also})",
        entry.pk,
        uuid4(),
    )
    return BlacklistAppeal.objects.order_by("pk").last()  # type: ignore[return-value]


def pages(entry: BlacklistEntry, admin: User) -> tuple[str, str]:
    """What its expert sees behind his link, and the office in the drawer."""
    own = Client().get(reverse("experts:appeal", args=[token_of(entry)]))
    office = login(Client(), admin).get(reverse("experts:blacklist_entry", args=[entry.pk]))
    return own.content.decode(), office.content.decode()


def test_what_nobody_appealed_is_decided_by_nobody_and_takes_no_place(
    entry: BlacklistEntry, admin: User
) -> None:
    now = timezone.now()
    forged = written(entry, "NULL, NULL")
    start_approval(subject=forged, now=now)
    tell_office(appeal_id=forged.pk, now=now)
    assert not Message.objects.filter(occasion="expert.appealed").exists()
    assert forged_rows(now=now) == FORGED
    with pytest.raises(ExpertRefused, match=TELLS):
        decide_appeal(appeal=forged, agree=True, note="情况属实", actor=admin, now=now)
    own, office = pages(entry, admin)
    assert "<textarea" in own
    assert "处理申诉" not in office
    assert TELLS in office
    client = login(Client(), admin)
    assert "已申诉" not in client.get(reverse("experts:blacklist")).content.decode()
    window = reverse("experts:appeal_decide", args=[forged.pk])
    assert client.get(window, headers={"HX-Request": "true"}).status_code == 409
    real = file_appeal(entry=entry, reason=REASON, now=now)
    own, office = pages(entry, admin)
    assert REASON in own
    assert REASON in office
    assert "处理申诉" in office
    with pytest.raises(ExpertRefused, match="请等待处理结果"):
        file_appeal(entry=entry, reason=REASON, now=now)
    # Nor does anybody vouch for it by what becomes of the entry.
    remove_from_blacklist(expert=entry.expert, reason="弄错了人", actor=admin, now=now)
    assert sound(entry.appeals.all()) == [real]
    (parts,) = (one for one in ERASERS if one.code == "experts.parts")
    parts.erase(entry.expert, None, now)
    assert sound(entry.appeals.all()) == [real]
    assert forged_rows(now=now) == FORGED


def test_three_that_he_did_not_make_do_not_use_up_his_own(entry: BlacklistEntry) -> None:
    for _ in range(MOST):
        written(entry, "false, now()")
    made = file_appeal(entry=entry, reason=REASON, now=timezone.now())
    assert sound(BlacklistAppeal.objects.all()) == [made]


def test_an_outcome_that_nobody_decided_is_none(first: User, admin: User) -> None:
    now = timezone.now()
    appeal = make_appeal(first, now=now - timedelta(days=2))
    write(
        "UPDATE experts_blacklistappeal SET agreed = false, note = '证据不足', decided_by_id = %s,"
        " decided_at = now()",
        admin.pk,
    )
    assert forged_rows(now=now) == FORGED
    for text in pages(appeal.entry, admin):
        assert "证据不足" not in text
        assert "申诉不成立" not in text
    again = file_appeal(entry=appeal.entry, reason=REASON, now=now)
    decide_appeal(appeal=again, agree=True, note="查有记录", actor=admin, now=now)
    assert Expert.objects.get(pk=appeal.entry.expert_id).status == ExpertStatus.FORMAL
    assert sound(BlacklistAppeal.objects.all()) == [again]


@pytest.mark.parametrize("is_decided", [True, False])
def test_those_from_before_count_as_they_stand(first: User, admin: User, is_decided: bool) -> None:
    now = timezone.now()
    appeal = make_appeal(first, now=now - timedelta(days=2))
    if is_decided:
        decide_appeal(appeal=appeal, agree=False, note="查无记录", actor=admin, now=now)
    write("UPDATE experts_blacklistappeal SET proof = NULL")
    connection.check_constraints()
    assert sound(BlacklistAppeal.objects.all()) == []
    operation = vouch("experts", "BlacklistAppeal", *PROOF, together="entry__expert decided_by")
    with connection.schema_editor() as editor:
        operation.code(apps, editor)
    assert sound(BlacklistAppeal.objects.all()) == [appeal]
