"""Statuses, deletion and the blacklist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.services.proofs import content_digest
from expertpool.core.bulk import for_each
from expertpool.experts.enums import STATUS_MOVES, ExpertStatus
from expertpool.experts.exceptions import ExpertRefused, StatusNotAllowed
from expertpool.experts.models import BlacklistEntry, Expert
from expertpool.experts.queries.availability import drawable
from expertpool.experts.queries.records import standing_of
from expertpool.experts.services.blacklist import (
    add_to_blacklist,
    end_entry,
    remove_from_blacklist,
)
from expertpool.experts.services.deletion import delete_expert, restore_expert
from expertpool.experts.services.merging import merge_experts
from expertpool.experts.services.status import (
    approve_expert,
    freeze_expert,
    set_status,
    unfreeze_expert,
)
from expertpool.notifications.models import Message
from tests.factories.experts import NOW, make_expert

OPENING = NOW + timedelta(days=7)


def is_drawable(expert: Expert, *, now: Any = NOW, opening: Any = OPENING) -> bool:
    end = opening + timedelta(hours=4)
    return Expert.objects.filter(drawable(opening, end, now=now), pk=expert.pk).exists()


def expect_now() -> None:
    """Check what is otherwise checked at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def write(change: Callable[..., object], **values: Any) -> None:
    """Do ``change`` by the database alone, past every service."""
    with transaction.atomic():
        change(**values)
        expect_now()


def merge_away(*, expert: Expert, actor: User, now: datetime) -> None:
    """Close ``expert`` as merged into another record."""
    merge_experts(keep=make_expert(), close=expert, taken=(), reason="同一人", actor=actor, now=now)


WHAT_IS_DONE: dict[str, Callable[..., object]] = {
    "expert.approve": approve_expert,
    "expert.freeze": partial(freeze_expert, reason="年检"),
    "expert.unfreeze": partial(unfreeze_expert, reason="核查完毕"),
    "expert.blacklist": partial(add_to_blacklist, reason="泄密"),
    "expert.unblacklist": partial(remove_from_blacklist, reason="复议"),
    "expert.delete": partial(delete_expert, reason="重复"),
    "expert.restore": restore_expert,
    "expert.merge": merge_away,
}


@pytest.mark.parametrize(("action", "before"), list(product(STATUS_MOVES, ExpertStatus)))
@pytest.mark.shows("EXP-34", "EXP-52")
def test_each_act_moves_only_whom_its_line_of_the_table_names(
    admin: User, action: str, before: str
) -> None:
    """Approving and freezing took experts off the blacklist, and left their entries open."""
    expert = make_expert(status=before)
    move = STATUS_MOVES[action]
    if before in move.starts:
        WHAT_IS_DONE[action](expert=expert, actor=admin, now=NOW)
        assert Expert.objects.get(pk=expert.pk).status in move.ends
    else:
        with pytest.raises(ExpertRefused):
            WHAT_IS_DONE[action](expert=expert, actor=admin, now=NOW)
        assert Expert.objects.get(pk=expert.pk).status == before
    expect_now()


def test_the_table_says_what_the_office_means() -> None:
    """In words of its own: a start that is added by mistake is no line of the table that a test may go by."""
    said = {
        action: (" ".join(sorted(move.starts)), " ".join(sorted(move.ends)))
        for action, move in STATUS_MOVES.items()
    }
    assert said == {
        "expert.approve": ("pending", "formal"),
        "expert.freeze": ("formal", "frozen"),
        "expert.unfreeze": ("frozen", "formal"),
        "expert.blacklist": ("formal frozen", "blacklisted"),
        "expert.unblacklist": ("blacklisted", "formal frozen"),
        "expert.delete": ("blacklisted formal frozen pending", "deleted"),
        "expert.merge": ("deleted formal pending", "deleted"),
        "expert.restore": ("deleted", "blacklisted formal frozen pending"),
    }


def test_no_act_leads_where_its_line_of_the_table_does_not(admin: User) -> None:
    expert = make_expert(status=ExpertStatus.PENDING)
    with pytest.raises(StatusNotAllowed, match="现为“待审核”，“待审核”的专家才能审核通过"):
        set_status(
            expert=expert,
            to=ExpertStatus.FROZEN,
            action="expert.approve",
            actor=admin,
            now=NOW,
        )


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
        freeze_expert(expert=expert, reason="一", actor=admin, now=NOW)
    freeze_expert(expert=expert, reason="年检未过", actor=admin, now=NOW)
    entry = Entry.objects.get(action="expert.freeze")
    assert (entry.before, entry.after, entry.note) == (
        {"状态": "在库"},
        {"状态": "冻结"},
        "年检未过",
    )
    unfreeze_expert(expert=expert, reason="核查完毕", actor=admin, now=NOW)
    assert is_drawable(expert)
    with pytest.raises(StatusNotAllowed):
        unfreeze_expert(expert=expert, reason="核查完毕", actor=admin, now=NOW)


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


@pytest.mark.shows("EXP-21", "EXP-34")
def test_the_head_of_who_is_back_says_why_he_is_on_the_blacklist(admin: User) -> None:
    expert = make_expert()
    add_to_blacklist(expert=expert, reason="串通投标", actor=admin, now=NOW)
    delete_expert(expert=expert, reason="试一下", actor=admin, now=NOW)
    restore_expert(expert=expert, actor=admin, now=NOW)
    step = standing_of(expert)
    assert step is not None
    assert (step.act, step.reason) == ("移入黑名单", "串通投标")


def test_the_head_of_who_is_frozen_says_why_though_he_was_on_the_blacklist(admin: User) -> None:
    expert = make_expert()
    freeze_expert(expert=expert, reason="年检未过", actor=admin, now=NOW)
    add_to_blacklist(expert=expert, reason="串通投标", actor=admin, now=NOW)
    remove_from_blacklist(expert=expert, reason="申诉成立", actor=admin, now=NOW)
    expert.refresh_from_db()
    step = standing_of(expert)
    assert step is not None
    assert (step.act, step.reason) == ("冻结专家", "年检未过")


@pytest.mark.shows("EXP-20", "EXP-21")
def test_who_is_deleted_and_who_is_back_is_told(admin: User) -> None:
    """Freezing wrote, deleting did not: he learnt it from the page of sign-in."""
    expert = make_expert()
    delete_expert(expert=expert, reason="不再从事评审", actor=admin, now=NOW)
    told = Message.objects.filter(occasion="expert.status")
    assert {one.channel for one in told} == {"sms"}
    assert all("「已删除」" in one.body and "不再从事评审" in one.body for one in told)
    told.delete()
    restore_expert(expert=expert, actor=admin, now=NOW)
    assert {one.channel for one in told.all()} == {"sms"}
    assert all("「在库」" in one.body for one in told.all())
    assert not any(
        "不再从事评审" in one.body for one in told.all()
    )  # why he went is not why he is back
    told.all().delete()
    # Of a record that was never more than an entry of the office nobody has heard.
    mistaken = make_expert(status=ExpertStatus.PENDING)
    delete_expert(expert=mistaken, reason="录入错误", actor=admin, now=NOW)
    restore_expert(expert=mistaken, actor=admin, now=NOW)
    assert not told.all().exists()


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
    [({"reason": ""}, "原因"), ({"reason": "xy", "until_date": date(2026, 11, 23)}, "期限已过")],
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


@pytest.mark.parametrize("status", ["formal", "frozen", "pending"])
@pytest.mark.shows("EXP-34")
def test_the_database_lets_nobody_off_whose_entry_is_open(db: None, status: str) -> None:
    expert = make_expert(status=ExpertStatus.BLACKLISTED)
    with pytest.raises(IntegrityError, match="on the blacklist"):
        write(Expert.objects.filter(pk=expert.pk).update, status=status)


def test_the_database_puts_nobody_on_without_an_entry(db: None) -> None:
    expert = make_expert()
    with pytest.raises(IntegrityError, match="on the blacklist"):
        write(Expert.objects.filter(pk=expert.pk).update, status=ExpertStatus.BLACKLISTED)
    with pytest.raises(IntegrityError, match="on the blacklist"):
        write(BlacklistEntry.objects.create, expert=expert, reason="泄密", added_at=NOW)


@pytest.mark.shows("EXP-21", "EXP-36")
@pytest.mark.parametrize(("days", "status"), [(0, "blacklisted"), (2, "formal")])
def test_who_was_deleted_from_the_blacklist_returns_to_it_while_his_period_lasts(
    admin: User, days: int, status: str
) -> None:
    expert = make_expert()
    until = NOW.date()
    entry = add_to_blacklist(expert=expert, reason="缺席", until_date=until, actor=admin, now=NOW)
    delete_expert(expert=expert, reason="离世误报", actor=admin, now=NOW)
    later = NOW + timedelta(days=days)
    # The job finds him deleted.
    assert not end_entry(entry_id=entry.pk, now=later)
    restore_expert(expert=expert, actor=admin, now=later)
    assert (expert.status, Expert.objects.get(pk=expert.pk).status) == (status, status)
    expect_now()


migration = import_module("expertpool.experts.migrations.0015_blacklist_agrees")


@pytest.mark.shows("EXP-34", "EXP-35")
def test_whoever_left_the_blacklist_without_being_taken_off_is_on_it_again(admin: User) -> None:
    here, deleted, lost = (make_expert() for _ in range(3))
    untouched = make_expert(status=ExpertStatus.BLACKLISTED)
    for one in (here, deleted):
        add_to_blacklist(expert=one, reason="泄密", actor=admin, now=NOW)
    expect_now()
    with connection.cursor() as cursor:
        # As bulk 审核通过 left them when no trigger was there.
        cursor.execute("SET LOCAL session_replication_role = replica")
        Expert.objects.filter(pk__in=[here.pk, deleted.pk]).update(status="formal")
        Expert.objects.filter(pk=lost.pk).update(status="blacklisted")
        cursor.execute("SET LOCAL session_replication_role = origin")
    deleted.refresh_from_db()
    Expert.objects.filter(pk=deleted.pk).update(
        status="deleted", status_before_deletion="formal", deleted_at=NOW
    )
    told = Entry.objects.count()
    migration.mend(apps, None)
    expect_now()
    found = {one.pk: (one.status, one.status_before_deletion) for one in Expert.objects.all()}
    assert found == {
        here.pk: ("blacklisted", ""),
        deleted.pk: ("deleted", "blacklisted"),
        lost.pk: ("blacklisted", ""),
        untouched.pk: ("blacklisted", ""),
    }
    assert BlacklistEntry.objects.get(expert=lost).status_before == "formal"
    entries = list(Entry.objects.order_by("pk")[told:])
    assert {entry.subject_id for entry in entries} == {str(one.pk) for one in (here, deleted, lost)}
    assert all(bytes(entry.digest) == content_digest(entry) for entry in entries)
    migration.mend(apps, None)
    assert Entry.objects.count() == told + 3
