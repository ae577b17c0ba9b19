"""Putting experts on the blacklist and taking them off."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record, record_change
from expertpool.core.jobs import defer
from expertpool.core.mandates import stands
from expertpool.core.visibility import told
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import BlacklistAppeal, BlacklistEntry, Expert
from expertpool.experts.queries.appeals import sound
from expertpool.experts.queries.availability import day_start
from expertpool.experts.services.reasons import required_reason
from expertpool.experts.services.status import set_status
from expertpool.experts.services.telling import tell_blacklisted
from expertpool.workflow.services.approvals import withdraw_approval

NO_WAY = "档案中没有能收到通知的手机号或邮箱，请先补充。"
NOT_DECIDED = "您的申诉未作处理，随黑名单结束"
ALTERED = "这条黑名单记录在系统之外改动过，不能据此办理：请按操作日志核实并告诉审计员，移出黑名单后重新移入。"
FROZEN_FIRST = "原记录在系统之外改动过，先转为冻结，核实后解冻"
PAST = "期限已过，请改为今天或以后的日期。"


@transaction.atomic
def add_to_blacklist(
    *,
    expert: Expert,
    reason: str,
    evidence: str = "",
    until_date: date | None = None,
    actor: User | None,
    now: datetime,
) -> BlacklistEntry:
    """Put an expert on the blacklist, until the end of ``until_date`` or until he is taken off.

    Refuses a missing reason, a last day that is past, and an expert who is pending, deleted or
    there already. The end of the period is a job. He is told the reason, and how he can appeal.
    """
    reason = required_reason(reason, called="移入黑名单的原因")
    if until_date is not None and until_date < timezone.localdate(now):
        raise ExpertRefused(PAST)
    # Before `set_status`, which overwrites the status that he returns to.
    entry = BlacklistEntry(
        expert=expert,
        reason=reason,
        evidence=evidence.strip(),
        until_date=until_date,
        status_before=expert.status,
        added_at=now,
        added_by=actor,
    )
    set_status(
        expert=expert,
        to=ExpertStatus.BLACKLISTED,
        action="expert.blacklist",
        actor=actor,
        now=now,
        reason="；".join(filter(None, (entry.reason, entry.evidence))),
    )
    entry.full_clean()
    entry.save()
    _end_in_time(entry)
    tell_blacklisted(entry, now=now)
    return entry


@transaction.atomic
def amend_entry(
    *,
    entry: BlacklistEntry,
    evidence: str,
    until_date: date | None,
    actor: User,
    now: datetime,
) -> BlacklistEntry:
    """Change on what ``entry`` rests and until when it holds; logs it and tells its expert, with the way to appeal.
    Without a difference nothing is done. Refuses a last day that is past, and an entry that has ended, or is not as it was
    written here."""
    row = BlacklistEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if row.removed_at is not None:
        raise ExpertRefused(f"{row.expert.name}现在不在黑名单中。")
    if not row.is_sound:
        raise ExpertRefused(ALTERED)
    if until_date is not None and until_date < timezone.localdate(now):
        raise ExpertRefused(PAST)
    before = _in_words(row)
    row.evidence, row.until_date = evidence.strip(), until_date
    if _in_words(row) == before:
        return row
    row.version += 1
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save(update_fields=["evidence", "until_date", "version", "proof"])
    record_change(
        "expert.blacklist_amend",
        actor=actor,
        now=now,
        subject=row.expert,
        before=before,
        after=_in_words(row),
    )
    # Whoever was to end it on a day before finds it going on.
    _end_in_time(row)
    tell_blacklisted(row, now=now)
    return row


def _in_words(entry: BlacklistEntry) -> dict[str, str]:
    until = f"至 {entry.until_date}" if entry.until_date else "长期"
    return {"依据": entry.evidence or "无", "期限": until}


def _end_in_time(entry: BlacklistEntry) -> None:
    if entry.until_date is not None:
        # The last day still counts: the job comes with the next one.
        next_day = day_start(entry.until_date + timedelta(days=1))
        defer("experts.end_blacklist_entry", at=next_day, entry_id=entry.pk)


@transaction.atomic
def tell_again(*, entry: BlacklistEntry, actor: User, now: datetime) -> None:
    """Send the expert of ``entry`` once more why he is on the blacklist, and the link by which he appeals; logs it.

    Refuses an entry that has ended, or is not as it was written here, and an expert who is reached nowhere.
    """
    if entry.removed_at is not None:
        raise ExpertRefused(f"{entry.expert.name}现在不在黑名单中。")
    if not entry.is_sound:
        raise ExpertRefused(ALTERED)
    if not tell_blacklisted(entry, now=now):
        raise ExpertRefused(NO_WAY)
    record("expert.blacklist_tell", actor=actor, now=now, subject=entry.expert)


def open_entry(expert: Expert) -> BlacklistEntry | None:
    """Return, locked, the entry by which ``expert`` is on the blacklist, if he is."""
    # Taken off by a clerk and by the job at once, one of them finds it closed.
    rows = BlacklistEntry.objects.select_for_update(of=("self",))
    rows = rows.select_related("expert", "added_by", "removed_by")
    return rows.filter(expert=expert, removed_at__isnull=True).first()


@transaction.atomic
def remove_from_blacklist(
    *, expert: Expert, reason: str, actor: User | None, now: datetime
) -> Expert:
    """Take an expert off the blacklist; he has the status from before and can be drawn again, and is told the
    reason. What he appealed and nobody has decided ends with it, which he is told, too, unless the
    office may not know of it yet. Of an entry that is not as it was written here nothing is believed: he is frozen
    until somebody has looked.

    Refuses a missing reason and an expert who is not on it.
    """
    reason = required_reason(reason, called="移出原因")
    entry = open_entry(expert)
    if entry is None or expert.status != ExpertStatus.BLACKLISTED:
        raise ExpertRefused(f"{expert.name}现在不在黑名单中。")
    back_to = _end(entry, reason, actor, now)
    if not entry.is_sound:
        reason = f"{reason.rstrip('。')}；{FROZEN_FIRST}"
    for appeal in sound(BlacklistAppeal.objects.filter(entry=entry, decided_at__isnull=True)):
        # Of one that the office is told tomorrow (docs/decisions/0185) neither log nor letter may speak today.
        is_told = told(BlacklistAppeal.objects.filter(pk=appeal.pk)).exists()
        withdraw_approval(subject=appeal, now=now)
        appeal.decided_at = now
        appeal.save(update_fields=["decided_at", "proof"])
        if is_told:
            reason = f"{reason.rstrip('。')}；{NOT_DECIDED}"
    return set_status(
        expert=expert,
        to=back_to,
        action="expert.unblacklist",
        actor=actor,
        now=now,
        reason=reason,
    )


def _end(entry: BlacklistEntry, reason: str, actor: User | None, now: datetime) -> str:
    """End ``entry`` and return the status that its expert has from now on."""
    if not entry.is_sound:
        # Which makes no proof: what somebody altered stays altered.
        BlacklistEntry.objects.filter(pk=entry.pk).update(
            removed_at=now, removed_by=actor, removal_reason=reason
        )
        return ExpertStatus.FROZEN
    entry.removed_at, entry.removed_by, entry.removal_reason = now, actor, reason
    entry.version += 1
    # Only the end is written; what must be unique was checked when it began.
    entry.full_clean(validate_unique=False, validate_constraints=False)
    entry.save()
    return entry.status_before


@transaction.atomic
def end_entry(*, entry_id: int, now: datetime) -> bool:
    """Take the expert off when the period of his entry is over, as it was written here; tell whether it did anything."""
    rows = BlacklistEntry.objects.select_related("expert", "added_by", "removed_by")
    entry = rows.filter(pk=entry_id).first()
    over = entry and entry.until_date and entry.until_date < timezone.localdate(now)
    # The job may run early, twice, or long after a clerk was faster.
    if not entry or not over or entry.removed_at:
        return False
    # Deleted meanwhile: his status is that of the deletion, which stays.
    if entry.expert.status != ExpertStatus.BLACKLISTED:
        return False
    if not stands(entry, now=now):
        return False
    remove_from_blacklist(expert=entry.expert, reason="期限届满", actor=None, now=now)
    return True
