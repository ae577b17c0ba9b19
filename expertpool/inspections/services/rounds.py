"""Rounds: set up, opened for the members who are chosen, ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record, record_change, snapshot
from expertpool.core.criteria import CriteriaError, NotAsked, shown_to
from expertpool.core.fields import is_vouched
from expertpool.core.jobs import defer
from expertpool.core.mandates import stands, vouched
from expertpool.experts.queries.criteria import SUBJECT as OF_EXPERTS
from expertpool.inspections.enums import RoundState
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.models import MOST_MATERIALS, Inspection, Round
from expertpool.inspections.occasions import OPENED
from expertpool.inspections.queries.inspections import members_for
from expertpool.inspections.services.telling import tell

RECORDED = ("name", "year", "due_date", "suspend_from", "guidance", "materials", "declaration")
AT_ONCE = 200  # experts who are told in one transaction
CHANGED = "这次年检已经开启或有变化，请刷新页面，看过后再办。"
ALTERED = "这次年检在系统之外被改动过，请告诉审计员；还没有开启的，重新保存后再办。"
SHORTEST = timedelta(days=1)


@transaction.atomic
def save_round(*, row: Round, values: Mapping[str, Any], actor: User, now: datetime) -> Round:
    """Write ``values`` into a round that nobody has been told of; of one that goes on the name and the guidance
    alone, and days that are later than they were.

    Refuses (ValidationError by field) days that have come, or in the wrong order; (InspectionRefused) a
    round that has ended.
    """
    if row.pk:
        row = Round.objects.select_for_update().get(pk=row.pk)
        if row.state not in (RoundState.DRAFT, RoundState.OPEN):
            raise InspectionRefused(CHANGED)
        if row.is_open and not is_vouched(row):  # what is not typed anew would be vouched for
            raise InspectionRefused(ALTERED)
    else:
        row.created_at, row.created_by = now, actor
    before = snapshot(row, *RECORDED) if row.pk else None
    due, suspend = row.due_date, row.suspend_from
    kept = ("name", "guidance", "due_date", "suspend_from") if row.is_open else tuple(values)
    for name in kept:
        setattr(row, name, values[name])
    row.updated_at = now
    row.proof_n += 1
    _check(row, now)
    if row.is_open:
        # Against what experts were told, not against what was typed.
        _check_later(row, due, suspend)
        # Whoever has days of his own that are longer keeps them.
        _put_off(row)
    row.save()
    after = snapshot(row, *RECORDED)
    record_change("inspection.save", actor=actor, now=now, subject=row, before=before, after=after)
    return row


def _put_off(row: Round) -> None:
    """Give who has less time the last day of ``row``. Of what somebody else has written no proof is made."""
    rows = Inspection.objects.filter(round=row, due_on__lt=row.due_date).select_for_update(
        of=("self",)
    )
    found = rows.select_related("round", "expert", "asked_by", "decided_by", "lifted_by")
    put_off, field = vouched(found), Inspection._meta.get_field("proof")
    for one in put_off:
        one.due_on, one.proof_n = row.due_date, one.proof_n + 1
        one.proof = field.made_of(one)
    # In one statement: a round may have thousands, and `save` would write them one by one.
    Inspection.objects.bulk_update(put_off, ["due_on", "proof_n", "proof"], batch_size=1000)


def _check(row: Round, now: datetime) -> None:
    errors = dict[str, Any]()
    tomorrow = timezone.localdate(now) + SHORTEST
    if row.due_date and row.due_date < tomorrow and not row.is_open:
        errors["due_date"] = ValidationError("截止日期应在今天之后，专家要有时间填报。")
    if row.due_date and row.suspend_from and row.suspend_from <= row.due_date:
        errors["suspend_from"] = ValidationError("应在提交截止之后：截止当天提交的算按期。")
    if len(row.materials) > MOST_MATERIALS:
        errors["materials"] = ValidationError(f"最多 {MOST_MATERIALS} 项材料，请合并。")
    try:
        row.full_clean(exclude=[*errors, "criteria", "materials"], validate_constraints=False)
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def _check_later(row: Round, due: Any, suspend: Any) -> None:
    """What experts were told holds: no day comes earlier, and no consequence is added."""
    if row.due_date < due:
        raise ValidationError({"due_date": f"已通知专家截止到 {due}，只能延后。"})
    # To drop the consequence is always free; to add one would punish by a rule that came later.
    if row.suspend_from and (suspend is None or row.suspend_from < suspend):
        said = (
            f"已通知专家从 {suspend} 起，只能延后或取消。"
            if suspend
            else "开启时没有这一后果，不能再加。"
        )
        raise ValidationError({"suspend_from": said})


@transaction.atomic
def remove_round(*, row: Round, actor: User, now: datetime) -> None:
    """Remove a round that nobody has been told of. Refuses (InspectionRefused) any other."""
    row = Round.objects.select_for_update().get(pk=row.pk)
    if row.state != RoundState.DRAFT:
        raise InspectionRefused(CHANGED)
    record("inspection.remove", actor=actor, now=now, subject=row, before={"名称": row.name})
    row.delete()


@transaction.atomic
def open_round(*, row: Round, actor: User, now: datetime) -> Round:
    """Open ``row`` for the members in the scope of ``actor`` who meet its conditions; a job makes the list and
    tells them. Refuses (InspectionRefused) one that is open already, days that have come, conditions that name what is gone or that he may not see, and a choice of nobody."""
    row = Round.objects.select_for_update().get(pk=row.pk)
    if row.state != RoundState.DRAFT:
        raise InspectionRefused(CHANGED)
    if not is_vouched(row):
        raise InspectionRefused(ALTERED)
    if row.due_date < timezone.localdate(now) + SHORTEST:
        raise InspectionRefused("截止日期已到，请先改为以后的日期。")
    try:
        shown_to(OF_EXPERTS, row.criteria, viewer=actor)
    except NotAsked as error:
        raise InspectionRefused(str(error)) from None
    except CriteriaError as error:  # what it names is gone
        raise InspectionRefused(f"{error}请先修改范围。") from None
    total = members_for(row, actor, now=now).count()
    if not total:
        raise InspectionRefused("没有符合条件的在库专家，请先修改范围。")
    row.state, row.total, row.opened_at, row.opened_by = RoundState.OPENING, total, now, actor
    row.updated_at = now
    row.proof_n += 1
    row.save()
    after = {"人数": total, "提交截止": row.due_date, "暂停抽取从": row.suspend_from}
    record("inspection.open", actor=actor, now=now, subject=row, after=after)
    defer("inspections.fill", lock=f"inspections-{row.pk}", round_id=row.pk)
    return row


def fill_round(*, round_id: int, now: datetime) -> None:
    """Make the list of a round that is being opened, and tell its experts, some at a time. Of one whose worker
    died, nobody stands there twice or is told twice. One that nobody opened here ends, and nobody hears of it."""
    with transaction.atomic():
        row = (
            Round.objects.select_for_update(of=("self",))
            .select_related("opened_by")
            .get(pk=round_id)
        )
        if row.state not in (RoundState.OPENING, RoundState.OPEN):
            return
        if not stands(row, now=now):
            if row.state == RoundState.OPENING:
                row.state, row.closed_at = RoundState.CLOSED, now
                row.save(update_fields=["state", "closed_at"])
            return
        if row.state == RoundState.OPENING:
            _list_members(row, now)
    while row.state == RoundState.OPEN and row.done < row.total:
        with transaction.atomic():
            row = Round.objects.select_for_update().get(pk=round_id)
            rows = Inspection.objects.filter(round=row).select_related("round", "expert__user")
            part = list(rows.order_by("pk")[row.done : row.done + AT_ONCE])
            tell(OPENED, part, key="opened", now=now)
            row.done = row.done + len(part) if part else row.total
            row.save(update_fields=["done"])


def _list_members(row: Round, now: datetime) -> None:
    opener = row.opened_by
    assert opener is not None  # noqa: S101 (a constraint)
    members = members_for(row, opener, now=now).order_by("pk").only("number")
    rows = [Inspection(round=row, expert=one, due_on=row.due_date) for one in members]
    Inspection.objects.bulk_create(rows, batch_size=1000)
    row.state, row.total, row.done = RoundState.OPEN, len(rows), 0
    row.save(update_fields=["state", "total", "done"])


@transaction.atomic
def close_round(*, row: Round, actor: User, now: datetime) -> Round:
    """End ``row``: nobody hands in any more, but who had something returned to him; what waits is still decided.
    Refuses (InspectionRefused) before its last day, and one that does not go on."""
    row = Round.objects.select_for_update().get(pk=row.pk)
    if not row.is_open:
        raise InspectionRefused(CHANGED)
    if timezone.localdate(now) <= row.due_date:
        raise InspectionRefused(f"提交截止是 {row.due_date}，过了这一天才能结束。")
    row.state, row.closed_at, row.updated_at = RoundState.CLOSED, now, now
    row.save(update_fields=["state", "closed_at", "updated_at"])
    record("inspection.close", actor=actor, now=now, subject=row)
    return row
