"""What an expert says of his year: kept as a draft, and handed in, by him or, where he has no account, for him."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.files.queries import attachments_of
from expertpool.inspections.enums import State
from expertpool.inspections.exceptions import ChangedElsewhere, InspectionRefused
from expertpool.inspections.models import LONGEST, Inspection
from expertpool.inspections.queries.inspections import may_hand_in_for
from expertpool.workflow.services.approvals import start_approval

ALTERED = "这份年检在系统之外被改动过，没有办理。请告诉审计员；核实后用「允许重新提交」重新开始。"
ELSEWHERE = "这份年检已在别处修改过，这里填写的没有保存。"


def locked(row: Inspection, *, mends: bool = False) -> Inspection:
    """Return ``row`` as it is now, held until the transaction ends. Refuses (InspectionRefused) what somebody else has
    written, whom saving it would vouch for, but to who ``mends`` it."""
    rows = Inspection.objects.select_for_update(of=("self",))
    row = rows.select_related("round", "expert__user").get(pk=row.pk)
    if row.is_altered and not mends:
        raise InspectionRefused(ALTERED)
    return row


@transaction.atomic
def save_draft(
    *, row: Inspection, contents: str, declared: bool, version: int, actor: User, now: datetime
) -> Inspection:
    """Keep what its expert has written so far; nobody else learns of it.

    Refuses (ChangedElsewhere) what was changed on another device since ``version``; (InspectionRefused) what
    is handed in or over, and another's.
    """
    return _keep(_his(row, actor), contents, declared, version)


def _keep(row: Inspection, contents: str, declared: bool, version: int) -> Inspection:
    if version != row.version:
        raise ChangedElsewhere(ELSEWHERE)
    row.contents, row.is_declared = contents.strip()[:LONGEST], declared
    row.version += 1
    row.keep("contents", "is_declared", "version")
    return row


@transaction.atomic
def hand_in(
    *, row: Inspection, contents: str, declared: bool, version: int, actor: User, now: datetime
) -> Inspection:
    """Hand in, as its expert, what he says; a material that is asked for needs a file.

    Refuses what `save_draft` refuses, and (ValidationError) what is not complete, all of it, by field. Too late is told to the office,
    not refused.
    """
    row = save_draft(
        row=row, contents=contents, declared=declared, version=version, actor=actor, now=now
    )
    return _submit(row, actor=actor, now=now)


@transaction.atomic
def hand_in_for(
    *, row: Inspection, contents: str, signed: bool, version: int, actor: User, now: datetime
) -> Inspection:
    """Hand in, as the office, for an expert without an account, who has ``signed`` the declaration on paper.
    Whoever does so decides on it no more.

    Refuses (InspectionRefused) whom ``actor`` may not see to, an expert who has an account, and what `hand_in` does.
    """
    row = locked(row)
    if not may_hand_in_for(actor, row):
        raise InspectionRefused(
            "专家已有账号、或这次年检已提交或已结束，不能代为提交；请刷新页面。"
        )
    row = _keep(row, contents, signed, version)
    return _submit(row, actor=actor, now=now, note="代没有账号的专家提交")


def _submit(row: Inspection, *, actor: User, now: datetime, note: str = "") -> Inspection:
    missing = {}
    if not row.contents:
        missing["contents"] = "请填写本年度情况；没有变化的写“无变化”。"
    kinds = set(attachments_of(row).values_list("kind", flat=True))
    if lacking := [name for kind, name in row.round.asked if kind not in kinds]:
        missing[NON_FIELD_ERRORS] = (
            # Of that moment: it stays while one after the other is uploaded.
            f"这次提交时缺少材料：{'、'.join(lacking)}。请在下面上传齐全，再提交一次。"
        )
    if not row.is_declared:
        missing["declared"] = "请阅读承诺内容并勾选。"
    if missing:
        # All at once: who uploads on a telephone does not want to be told of one after the other.
        raise ValidationError(missing)
    row.state, row.asked_at, row.asked_by = State.SUBMITTED, now, actor
    row.is_late = row.is_late or timezone.localdate(now) > row.due_on
    row.keep()
    start_approval(subject=row, now=now)
    after = {"年检": row.round.name}
    record("inspection.hand_in", actor=actor, now=now, subject=row.expert, after=after, note=note)
    return row


def _his(row: Inspection, actor: User) -> Inspection:
    row = locked(row)
    if row.expert.user_id != actor.pk:
        raise InspectionRefused("只有专家本人可以填报自己的年检。")
    if not row.may_submit:
        raise InspectionRefused("这次年检已提交或已结束，不能再改动；请刷新页面查看。")
    return row
