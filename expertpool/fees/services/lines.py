"""Fees of a project: entered, sent to its experts, signed by them, reversed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import record
from expertpool.core.text import moment_text
from expertpool.draws.models import Invitation
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.panel import who_sat
from expertpool.draws.queries.written import is_written
from expertpool.experts.models import Expert
from expertpool.fees.enums import SENT_HOME, TIMED, FeeOutcome
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine, FeeRate, Payment
from expertpool.fees.models.payments import OPEN as OPEN_PAYMENT
from expertpool.fees.queries.lines import (
    STANDING,
    fees_in,
    letters_mark,
    may_enter,
    month_for,
    of_void_draw,
)
from expertpool.fees.queries.rates import rates_for
from expertpool.fees.queries.receipts import receipts_of
from expertpool.fees.queries.workload import SentHome, sent_home_of
from expertpool.fees.rules.days import Stretch, days_text, needs_days
from expertpool.fees.rules.pay import CENT, Fee, Step, fee_for
from expertpool.fees.rules.tax import gross_of_next, tax_of_next
from expertpool.fees.services.accounts import note_account
from expertpool.fees.services.letters import payer_of, said_now
from expertpool.fees.services.payments import drop_held
from expertpool.fees.services.telling import tell_enter_anew, tell_reversed, tell_sent
from expertpool.fees.services.times import BY_DAY, fault_of_time
from expertpool.projects.models import Project
from expertpool.projects.services.state import lock_project

NOT_NOW = "现在不能登记这个项目的劳务费：评审还没有结束（在线打分的，请先结束打分）、名单还没有公开，或您无权查看名单。"
ALTERED = "{name} 的劳务费在系统之外被改动过，没有办理。请告诉审计员查看操作日志；还没有发送的，核对后重新保存。"
OUTSIDER = "专家账号不能办理劳务费，请使用工作账号。"
CHANGED = "您打开之后，待发送的劳务费有了变化，没有发送。请核对现在列出的金额后再发送。"
GONE = "这份劳务费刚刚有了变化，请刷新页面查看。"


@dataclass(frozen=True)
class Entry:
    """What somebody enters of one expert's review. ``days``: of one of several days, instead of its times and breaks."""

    outcome: FeeOutcome
    started_at: datetime | None = None
    ended_at: datetime | None = None
    break_minutes: int = 0
    is_holiday: bool = False
    is_leader: bool = False
    items: int = 0
    other: Decimal = Decimal(0)
    travel: Decimal = Decimal(0)
    note: str = ""
    days: Sequence[Stretch] = ()
    agreed_net: Decimal = Decimal(0)

    def fill(self, row: FeeLine) -> None:
        """Write it into ``row``; a time that was typed and then does not count would stand in the letter."""
        timed = self.outcome in TIMED
        days = tuple(self.days) if timed else ()
        began, ended = (self.started_at, self.ended_at) if timed else (None, None)
        rest = self.break_minutes if timed else 0
        if days:
            began, ended = days[0].started_at, days[-1].ended_at
            rest = sum(one.break_minutes for one in days)
        row.started_at, row.ended_at, row.break_minutes = began, ended, rest
        row.days = [one.as_json() for one in days]
        row.outcome, row.note = self.outcome, self.note
        row.is_holiday, row.is_leader, row.other = self.is_holiday, self.is_leader, self.other
        row.travel, row.items, row.agreed_net = self.travel, self.items, self.agreed_net


def fault_of_sent_home(home: SentHome, entry: Entry) -> tuple[str, str] | None:
    """Return at which input, and why, whoever did not sit to the end is not paid as ``entry`` says; None: he is."""
    if entry.outcome not in SENT_HOME:
        names = "、".join(f"「{one.label}」" for one in SENT_HOME)
        return "outcome", f"没有评到最后，只能登记为{names}。"
    # By law only who came is paid for having come.
    if not home.has_come and entry.outcome != FeeOutcome.UNFINISHED and not entry.note.strip():
        return "note", "没有看到他的签到记录；确实到过场的，请在「说明」里写明。"
    return None


def open_expert(line: Invitation) -> Expert:
    """Return who stands behind ``line``: the record that stays, of one that was merged. What was sealed says it: a row can be
    written."""
    expert = Expert.objects.select_related("merged_into").get(pk=open_identity(line).expert_id)
    return expert.merged_into or expert


@transaction.atomic
def enter_fees(
    *,
    project: Project,
    rate: FeeRate,
    entries: Mapping[int, Entry],
    actor: User,
    now: datetime,
) -> list[FeeLine]:
    """Work out the fees of ``project`` by ``rate``: ``entries`` by the line of each expert. Those that were entered and not
    sent are written anew. Logged, each with its sum.

    Refuses (FeeRefused) a review that is not over, a rate that is not in force for it, whoever was not there, or did
    not sit to the end and is paid as if (`fault_of_sent_home`), a time that is missing or cannot have been (`times.fault_of_time`), and fees that were sent; then nothing is
    written.
    """
    # Before anything is read: two who enter at once would each find no fee.
    project = lock_project(project)
    if not may_enter(actor, project, now=now):
        raise FeeRefused(NOT_NOW)
    if rate.pk not in {one.pk for one in rates_for(project)}:
        raise FeeRefused("这个标准在评审当天没有施行，或已停用，请另选一个。", field="rate")
    # The keys come from the page: any line of any project may be posted.
    members, lines = who_sat(project), Invitation.objects.in_bulk(list(entries))
    home = sent_home_of(project)
    known, made = fees_in(project), []
    for pk, entry in entries.items():
        line = lines.get(pk)
        if line is None or not (pk in members or pk in home) or not is_written(line):
            raise FeeRefused("有一位专家没有参加这次评审，不能登记；请刷新页面。")
        if pk not in members and (wrong := fault_of_sent_home(home[pk], entry)):
            raise FeeRefused(f"{open_expert(line).name}：{wrong[1]}")
        made.append(_enter(project, rate, line, entry, known.get(pk), actor, now))
    return made


def _enter(
    project: Project,
    rate: FeeRate,
    line: Invitation,
    entry: Entry,
    known: FeeLine | None,
    actor: User,
    now: datetime,
) -> FeeLine:
    expert = open_expert(line)
    known = known or of_void_draw(project, expert)
    row = known or FeeLine(project=project)
    if row.sent_at:
        raise FeeRefused(f"{row.expert.name} 的确认函已经发送，不能再改；有误的请先冲销。")
    before = None if known is None else _words(known)
    is_moved = row.invitation_id != line.pk
    row.invitation, row.expert = line, expert
    row.rate = rate
    entry.fill(row)
    if entry.outcome in TIMED:
        _check_time(row, now=now)
    _check_travel(row)
    fee = _agreed(row, now) if row.agreed_net else fee_for(rate.terms, row.labour)
    row.steps = [[one.text, f"{one.amount:.2f}"] for one in fee.steps]
    # Tax is worked out when it is sent, by all of that month.
    row.gross, row.tax = fee.total, Decimal(0)
    after = _words(row)
    # Who saved it all again has changed nothing of this one; but what somebody else wrote is vouched for anew.
    if after == before and not is_moved and not row.is_altered:
        return row
    row.entered_at, row.entered_by = now, actor
    # Not the constraints: they are asked by the write, which sees what others wrote meanwhile.
    row.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise FeeRefused(GONE) from None
    changed = [name for name in after if before is None or before[name] != after[name]]
    record(
        "fee.enter",
        actor=actor,
        now=now,
        subject=row,
        before=None if before is None else {name: before[name] for name in changed},
        # Of one that is new what is empty says nothing.
        after={name: after[name] for name in changed if before is not None or after[name]},
    )
    return row


def _agreed(row: FeeLine, now: datetime) -> Fee:
    """Return the fee of which, after the tax of the month, is left what was agreed."""
    if row.outcome != FeeOutcome.COMPLETED:
        raise FeeRefused(f"{row.expert.name}：只有完成评审的可以按协商的金额付。")
    if not row.note.strip():
        raise FeeRefused(f"{row.expert.name}：按协商的金额付的，请在「说明」里写明依据。")
    month = month_for(row.expert_id, now, payer=payer_of(row))
    gross = gross_of_next(row.agreed_net, paid=month.gross, withheld=month.tax)
    return Fee((Step(f"协商实得 {row.agreed_net:.2f} 元，按当月个税还原为税前", gross),))


def _words(row: FeeLine) -> dict[str, str]:
    """What was entered of a fee and what it comes to, as the log has it."""
    return {
        "应发": f"{row.gross:.2f}",
        "标准": str(row.rate),
        "评审情况": str(FeeOutcome(row.outcome).label),
        "开始时间": moment_text(row.started_at),
        "结束时间": moment_text(row.ended_at),
        "休息用餐（分钟）": str(row.break_minutes or ""),
        "按天的时间": days_text(row.stretches).replace("\n", "；"),
        "评审对象（件）": str(row.items or ""),
        "法定节假日": "是" if row.is_holiday else "",
        "组长": "是" if row.is_leader else "",
        "协商实得（元）": f"{row.agreed_net:.2f}" if row.agreed_net else "",
        "其他补助（元）": f"{row.other:.2f}" if row.other else "",
        "差旅": f"{row.travel:.2f}" if row.travel else "",
        "说明": row.note,
    }


def _check_time(row: FeeLine, *, now: datetime) -> None:
    wrong = fault_of_time(
        row.project,
        started_at=row.started_at,
        ended_at=row.ended_at,
        break_minutes=row.break_minutes,
        note=row.note,
        now=now,
        days=row.stretches,
    )
    if wrong:
        raise FeeRefused(f"{row.expert.name}：{wrong.text}")


def _check_travel(row: FeeLine) -> None:
    cap = row.rate.travel_cap
    if cap is not None and row.travel > cap:
        raise FeeRefused(
            f"{row.expert.name} 的差旅 {row.travel:.2f} 元超过标准的上限 {cap:.2f} 元，请按上限填写。"
        )


@transaction.atomic
def send_letters(
    *, project: Project, actor: User, now: datetime, seen: str | None = None
) -> list[FeeLine]:
    """Send each expert of ``project`` whose fee is entered its letter to sign; from now on it stays as it is. What it says
    is withheld takes in all that he was sent of its payer in this month. Logged. Sent again, nothing happens.

    ``seen`` names the fees that whoever sends them has read (`queries.lines.letters_mark`); None: whichever there are.
    Refuses (FeeRefused) whoever may not enter fees here, others than those that were read, and travel without its receipt.
    """
    project = lock_project(project)
    if not may_enter(actor, project, now=now):
        raise FeeRefused(NOT_NOW)
    rows = [one for one in fees_in(project).values() if one.sent_at is None]
    # None that wait: somebody else was faster, or the button was pressed twice.
    if rows and seen is not None and seen != letters_mark(rows):
        raise FeeRefused(CHANGED)
    # In one order, so that two projects with the same experts do not wait for each other; his month is one at a time.
    for row in sorted(rows, key=lambda one: one.expert_id):
        _hold_month(row.expert_id)
        check_written(row)
        _check_receipts(row)
        _check_days(row)
        row.said = said_now(row)
        month = month_for(row.expert_id, now, payer=row.payer)
        # By the sum of the month, less what was withheld of it: fees for labour are taxed by the month, that of their
        # payment. Of which it will be nobody knows yet.
        row.tax = tax_of_next(row.gross, paid=month.gross, withheld=month.tax)
        # What he was sent since, or that it is another month, makes it another sum: nobody has read that.
        if row.agreed_net and abs(row.told_net - row.agreed_net) > CENT:
            raise FeeRefused(f"{row.expert.name} 当月的劳务费有了变化，请重新保存后再发送。")
        row.sent_at = now
        row.save()
        record(
            "fee.send",
            actor=actor,
            now=now,
            subject=row,
            after={"应发": f"{row.gross:.2f}", "代扣个税": f"{row.tax:.2f}"},
        )
        tell_sent(row, now=now)
        # From now on he is somebody who is paid: finance looks at his account before there is a batch.
        note_account(expert=row.expert.merged_into or row.expert, actor=actor, now=now)
    return rows


def _check_receipts(row: FeeLine) -> None:
    """Refuse travel of which there is no receipt; nobody adds one meanwhile."""
    held(row)
    if row.travel and not receipts_of(row):
        raise FeeRefused(f"{row.expert.name} 的差旅还没有附票据：点开他的金额上传后再发送。")


def _check_days(row: FeeLine) -> None:
    """Refuse a time of several days that was entered before they were told apart."""
    began, ended = row.started_at, row.ended_at
    if began and ended and not row.days and needs_days(began, ended):
        raise FeeRefused(f"{row.expert.name}：{BY_DAY}")


def _hold_month(expert_id: int) -> None:
    # His own row, since there may be no fee of this month to hold; other writers that point at him go on.
    list(Expert.objects.select_for_update(no_key=True).filter(pk=expert_id).values("pk"))


@transaction.atomic
def reverse(*, line: FeeLine, reason: str, actor: User, now: datetime) -> FeeLine:
    """Take back a fee that was sent, for ``reason``: it counts no more, and another can be entered. Its expert is told, and who
    entered it. Where its draw is void and it is held in an agreed batch, it is paid by that no more. Logged.

    Refuses (FeeRefused) what was not sent, or was reversed.
    """
    row = held(line)
    if is_outsider(actor):
        raise FeeRefused(OUTSIDER)
    if row.sent_at is None:
        raise FeeRefused("还没有发送，直接修改即可。")
    if row.reversed_at:
        raise FeeRefused("已经冲销过了。")
    # What goes to the bank cannot be called back by a click here.
    is_held = row.is_of_void_draw and drop_held(row, actor=actor, now=now)
    if not is_held and Payment.objects.filter(OPEN_PAYMENT, line=row).exists():
        raise FeeRefused("已列入付款批次或已付款，不能冲销；银行退回、批次退回后才可以。")
    is_altered = row.is_altered
    if row.received_at:
        raise FeeRefused("已登记收回，不能冲销；有误的请再更正一次。")
    if row.corrections.filter(STANDING).exists():
        raise FeeRefused("这份劳务费有更正，请先冲销更正。")
    row.reversed_at, row.reversal = now, reason
    # Of one that somebody else has written no proof is made: it goes on saying so.
    row.save(update_fields=["reversed_at", "reversal", *([] if is_altered else ["proof"])])
    record("fee.reverse", actor=actor, now=now, subject=row, note=reason)
    tell_reversed(row, now=now)
    if row.corrects is None and not row.is_of_void_draw:
        tell_enter_anew(row, actor=actor, now=now)
    return row


def check_written(row: FeeLine) -> None:
    """Refuse (FeeRefused) what somebody else has written: whoever saves it would vouch for it."""
    if row.is_altered:
        raise FeeRefused(ALTERED.format(name=row.expert.name))


def held(line: FeeLine) -> FeeLine:
    rows = FeeLine.objects.select_for_update(of=("self",))
    related = ("project", "expert__user", "rate", "entered_by", "corrects")
    return rows.select_related(*related).get(pk=line.pk)
