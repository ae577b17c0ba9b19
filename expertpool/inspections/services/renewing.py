"""Terms are renewed: as their expert asked, or many at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import MOST_NOTE, record
from expertpool.core.bulk import MOST_PICKED
from expertpool.core.jobs import defer
from expertpool.core.mandates import stands, unless_undone
from expertpool.core.text import if_seen, whole
from expertpool.core.visibility import told
from expertpool.experts.enums import ChangeVia, ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.hands import why_not_agree
from expertpool.experts.services.contacts import recipient_of
from expertpool.experts.services.profile import update_expert
from expertpool.inspections.enums import RenewalState, RunState
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.models import MOST_REASON, Renewal, RenewalRun
from expertpool.inspections.occasions import RENEWED
from expertpool.inspections.queries.renewals import terms_visible_to, why_not_ask
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, send_messages
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.queries.agreeing import agreed_at_first
from expertpool.workflow.services.approvals import decide, start_approval, withdraw_approval

logger = logging.getLogger(__name__)
ALTERED = "这项续聘申请在系统之外被改动过，没有办理。请告诉审计员；可以在「专家聘期」里直接续聘。"
CHANGED = "这项续聘申请已经审核或有变化，请刷新页面，看过后再办。"
MOST_DECISION = 300  # letters of a note on a request
AT_ONCE = 50  # of one transaction: how often the page hears of progress
OUT = "不在您可以办理的范围内，或已不在库、没有聘期。"


@transaction.atomic
def ask_renewal(*, expert: Expert, reason: str, actor: User, now: datetime) -> Renewal:
    """Ask, as the expert, for his term to be renewed. Refuses (InspectionRefused) another's, one that is far from
    its end, and a second request while one waits. Who decides is told, on the next day while names are sealed."""
    expert = _locked(expert.pk)
    if expert.user_id != actor.pk:
        raise InspectionRefused("只有专家本人可以申请续聘。")
    if why := why_not_ask(expert, timezone.localdate(now)):
        raise InspectionRefused(why)
    row = Renewal(
        expert=expert,
        reason=whole(reason, MOST_NOTE, InspectionRefused),
        asked_at=now,
        asked_by=actor,
    )
    row.save(force_insert=True)
    start_approval(subject=row, now=now)
    record("renewal.ask", actor=actor, now=now, subject=expert)
    return row


@transaction.atomic
def decide_renewal(
    *,
    row: Renewal,
    agree: bool,
    note: str = "",
    until: date | None = None,
    actor: User,
    now: datetime,
) -> Verdict:
    """Decide on the step at which ``row`` waits; the last consent renews the term to ``until``, with a version. The
    flow tells the expert.

    Refuses (InspectionRefused) the account of an expert, whose step it is not, a day that is none of a renewal, to
    turn down without a reason, what was decided or may not be told yet, and to agree as no other person
    (`why_not_renew`).
    """
    # The expert before his request, as whoever renews without being asked.
    expert = _locked(row.expert_id)
    # Read again under the lock, since another may have decided it.
    row = Renewal.objects.select_for_update(of=("self",)).get(pk=row.pk)
    row.expert = expert
    if row.state != RenewalState.WAITING or not told(Renewal.objects.filter(pk=row.pk)).exists():
        raise InspectionRefused(CHANGED)
    if row.is_altered:
        raise InspectionRefused(ALTERED)
    if actor.pk == row.asked_by_id or is_outsider(actor):
        raise InspectionRefused("专家账号不能审核续聘，请使用工作账号。")
    note = whole(if_seen(note), MOST_DECISION, InspectionRefused)
    if agree:
        # Before the flow hears of it: a day that cannot be must not end a step.
        until = _checked(expert, until, now)
        if why := why_not_renew(row, actor, now=now):
            raise InspectionRefused(why)
    elif not note:
        raise InspectionRefused("请填写不续聘的原因，专家会收到。", field="note")
    said = "；".join(filter(None, (f"续聘至 {until}" if agree else "", note)))
    # For the log alone: the note is read by the expert.
    logged = [note, agreed_at_first(row, actor, now=now)] if agree else [note]
    try:
        verdict = decide(subject=row, agree=agree, note=said, actor=actor, now=now)
    except DecisionRefused as refusal:
        raise InspectionRefused(str(refusal)) from refusal
    if verdict == Verdict.APPROVED and until is not None:
        _end(row, RenewalState.APPROVED, now, note=note, until=until, by=actor)
        _renew(expert, until, f"至 {until}，本人申请", actor, now)
    elif verdict == Verdict.REJECTED:
        _end(row, RenewalState.REJECTED, now, note=note, by=actor)
    after = {"结果": verdict.label} | ({"续聘至": until} if agree else {})
    kept = "；".join(filter(None, logged))
    record("renewal.decide", actor=actor, now=now, subject=expert, after=after, note=kept)
    return verdict


def why_not_renew(row: Renewal, user: User, *, now: datetime) -> str:
    """Return why ``user``, whose step it is, cannot agree to ``row`` as another person than whoever asked and those
    who agreed before him; empty when he can."""
    return why_not_agree(row, row.expert, user, asked_by=row.asked_by_id, now=now)


@transaction.atomic
def renew_expert(*, expert: Expert, until: date, reason: str, actor: User, now: datetime) -> Expert:
    """Renew the term of a member to ``until`` without his asking, with a version; what he asked for is overtaken.
    He is told. Refuses (InspectionRefused) who is no member, has no term, or has a longer one."""
    expert = _locked(expert.pk)
    _checked(expert, until, now)
    for row in Renewal.objects.select_for_update().filter(
        expert=expert, state=RenewalState.WAITING
    ):
        withdraw_approval(subject=row, now=now)
        _end(row, RenewalState.OVERTAKEN, now, until=until)
        record("renewal.overtake", actor=actor, now=now, subject=expert)
    _renew(expert, until, f"至 {until}，{reason}", actor, now)
    envelope = Envelope(
        recipient=recipient_of(expert),
        context={"专家姓名": expert.name, "聘期至": until.isoformat()},
        about=expert,
        key=f"{RENEWED.code}:{expert.pk}:{until}",
    )
    send_messages(
        occasion=RENEWED.code,
        envelopes=[envelope],
        channels=[ChannelCode.SITE, ChannelCode.EMAIL],
        now=now,
        surely=True,
    )
    return expert


def _locked(pk: int) -> Expert:
    rows = Expert.objects.select_for_update(of=("self",)).select_related("user")
    return rows.get(pk=pk)


def _checked(expert: Expert, until: date | None, now: datetime) -> date:
    today, end = timezone.localdate(now), expert.term_end_date
    if expert.status != ExpertStatus.FORMAL:
        raise InspectionRefused("已不在库，不能续聘。")
    if end is None:
        raise InspectionRefused("聘期没有期限，不用续聘。")
    if until is None or until <= today:
        raise InspectionRefused("续聘至的日期应在今天之后。", field="until")
    # A renewal never shortens a term: that is a change of the record, with its own rights.
    if until <= end:
        raise InspectionRefused(f"现在的聘期到 {end}，续聘至的日期应更晚。", field="until")
    return until


def _renew(expert: Expert, until: date, note: str, actor: User, now: datetime) -> None:
    try:
        update_expert(
            expert=expert,
            values={"term_end_date": until},
            actor=actor,
            now=now,
            via=ChangeVia.RENEWAL,
            note=note,
        )
    except ValidationError as error:
        said = "；".join(error.messages)
        raise InspectionRefused(f"档案有误，请先修改档案再续聘：{said}") from error


def _end(
    row: Renewal,
    state: RenewalState,
    now: datetime,
    *,
    note: str = "",
    until: date | None = None,
    by: User | None = None,
) -> None:
    # Before anything is set: afterwards its proof fits nothing.
    is_altered = row.is_altered
    row.state, row.note, row.until, row.decided_by, row.ended_at = state, note, until, by, now
    names = ("state", "note", "until", "decided_by", "ended_at")
    row.save(update_fields=[*names, *([] if is_altered else ["proof"])])


# --- many at once -------------------------------------------------------------------------------------


@transaction.atomic
def start_run(
    *, keys: Sequence[int], until: date, reason: str, actor: User, now: datetime
) -> RenewalRun:
    """Queue the renewal of the terms of the experts ``keys``. Refuses (InspectionRefused) nobody, more than a list
    lets one pick, a day that has come, and no reason."""
    if not keys:
        raise InspectionRefused("没有选中专家，请先勾选。")
    if len(keys) > MOST_PICKED:
        raise InspectionRefused(f"一次最多续聘 {MOST_PICKED:,} 位，请用筛选条件分批办理。")
    if until <= timezone.localdate(now):
        raise InspectionRefused("续聘至的日期应在今天之后。", field="until")
    if not if_seen(reason):
        raise InspectionRefused("请填写续聘的依据。", field="reason")
    run = RenewalRun.objects.create(
        user=actor,
        until=until,
        reason=whole(reason, MOST_REASON, InspectionRefused),
        chosen=list(keys),
        total=len(keys),
        created_at=now,
    )
    defer("inspections.renew", lock=f"renewals-{run.pk}", run_id=run.pk)
    return run


def work_off(*, run_id: int, now: datetime) -> None:
    """Renew what a run was started for, some at a time; of one whose worker died, who is done is not done again,
    and one that is over stays as it is; one that nobody asked for does nothing. What goes wrong is kept as its state and logged."""
    run = RenewalRun.objects.select_related("user").get(pk=run_id)
    if run.is_over:
        return
    with transaction.atomic():
        if not stands(run, now=now):
            forged = RenewalRun.objects.filter(pk=run.pk)
            forged.update(state=RunState.FAILED, finished_at=now)
            return
    _update(run, state=RunState.RUNNING)
    try:
        # From where it stopped: a worker that died has counted what it did.
        for start in range(run.done, run.total, AT_ONCE):
            with unless_undone(run):
                _part(run, run.chosen[start : start + AT_ONCE], now)
    except Exception:
        logger.exception("run of renewals %s failed", run.pk)
        _update(run, state=RunState.FAILED, finished_at=now)
    else:
        _update(run, state=RunState.DONE, finished_at=now)


def _part(run: RenewalRun, keys: Sequence[int], now: datetime) -> None:
    # The rights are those of now: between asking and doing they may have been taken.
    rows = {row.pk: row for row in terms_visible_to(run.user).filter(pk__in=keys)}
    experts = Expert.objects.filter(pk__in=keys).only("number", "name")
    names = {one.pk: one.name for one in experts}
    refused: list[Any] = list(run.refused)
    made = run.made
    for key in keys:
        if key not in rows:
            refused.append((names.get(key, "—"), OUT))
            continue
        try:
            with transaction.atomic():
                renew_expert(
                    expert=rows[key], until=run.until, reason=run.reason, actor=run.user, now=now
                )
            made += 1
        except (InspectionRefused, ExpertRefused) as refusal:
            refused.append((str(rows[key]), str(refusal)))
    _update(run, done=run.done + len(keys), made=made, refused=refused)


def _update(run: RenewalRun, **values: object) -> None:
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=[*values, "proof"])
