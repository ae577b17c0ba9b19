"""Achievements: written by their expert or the office, handed in, decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.achievements.enums import AchievementState
from expertpool.achievements.exceptions import AchievementRefused
from expertpool.achievements.models import Achievement
from expertpool.achievements.queries import DELETED_NO, known_to_office, labels_of
from expertpool.audit.queries import is_told
from expertpool.audit.services import record
from expertpool.core.fields import is_vouched
from expertpool.core.jobs import defer
from expertpool.core.text import if_seen
from expertpool.core.visibility import told
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import next_day
from expertpool.experts.queries.hands import why_not_agree
from expertpool.files.queries import attachments_of
from expertpool.files.services import remove_attachment
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.queries.agreeing import agreed_at_first
from expertpool.workflow.services.approvals import decide, start_approval, withdraw_approval

State = AchievementState
MOST = 200  # of one expert
TAKEN_BACK = "这项成果您已经撤回，明天生效；在此之前管理部门已审核的，以审核为准。"
ALTERED = "这项成果的记录在系统之外被改动过，不能审核；请管理员查看操作日志，再请专家撤回、核对后重新提交。"
CHANGED = "这项成果已经处理或有变化，请刷新页面，看过后再办。"
TWICE = "已登记过同名、同年的这类成果，请勿重复登记。"


@transaction.atomic
def save_achievement(
    *, row: Achievement, values: Mapping[str, Any], actor: User, now: datetime
) -> Achievement:
    """Write ``values`` into ``row``: of its expert as a draft, of the office as approved at once.

    Refuses (ValidationError by field) what its kind needs and lacks, a year to come and one that is there already, as far as whoever writes knows;
    (AchievementRefused) what is not to be changed now, and more than 200 of an expert.
    """
    # Two pages of one expert do not pass the limit together, nor change what is just decided.
    expert = Expert.objects.select_for_update(of=("self",), no_key=True).get(pk=row.expert_id)
    is_own, is_new = expert.user_id == actor.pk, row.pk is None
    if is_new:
        # By the limit the office must not learn what he has not handed in.
        known = Q() if is_own else known_to_office()
        if Achievement.objects.filter(known, expert=expert).count() >= MOST:
            raise AchievementRefused(f"每位专家最多登记 {MOST} 项成果。")
        row.created_at, row.created_by = now, actor
        if not is_own:
            row.state, row.approved_at = State.APPROVED, now
    else:
        row = Achievement.objects.select_for_update().get(pk=row.pk)
        if row.state == State.PENDING or (is_own and not row.is_open):
            raise AchievementRefused(CHANGED)
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at, row.proof_n = now, row.proof_n + 1
    _check(row, now, is_own=is_own)
    row.save()
    row.save(update_fields=["proof"])  # which names a new one by its id
    if not is_own:
        # An expert's own drafts are nobody's business.
        after = {"成果": row.title, "类别": row.get_kind_display(), "年份": row.year}
        record("achievement.save", actor=actor, now=now, subject=expert, after=after)
    return row


def _same(row: Achievement) -> QuerySet[Achievement]:
    """Return others of its expert that say the same."""
    names = ("expert", "kind", "title", "year")
    return Achievement.objects.filter(**{name: getattr(row, name) for name in names}).exclude(
        pk=row.pk
    )


def _check(row: Achievement, now: datetime, *, is_own: bool) -> None:
    labels, errors = labels_of(row.kind), dict[str, Any]()
    for name in row.fields.needs:
        if not getattr(row, name):
            errors[name] = ValidationError(f"请填写{labels[name]}。")
    if row.level and row.level not in row.fields.levels:
        errors["level"] = ValidationError(f"请从列表中选择{labels['level']}。")
    if row.year and row.year > timezone.localdate(now).year:
        errors["year"] = ValidationError("年份还没有到，请改正。")
    # What he has only begun is no reason for the office: it would learn of it.
    if _same(row).filter(Q() if is_own else known_to_office()).exists():
        errors["title"] = ValidationError(TWICE)
    try:
        row.full_clean(exclude=[*errors, "uid"], validate_constraints=False)
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def hand_in(*, row: Achievement, actor: User, now: datetime) -> None:
    """Ask, as its expert, for ``row`` to be approved; who decides is told, on the next day while names are sealed.
    Refuses (AchievementRefused) another's, one that waits or is approved, and one without a file that proves it."""
    row = _locked(row)
    if row.expert.user_id != actor.pk:
        raise AchievementRefused("只有专家本人可以提交自己的成果。")
    if not attachments_of(row).exists():
        raise AchievementRefused("请先上传证明材料（论文首页、证书扫描件等），再提交。")
    if _same(row).filter(state=State.APPROVED).exists():
        raise AchievementRefused(TWICE)
    # Before the flow, which tells: the state says whether there is anything to decide.
    _move(row, (State.DRAFT, State.RETURNED), State.PENDING, now, asked_at=now, asked_by=actor)
    start_approval(subject=row, now=now)
    record("achievement.hand_in", actor=actor, now=now, subject=row.expert)


@transaction.atomic
def take_back(*, row: Achievement, actor: User, now: datetime) -> None:
    """Take back, as its expert, what waits: a draft again. Of what the office knows it hears on the next day, where
    at once would tell that he is at his account: until then it waits, and a decision counts.

    Refuses (AchievementRefused) what was decided and what he takes back already.
    """
    row = _locked(row)
    if row.expert.user_id != actor.pk:
        raise AchievementRefused("只有专家本人可以撤回自己的成果。")
    if row.state != State.PENDING:
        raise AchievementRefused(CHANGED)
    if row.taken_back_at:
        raise AchievementRefused(TAKEN_BACK)
    entry = record("achievement.withdraw", actor=actor, now=now, subject=row.expert)
    if is_told(entry) or not told(Achievement.objects.filter(pk=row.pk)).exists():
        _withdraw(row, now=now)
        return
    Achievement.objects.filter(pk=row.pk).update(taken_back_at=now)
    defer("achievements.withdraw", at=next_day(now), achievement_id=row.pk)


@transaction.atomic
def withdraw_taken_back(*, achievement_id: int, now: datetime) -> None:
    """Make a draft of what its expert has taken back, unless it was decided meanwhile; once, however often it is
    called."""
    row = _locked(Achievement.objects.get(pk=achievement_id))
    if row.state == State.PENDING and row.taken_back_at:
        _withdraw(row, now=now)


def _withdraw(row: Achievement, *, now: datetime) -> None:
    _move(row, (State.PENDING,), State.DRAFT, now, taken_back_at=None)
    withdraw_approval(subject=row, now=now)


@transaction.atomic
def decide_achievement(
    *,
    row: Achievement,
    agree: bool,
    note: str,
    reasons: Mapping[str, str],
    actor: User,
    now: datetime,
) -> Verdict:
    """Decide on the step at which ``row`` waits; approved by the last, it is shown. Whoever turns it down returns it
    to its expert with reasons by field, who is told.

    Refuses (AchievementRefused) what somebody else has written, the account of an expert, whose step it is not, a return without a reason,
    what was decided or taken back, and to agree as no other person (`why_not_approve`).
    """
    row = _locked(row)
    if row.state != State.PENDING:
        raise AchievementRefused(CHANGED)
    if not is_vouched(row):
        # A decision saves the row, and would prove as ours what somebody else wrote.
        raise AchievementRefused(ALTERED)
    if actor.pk == row.asked_by_id or is_outsider(actor):
        raise AchievementRefused("专家账号不能审核成果，请使用工作账号。")
    note = if_seen(note)
    if agree and _same(row).filter(state=State.APPROVED).exists():
        raise AchievementRefused("已有同名、同年的这类成果，请退回这一项。")
    if not agree and not (note or reasons):
        raise AchievementRefused("请填写退回的原因，专家会收到。")
    if agree and (why := why_not_approve(row, actor, now=now)):
        raise AchievementRefused(why)
    # For the log alone: the note is read by the expert.
    logged = [note, agreed_at_first(row, actor, now=now)] if agree else [note]
    try:
        verdict = decide(
            subject=row, agree=agree, note=note, actor=actor, now=now, fields=dict(reasons)
        )
    except DecisionRefused as refusal:
        raise AchievementRefused(str(refusal)) from refusal
    if verdict == Verdict.APPROVED:
        _move(row, (State.PENDING,), State.APPROVED, now, approved_at=now, taken_back_at=None)
    elif verdict == Verdict.REJECTED:
        _move(row, (State.PENDING,), State.RETURNED, now, taken_back_at=None)
    after = {"成果": row.title, "结果": verdict.label}
    kept = "；".join(filter(None, logged))
    record("achievement.decide", actor=actor, now=now, subject=row.expert, after=after, note=kept)
    return verdict


def why_not_approve(row: Achievement, user: User, *, now: datetime) -> str:
    """Return why ``user``, whose step it is, cannot agree to ``row`` as another person than whoever handed it in and
    those who agreed before him; empty when he can."""
    return why_not_agree(row, row.expert, user, asked_by=row.asked_by_id, now=now)


@transaction.atomic
def delete_achievement(*, row: Achievement, actor: User, now: datetime) -> None:
    """Delete ``row`` with its files. Refuses (AchievementRefused) its expert while it waits or is approved."""
    row = _locked(row)
    is_own = row.expert.user_id == actor.pk
    if row.state == State.PENDING or (is_own and not row.is_open):
        raise AchievementRefused("已提交或已通过的成果不能删除；待审核的请先撤回。")
    # Files know the row by its id alone: the database takes none of them along.
    for one in attachments_of(row):
        remove_attachment(attachment=one, actor=actor, now=now)
    if not is_own:
        before = {"成果": row.title, DELETED_NO: row.pk}
        record("achievement.delete", actor=actor, now=now, subject=row.expert, before=before)
    row.delete()


@transaction.atomic
def carry_over(*, closed_id: int, kept_id: int, now: datetime) -> int:
    """Give the record that stays the achievements of the one that was merged into it, with their files, but for
    those that it has itself and what somebody else has written; return how many. Logged."""
    closed, kept = (Expert.objects.get(pk=pk) for pk in (closed_id, kept_id))
    rows = Achievement.objects.select_for_update(of=("self",)).select_related("expert")
    names = []
    for row in rows.filter(expert=closed).order_by("pk"):
        is_approved = Q(state=State.APPROVED)
        # As the two constraints have it: approved ones among themselves, all others likewise.
        alike = _alike(row, kept).filter(
            is_approved if row.state == State.APPROVED else ~is_approved
        )
        if not is_vouched(row) or alike.exists():
            continue
        row.expert, row.proof_n = kept, row.proof_n + 1
        row.save(update_fields=["expert", "proof_n", "proof"])
        names.append(row.title)
    if names:
        after = {"从": closed.number, "成果": len(names)}
        record("achievement.carry_over", actor=None, now=now, subject=kept, after=after)
    return len(names)


def _alike(row: Achievement, expert: Expert) -> QuerySet[Achievement]:
    return Achievement.objects.filter(expert=expert, kind=row.kind, title=row.title, year=row.year)


def _locked(row: Achievement) -> Achievement:
    # The expert first: what is there already is asked, and not changed, meanwhile.
    Expert.objects.select_for_update(of=("self",), no_key=True).get(pk=row.expert_id)
    found = Achievement.objects.select_for_update(of=("self",)).select_related("expert")
    current = found.filter(pk=row.pk).first()
    if current is None:
        raise AchievementRefused(CHANGED)
    return current


def _move(row: Achievement, starts: tuple[str, ...], to: str, now: datetime, **also: Any) -> None:
    """Change the state of ``row``, which is locked, and prove that it was here."""
    if row.state not in starts:
        raise AchievementRefused(CHANGED)
    values = also | {"state": to, "updated_at": now, "proof_n": row.proof_n + 1}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=[*values, "proof"])
