"""Somebody with live SQL writes the term, the reason or the end of an entry on the blacklist: it ends by no term, its words are shown
to nobody, it is told, and whoever is taken off by it is frozen first (docs/decisions/0524)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.migrations import RunPython
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.mandates import forged_rows
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import BlacklistEntry, Expert
from expertpool.experts.services.blacklist import (
    add_to_blacklist,
    amend_entry,
    end_entry,
    remove_from_blacklist,
    tell_again,
)
from expertpool.experts.services.erasure import ERASERS
from expertpool.experts.services.telling import token_of
from expertpool.notifications.models import Message
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FORGED = {"黑名单记录": 1}
LIE, WHY = "收受贿赂", "缺席两次"
PAST = "until_date = current_date - 1"


def write(statement: str, *values: Any) -> None:
    connection.check_constraints()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def alter(entry: BlacklistEntry, what: str) -> None:
    write(f"UPDATE experts_blacklistentry SET {what} WHERE id = %s", entry.pk)  # noqa: S608 (ours)


@pytest.fixture
def entry(admin: User) -> BlacklistEntry:
    now = timezone.now() - 3 * DAY
    expert = make_expert("王小明", phone="13900000001")
    return add_to_blacklist(expert=expert, reason=WHY, actor=admin, now=now)


def status_of(entry: BlacklistEntry) -> str:
    return Expert.objects.get(pk=entry.expert_id).status


def pages(entry: BlacklistEntry, admin: User) -> tuple[str, str, str]:
    """What its expert sees behind his link; the list and the drawer of the office."""
    client = login(Client(), admin)
    found = [
        Client().get(reverse("experts:appeal", args=[token_of(entry)])),
        client.get(reverse("experts:blacklist")),
        client.get(reverse("experts:blacklist_entry", args=[entry.pk])),
    ]
    one, two, three = (each.content.decode() for each in found)
    return one, two, three


def test_a_term_that_somebody_writes_brings_nobody_back(entry: BlacklistEntry, admin: User) -> None:
    now, letters = timezone.now(), Message.objects.count()
    alter(entry, PAST)
    assert end_entry(entry_id=entry.pk, now=now) is False
    assert status_of(entry) == ExpertStatus.BLACKLISTED
    assert not Entry.objects.filter(action="expert.unblacklist").exists()
    assert Message.objects.count() == letters
    assert forged_rows(now=now) == FORGED
    with pytest.raises(ExpertRefused, match="在系统之外改动过"):
        amend_entry(entry=entry, evidence="通报", until_date=None, actor=admin, now=now)
    entry.refresh_from_db()
    with pytest.raises(ExpertRefused, match="在系统之外改动过"):
        tell_again(entry=entry, actor=admin, now=now)
    # The office takes him off: what he was before is a word of the row, too.
    remove_from_blacklist(expert=entry.expert, reason="重新核实", actor=admin, now=now)
    assert status_of(entry) == ExpertStatus.FROZEN
    assert forged_rows(now=now) == FORGED
    add_to_blacklist(expert=entry.expert, reason=WHY, actor=admin, now=now)
    assert status_of(entry) == ExpertStatus.BLACKLISTED
    # Nor does anybody vouch for it by what becomes of him.
    (parts,) = (one for one in ERASERS if one.code == "experts.parts")
    parts.erase(entry.expert, None, now)
    assert forged_rows(now=now) == FORGED


def test_what_was_written_here_ends_in_time(entry: BlacklistEntry, admin: User) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    amended = amend_entry(entry=entry, evidence="通报", until_date=today, actor=admin, now=now)
    assert end_entry(entry_id=entry.pk, now=now) is False
    assert forged_rows(now=now) == {}
    # The proof of before comes back with no version of before.
    with pytest.raises(IntegrityError):
        alter(entry, "version = 1")
    assert end_entry(entry_id=amended.pk, now=now + DAY) is True
    assert status_of(entry) == ExpertStatus.FORMAL
    (parts,) = (one for one in ERASERS if one.code == "experts.parts")
    parts.erase(entry.expert, None, now)
    assert BlacklistEntry.objects.get().is_sound


@pytest.mark.parametrize("what", [f"reason = '{LIE}'", f"evidence = '{LIE}'"])
def test_words_that_somebody_writes_are_shown_to_nobody(
    entry: BlacklistEntry, admin: User, what: str
) -> None:
    own, listed, drawer = pages(entry, admin)
    assert WHY in own
    assert WHY in listed
    assert WHY in drawer
    alter(entry, what)
    own, listed, drawer = pages(entry, admin)
    assert LIE not in own + listed + drawer
    assert "无法核实" in own
    assert "无效" in listed
    assert "在系统之外改动过" in drawer
    assert forged_rows(now=timezone.now()) == FORGED


def test_an_end_that_somebody_writes_is_told(entry: BlacklistEntry, admin: User) -> None:
    now = timezone.now()
    # The database asks that his status agrees.
    write(
        "WITH him AS (UPDATE experts_expert SET status = 'formal' WHERE id = %s)"
        " UPDATE experts_blacklistentry SET removed_at = now(), removal_reason = '期限届满' WHERE id = %s",
        *(entry.expert_id, entry.pk),
    )
    assert forged_rows(now=now) == FORGED
    _, listed, drawer = pages(entry, admin)
    assert "在系统之外改动过" in drawer
    assert "期限届满" not in listed + drawer


def test_what_stood_there_is_vouched_for(entry: BlacklistEntry) -> None:
    alter(entry, "proof = NULL")
    assert forged_rows(now=timezone.now()) == FORGED
    module = import_module("expertpool.experts.migrations.0052_blacklist_has_proofs")
    (made,) = [one for one in module.Migration.operations if isinstance(one, RunPython)]
    with connection.schema_editor() as editor:
        made.code(apps, editor)
    assert forged_rows(now=timezone.now()) == {}
