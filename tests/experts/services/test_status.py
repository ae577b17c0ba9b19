"""Statuses, deletion and the blacklist."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.bulk import for_each
from expertpool.experts.enums import STATUS_TRANSITIONS, ExpertStatus
from expertpool.experts.exceptions import ExpertRefused, StatusNotAllowed
from expertpool.experts.models import BlacklistEntry, Expert
from expertpool.experts.queries.availability import drawable
from expertpool.experts.services.blacklist import (
    add_to_blacklist,
    end_entry,
    remove_from_blacklist,
)
from expertpool.experts.services.deletion import delete_expert, restore_expert
from expertpool.experts.services.status import (
    approve_expert,
    freeze_expert,
    set_status,
    unfreeze_expert,
)
from tests.factories.experts import NOW, make_expert

OPENING = NOW + timedelta(days=7)


def is_drawable(expert: Expert, *, now: Any = NOW, opening: Any = OPENING) -> bool:
    end = opening + timedelta(hours=4)
    return Expert.objects.filter(drawable(opening, end, now=now), pk=expert.pk).exists()


@pytest.mark.parametrize(("before", "after"), list(product(ExpertStatus, repeat=2)))
@pytest.mark.shows("EXP-52")
def test_the_table_of_transitions_is_the_law(admin: User, before: str, after: str) -> None:
    expert = make_expert(status=before)
    also = {"deleted_at": NOW if after == ExpertStatus.DELETED else None}
    arguments: dict[str, Any] = {"action": "expert.freeze", "actor": admin, "now": NOW, **also}
    if after in STATUS_TRANSITIONS[before]:
        set_status(expert=expert, to=after, **arguments)
        assert Expert.objects.get(pk=expert.pk).status == after
    else:
        with pytest.raises(StatusNotAllowed, match="不能改为"):
            set_status(expert=expert, to=after, **arguments)
        assert Expert.objects.get(pk=expert.pk).status == before


def test_only_the_formal_can_be_drawn(db: None) -> None:
    assert [status for status in ExpertStatus if is_drawable(make_expert(status=status))] == [
        ExpertStatus.FORMAL
    ]


def test_a_status_that_changed_meanwhile_is_not_overwritten(admin: User) -> None:
    seen_by_two = make_expert()
    freeze_expert(expert=Expert.objects.get(pk=seen_by_two.pk), reason="年检", actor=admin, now=NOW)
    with pytest.raises(StatusNotAllowed, match="冻结"):
        delete_expert(expert=seen_by_two, reason="重复", actor=admin, now=NOW)


def test_freezing_needs_a_reason_and_is_logged(admin: User) -> None:
    expert = make_expert()
    with pytest.raises(ExpertRefused, match="冻结原因"):
        freeze_expert(expert=expert, reason=" ", actor=admin, now=NOW)
    freeze_expert(expert=expert, reason="年检未过", actor=admin, now=NOW)
    entry = Entry.objects.get(action="expert.freeze")
    assert (entry.before, entry.after, entry.note) == (
        {"状态": "在库"},
        {"状态": "冻结"},
        "年检未过",
    )
    unfreeze_expert(expert=expert, actor=admin, now=NOW)
    assert is_drawable(expert)
    with pytest.raises(StatusNotAllowed):
        unfreeze_expert(expert=expert, actor=admin, now=NOW)


def test_a_pending_expert_is_approved(admin: User) -> None:
    expert = make_expert(status=ExpertStatus.PENDING)
    approve_expert(expert=expert, actor=admin, now=NOW)
    assert is_drawable(expert)


@pytest.mark.shows("EXP-19", "EXP-20", "EXP-21")
def test_a_deleted_expert_is_kept_with_who_when_and_why(admin: User) -> None:
    expert = make_expert(status=ExpertStatus.FROZEN)
    delete_expert(expert=expert, reason="已退休", actor=admin, now=NOW)
    kept = Expert.objects.get(pk=expert.pk)
    assert (kept.deleted_by, kept.deleted_at, kept.deletion_reason) == (admin, NOW, "已退休")
    assert not is_drawable(kept)
    restore_expert(expert=kept, actor=admin, now=NOW)
    assert Expert.objects.get(pk=expert.pk).status == ExpertStatus.FROZEN
    with pytest.raises(StatusNotAllowed):
        restore_expert(expert=kept, actor=admin, now=NOW)


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
def test_deletion_needs_a_short_reason(admin: User, reason: str) -> None:
    with pytest.raises(ExpertRefused, match="原因"):
        delete_expert(expert=make_expert(), reason=reason, actor=admin, now=NOW)


def test_the_database_keeps_deletion_whole(db: None) -> None:
    expert = make_expert()
    with pytest.raises(IntegrityError), transaction.atomic():
        Expert.objects.filter(pk=expert.pk).update(status=ExpertStatus.DELETED)


@pytest.mark.shows("EXP-19")
def test_of_many_the_unfit_are_skipped_and_told(admin: User) -> None:
    experts = [make_expert("甲"), make_expert("乙", status=ExpertStatus.PENDING), make_expert("丙")]

    def freeze(expert: Expert) -> Expert:
        return freeze_expert(expert=expert, reason="年检", actor=admin, now=NOW)

    result = for_each(experts, freeze, refusals=ExpertRefused)
    assert result.done == [str(experts[0]), str(experts[2])]
    ((name, reason),) = result.refused
    assert name == str(experts[1])
    assert "乙现为“待审核”" in reason


# --- Blacklist ---------------------------------------------------------------------------------


@pytest.mark.shows("EXP-34", "EXP-35", "EXP-36")
def test_on_the_blacklist_and_off_again(admin: User) -> None:
    expert = make_expert()
    entry = add_to_blacklist(
        expert=expert, reason="泄密", evidence="〔2026〕1 号", actor=admin, now=NOW
    )
    assert not is_drawable(expert)
    assert (entry.added_by, entry.until_date) == (admin, None)
    assert Entry.objects.get(action="expert.blacklist").note == "泄密；〔2026〕1 号"
    with pytest.raises(ExpertRefused):
        add_to_blacklist(expert=expert, reason="泄密", actor=admin, now=NOW)
    remove_from_blacklist(expert=expert, reason="复议成立", actor=admin, now=NOW)
    assert is_drawable(expert)
    entry.refresh_from_db()
    assert (entry.removed_by, entry.removal_reason) == (admin, "复议成立")
    with pytest.raises(ExpertRefused, match="不在黑名单"):
        remove_from_blacklist(expert=expert, reason="再来", actor=admin, now=NOW)


def test_whoever_was_frozen_is_frozen_again(admin: User) -> None:
    expert = make_expert(status=ExpertStatus.FROZEN)
    add_to_blacklist(expert=expert, reason="泄密", actor=admin, now=NOW)
    remove_from_blacklist(expert=expert, reason="复议", actor=admin, now=NOW)
    assert expert.status == ExpertStatus.FROZEN


@pytest.mark.parametrize(
    ("values", "words"),
    [({"reason": ""}, "原因"), ({"reason": "x", "until_date": date(2026, 11, 23)}, "期限已过")],
)
def test_what_the_blacklist_refuses(admin: User, values: dict[str, Any], words: str) -> None:
    with pytest.raises(ExpertRefused, match=words):
        add_to_blacklist(expert=make_expert(), actor=admin, now=NOW, **values)
    assert not BlacklistEntry.objects.exists()


@pytest.mark.shows("EXP-34", "EXP-36")
def test_a_period_ends_by_itself_even_if_the_job_is_late(admin: User) -> None:
    expert = make_expert()
    last_day = date(2026, 11, 24)
    entry = add_to_blacklist(
        expert=expert, reason="缺席", until_date=last_day, actor=admin, now=NOW
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, scheduled_at AT TIME ZONE 'Asia/Shanghai' FROM procrastinate_jobs"
        )
        task, at = cursor.fetchone()
    assert (task, str(at)) == ("experts.end_blacklist_entry", "2026-11-25 00:00:00")
    tomorrow = NOW + timedelta(days=1)
    assert not is_drawable(expert)
    assert is_drawable(expert, now=tomorrow)
    assert not end_entry(entry_id=entry.pk, now=NOW)
    assert end_entry(entry_id=entry.pk, now=tomorrow)
    assert not end_entry(entry_id=entry.pk, now=tomorrow)
    expert.refresh_from_db()
    assert expert.status == ExpertStatus.FORMAL
