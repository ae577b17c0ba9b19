"""Experts through the interface: the same services, scopes and masks as the pages."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.crypto import salted_hmac
from ninja import Query, Router, Status
from ninja.pagination import paginate

from expertpool.accounts.models import Department, User, UserRequest
from expertpool.core.aftermath import writing_afterwards
from expertpool.core.api import Id, Pages, Refusal, allows, answers
from expertpool.core.api.records import AddedField, added_values
from expertpool.core.text import clean_code, clean_text, shown
from expertpool.customforms.models import CustomField
from expertpool.customforms.queries.declared import fields_shown_to
from expertpool.directory.models import Division, Specialty, Unit
from expertpool.directory.queries import second_of_its_name, specialty_subtree, title_level
from expertpool.directory.services.units import resolve_unit, whose_code
from expertpool.experts.enums import ExpertKind, ExpertSource, ExpertStatus
from expertpool.experts.exceptions import ExpertRefused, LeaveRefused, ReasonRequired
from expertpool.experts.fields import EXPERT
from expertpool.experts.fields.words import is_no_employer
from expertpool.experts.models import Expert, Leave
from expertpool.experts.queries.admission import RIGHT
from expertpool.experts.queries.coming import ComingSeat, ComingSeats, Period, coming_seats
from expertpool.experts.queries.experts import (
    departments_for,
    experts_visible_to,
    needs_department,
)
from expertpool.experts.queries.records import leaves_visible_to
from expertpool.experts.queries.search import search
from expertpool.experts.schemas import (
    GAVE_UP,
    EmployerRef,
    EnteredOutput,
    ExpertFilters,
    ExpertInput,
    ExpertOutput,
    FiledOutput,
    FrozenOutput,
    LeaveInput,
    LeaveOutput,
    ReasonInput,
    SeatOutput,
    SeatsInput,
    SpecialtyFilters,
    SpecialtyOutput,
    WhyInput,
)
from expertpool.experts.services.admission import approve_admission, enter_expert
from expertpool.experts.services.alike import LooksAlike
from expertpool.experts.services.coming import give_up_seats
from expertpool.experts.services.leave import cancel_leave, file_leave, long_told
from expertpool.experts.services.looking import note_look
from expertpool.experts.services.profile import refusals_of
from expertpool.experts.services.status import freeze_expert, unfreeze_expert

router = Router(tags=["专家"])
REFUSALS = (
    Refusal(ExpertRefused, 409, "expert-refused", "专家现在不能这样操作"),
    Refusal(ReasonRequired, 422, "invalid-values", "填写的内容有误"),
)

UNSEEN = "有将要参加的评审：{}。请先查看 coming-seats，并在 seen 中写明已看过的 key。"
MOST_SEATS = 3  # named in a refusal


@router.get(
    "/expert-fields",
    response=answers(list[AddedField]),
    operation_id="expert_field_list",
    summary="专家的自定义字段",
)
@allows("experts.view", "experts.add")
def expert_field_list(request: UserRequest) -> QuerySet[CustomField]:
    """返回管理员为专家新增、正在使用的字段。"""
    return fields_shown_to(request.user, EXPERT)


@router.get(
    "/specialties",
    response=answers(list[SpecialtyOutput]),
    operation_id="specialty_list",
    summary="评审专业",
)
@allows("experts.view", "experts.add")
@paginate(Pages)
def specialty_list(request: UserRequest, filters: Query[SpecialtyFilters]) -> QuerySet[Specialty]:
    """返回启用的评审专业，按体系和代码排列。"""
    rows = Specialty.objects.filter(active=True, scheme__active=True).select_related("scheme")
    if filters.scheme:
        rows = rows.filter(scheme__code=filters.scheme)
    if filters.q:
        rows = rows.filter(Q(name__contains=filters.q) | Q(code__startswith=filters.q.upper()))
    return rows.order_by("scheme__order", "scheme", "code")


@router.get(
    "/experts",
    response=answers(list[ExpertOutput]),
    operation_id="expert_list",
    summary="专家列表",
)
@allows("experts.view")
@paginate(Pages)
def expert_list(request: UserRequest, filters: Query[ExpertFilters]) -> QuerySet[Expert]:
    """返回数据范围内的专家，新的在前；脱敏字段按令牌用户的权限给出。"""
    rows = _shown(experts_visible_to(request.user))
    if filters.status is None:
        rows = rows.exclude(status=ExpertStatus.DELETED)
    conditions = {
        "number": filters.number or None,
        "status": filters.status,
        "kind": filters.kind,
        "updated_at__gte": filters.updated_from,
    }
    rows = rows.filter(**{name: one for name, one in conditions.items() if one is not None})
    if filters.specialty:
        top = Specialty.objects.filter(code=filters.specialty.upper()).values_list("pk", flat=True)
        below = specialty_subtree(list(top)).values("pk")
        rows = rows.filter(pk__in=Expert.objects.filter(specialties__in=below).values("pk"))
    return search(rows, filters.q, request.user).order_by("-id")


@router.post(
    "/experts",
    response=answers(EnteredOutput, 201),
    operation_id="expert_create",
    summary="新增专家",
)
@allows("experts.add")
def expert_create(request: UserRequest, data: ExpertInput) -> Status[Expert]:
    """新增一位待审核的专家，审核通过后才能被抽取。与库中的人疑似重复的先拒绝，答复中给出继续所用的标记；
    可疑而不拒绝的（银行卡校验位、证件地区、从业年限等），新增后在 warnings 中说明。"""
    user, now = request.user, timezone.now()
    given = re.split(r"[\s,，;；]+", data.knowing)
    apart = {"employer", "division", "specialties", "department_id", "fields", "knowing"}
    values = data.dict(exclude=apart) | added_values(
        EXPERT, data.fields, viewer=request.user, listed_at="/expert-fields"
    )
    errors: dict[str, Any] = {}
    with _noting(errors):
        values["division"] = _division(data.division)
    with _noting(errors):
        values["department"] = _department(user, data.department_id)
    specialties: list[Specialty] = []
    with _noting(errors):
        specialties = _specialties(data.specialties)
    values["title_level"] = title_level(values["title"])
    units = {_unit_token(*_named(data.employer, values))}
    try:
        # A unit that was made for a refused record goes with it.
        with writing_afterwards(), transaction.atomic():
            with _noting(errors):
                values["employer"] = _employer(data.employer, values, given)
            if errors:  # all that is wrong at once
                # As it would be made: what the caller cannot fill in is not missing.
                new = Expert(created_at=now, updated_at=now)
                others = refusals_of(expert=new, values=values, actor=user, now=now, taken=False)
                raise ValidationError(errors | {one: others[one] for one in others.keys() - errors})
            expert = enter_expert(
                values=values,
                specialties=specialties,
                source=ExpertSource.INTERFACE,
                knowing=next((one for one in given if one not in units), ""),
                actor=user,
                now=now,
            )
    except LooksAlike as alike:
        tokens = ",".join([*units.intersection(given), alike.token])
        message = f"{alike.told}不是的，knowing 填“{tokens}”再次提交。"
        raise ValidationError({"knowing": message}) from None
    return Status(201, expert)


@router.get(
    "/experts/{expert_id}",
    response=answers(ExpertOutput),
    operation_id="expert_get",
    summary="查看专家",
)
@allows("experts.view")
def expert_get(request: UserRequest, expert_id: Id) -> Expert:
    expert = get_object_or_404(_shown(experts_visible_to(request.user)), pk=expert_id)
    note_look(expert=expert, actor=request.user, now=timezone.now())
    return expert


@router.post(
    "/experts/{expert_id}/approve",
    response=answers(ExpertOutput),
    operation_id="expert_approve",
    summary="审核通过",
)
@allows(RIGHT)
def expert_approve(request: UserRequest, expert_id: Id) -> Expert:
    """同意待审核专家的当前审批步骤；最后一步通过后转为在库，否则状态仍为待审核。录入人、修改人不能审核。"""
    expert = _within(request.user, RIGHT, expert_id)
    approve_admission(expert=expert, actor=request.user, now=timezone.now())
    return _within(request.user, RIGHT, expert_id)


@router.get(
    "/experts/{expert_id}/coming-seats",
    response=answers(list[SeatOutput]),
    operation_id="coming_seat_list",
    summary="将要参加的评审",
)
@allows("experts.edit", "experts.leave")
def coming_seat_list(request: UserRequest, expert_id: Id) -> list[ComingSeat]:
    """返回名单已公开的评审中，专家离库或请假会影响的席位；名单未公开的不在其中。
    令牌还须有 draws.view 和 draws.names：没有的总是空列表，冻结、请假也不要求先看。"""
    codes = [one for one in ("experts.edit", "experts.leave") if request.user.has_permission(one)]
    reach = Q(pk__in=[])
    for code in codes:
        reach |= Q(pk__in=experts_visible_to(request.user, code).values("pk"))
    expert = get_object_or_404(Expert.objects.filter(reach), pk=expert_id)
    return list(coming_seats(request.user, [expert.pk], now=timezone.now()).seats)


@router.post(
    "/experts/{expert_id}/freeze",
    response=answers(FrozenOutput),
    operation_id="expert_freeze",
    summary="冻结专家",
)
@allows("experts.edit")
def expert_freeze(request: UserRequest, expert_id: Id, data: ReasonInput) -> Expert:
    """暂停抽取一位在库的专家，写明原因；原因会告知专家本人。"""
    expert, now = _within(request.user, "experts.edit", expert_id), timezone.now()
    coming = _seen_seats(request.user, expert, data, now=now)
    frozen = freeze_expert(expert=expert, reason=data.reason, actor=request.user, now=now)
    _give_up(frozen, coming, data, actor=request.user, now=now)
    return frozen


@router.post(
    "/experts/{expert_id}/unfreeze",
    response=answers(ExpertOutput),
    operation_id="expert_unfreeze",
    summary="解冻专家",
)
@allows("experts.edit")
def expert_unfreeze(request: UserRequest, expert_id: Id, data: WhyInput) -> Expert:
    """恢复一位冻结的专家，写明原因；原因会告知专家本人。"""
    expert = _within(request.user, "experts.edit", expert_id)
    return unfreeze_expert(
        expert=expert, reason=data.reason, actor=request.user, now=timezone.now()
    )


@router.get(
    "/experts/{expert_id}/leaves",
    response=answers(list[LeaveOutput]),
    operation_id="leave_list",
    summary="专家的长期请假",
)
@allows("experts.leave")
@paginate(Pages)
def leave_list(request: UserRequest, expert_id: Id) -> QuerySet[Leave]:
    """返回请假，后登记的在前。名单未公开期间专家本人登记的，公开后才在其中。"""
    expert = _within(request.user, "experts.leave", expert_id)
    return leaves_visible_to(request.user).filter(expert=expert).order_by("-id")


@router.post(
    "/experts/{expert_id}/leaves",
    response=answers(FiledOutput, 201),
    operation_id="leave_file",
    summary="登记请假",
)
@allows("experts.leave")
def leave_file(request: UserRequest, expert_id: Id, data: LeaveInput) -> Status[Leave]:
    """为专家登记长期请假：请假期间任何项目都不抽取他。与页面一样，先要看过这段时间的席位，可以同时申请让出。"""
    expert, now = _within(request.user, "experts.leave", expert_id), timezone.now()
    if not data.is_long and (told := long_told(data.start, data.end)):
        raise LeaveRefused(f"{told}确认无误的，is_long 填 true 再次提交。")
    coming = _seen_seats(request.user, expert, data, during=(data.start, data.end), now=now)
    leave = file_leave(
        expert=expert,
        start=data.start,
        end=data.end,
        reason=data.reason,
        actor=request.user,
        now=now,
    )
    _give_up(leave, coming, data, actor=request.user, now=now)
    return Status(201, leave)


@router.post(
    "/leaves/{leave_id}/cancel",
    response=answers(LeaveOutput),
    operation_id="leave_cancel",
    summary="销假",
)
@allows("experts.leave")
def leave_cancel(request: UserRequest, leave_id: Id) -> Leave:
    """提前结束请假，从现在起可以抽取。"""
    leave: Leave = get_object_or_404(leaves_visible_to(request.user), pk=leave_id)
    return cancel_leave(leave=leave, actor=request.user, now=timezone.now())


@contextmanager
def _noting(errors: dict[str, Any]) -> Iterator[None]:
    """Keep what is refused within in ``errors``, by field."""
    try:
        yield
    except ValidationError as error:
        errors |= error.error_dict


def _shown(rows: QuerySet[Expert]) -> QuerySet[Expert]:
    """Return ``rows`` with what an answer shows of each."""
    return rows.select_related("employer", "department").prefetch_related("specialties__scheme")


def _within(user: User, code: str, pk: int) -> Expert:
    """Return an expert of the pool in the scope of ``user`` for ``code``."""
    rows = _shown(experts_visible_to(user, code)).exclude(status=ExpertStatus.DELETED)
    return get_object_or_404(rows, pk=pk)


def _seen_seats(
    user: User,
    expert: Expert,
    data: SeatsInput,
    *,
    during: Period | None = None,
    now: datetime,
) -> ComingSeats:
    """Return the coming seats of ``expert``. Refuses (ExpertRefused) while one was not seen, as the pages do."""
    if during and during[0] >= during[1]:
        return ComingSeats()  # refused by the service
    seen = ",".join(data.seen)
    coming = coming_seats(user, [expert.pk], during=during, seen=seen, now=now)
    if not coming.are_seen:
        named = "、".join(one.review for one in coming.seats[:MOST_SEATS])
        raise ExpertRefused(UNSEEN.format(named))
    return coming


def _give_up(
    row: Expert | Leave,
    coming: ComingSeats,
    data: ReasonInput | LeaveInput,
    *,
    actor: User,
    now: datetime,
) -> None:
    """Ask for the seats to be given up where that was wanted, as the pages do; the answer says what came of it."""
    if not (coming and data.give_up):
        return
    leave = row if isinstance(row, Leave) else None
    said = give_up_seats(coming=coming, actor=actor, leave=leave, reason=data.reason, now=now)
    vars(row)[GAVE_UP] = said


def _unit_token(name: str, uscc: str) -> str:
    """Return what says to go on with the code of a unit that is not called so."""
    return salted_hmac("experts.unit", f"{uscc} {name}").hexdigest()[:32]


def _named(named: EmployerRef | None, values: dict[str, Any]) -> tuple[str, str]:
    """Return name and code of the unit that is meant. An organisation is the unit itself."""
    uscc = clean_code(named.uscc).upper() if named else ""
    if values["kind"] == ExpertKind.ORGANISATION:
        return clean_text(values["name"]), uscc
    name = clean_text(named.name) if named else ""
    return "" if is_no_employer(name) else name, uscc


def _employer(
    named: EmployerRef | None, values: dict[str, Any], knowing: Collection[str]
) -> Unit | None:
    """Return the unit, made where there is none. Refuses (ValidationError) another unit's code unless its token
    is among what is ``knowing``."""
    name, uscc = _named(named, values)
    if not name:
        if uscc:
            raise ValidationError({"employer": "填了统一社会信用代码，请同时填写单位名称。"})
        return None
    token = _unit_token(name, uscc)
    if (other := whose_code(name, uscc)) and token not in knowing:
        asked = f"代码 {uscc} 在单位库里是“{other}”，与“{shown(name)}”不像同一家。是另一家的，请改正或清空代码；"
        raise ValidationError(
            {"knowing": f"{asked}就是这家的，knowing 填“{token}”再次提交，即按“{other}”保存。"}
        )
    if (told := second_of_its_name(name, uscc)) and token not in knowing:
        raise ValidationError(
            {
                "knowing": f"{told}就是原来那家的，请改正或清空代码；确是另一家的，knowing 填“{token}”再次提交。"
            }
        )
    try:
        return resolve_unit(name=name, uscc=uscc, knowing=True)
    except ValidationError as error:
        raise ValidationError({"employer": error.messages}) from None


def _division(code: str) -> Division | None:
    found = Division.objects.filter(pk=code).first() if code else None
    if code and found is None:
        raise ValidationError({"division": "没有这个行政区划代码，应为 6 位，如 430100。"})
    return found


def _specialties(codes: list[str]) -> list[Specialty]:
    wanted = {clean_code(code).upper() for code in codes}
    rows = Specialty.objects.filter(code__in=wanted, active=True, scheme__active=True)
    found = {one.code: one for one in rows.order_by("-scheme__order", "-scheme")}
    if missing := sorted(wanted - found.keys()):
        message = f"没有这些专业代码，或已停用：{'、'.join(missing[:10])}；可用的见 /specialties。"
        raise ValidationError({"specialties": message})
    return list(found.values())


def _department(user: User, pk: int | None) -> Department | None:
    if pk is None:
        if needs_department(user):
            raise ValidationError({"department_id": "令牌用户只能查看部门的专家，请填写所属部门。"})
        return None
    found = departments_for(user, "experts.add").filter(pk=pk).first()
    if found is None:
        raise ValidationError({"department_id": "没有这个部门，或您不能把专家放入其中。"})
    return found
