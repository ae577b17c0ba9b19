"""Projects through the interface: the same services and scopes as the pages."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Status
from ninja.pagination import paginate

from expertpool.accounts.models import Department, User, UserRequest
from expertpool.core.api import Id, Pages, Refusal, allows, answers
from expertpool.core.api.records import AddedField, added_values
from expertpool.core.text import clean_code, clean_text
from expertpool.customforms.models import CustomField
from expertpool.customforms.queries.declared import fields_shown_to
from expertpool.directory.models import Unit
from expertpool.directory.queries import near_text, units_matching
from expertpool.projects.exceptions import (
    DepartmentNotAllowed,
    NoteRequired,
    NumberTaken,
    ProjectError,
)
from expertpool.projects.fields import PROJECT, kinds
from expertpool.projects.models import Avoidance, Project, ProjectBatch
from expertpool.projects.queries import (
    departments_for_filing,
    matching,
    projects_editable_by,
    projects_in_approval_scope,
    projects_visible_to,
)
from expertpool.projects.queries.batches import batches_matching, batches_visible_to
from expertpool.projects.schemas import (
    ApprovalInput,
    AvoidanceInput,
    AvoidanceOutput,
    BatchFilters,
    BatchInput,
    BatchOutput,
    DepartmentOutput,
    ProjectFilters,
    ProjectInput,
    ProjectOutput,
    PurchaserRef,
    RejectionInput,
)
from expertpool.projects.services.application import create_project, submit_project
from expertpool.projects.services.approval import approve_project, reject_project
from expertpool.projects.services.avoidance import AvoidanceData, add_avoidance
from expertpool.projects.services.batches import create_batch

router = Router(tags=["项目"])
REFUSALS = (
    Refusal(ProjectError, 409, "project-refused", "项目现在不能这样操作"),
    Refusal(NumberTaken, 409, "number-taken", "项目编号已被使用"),
    Refusal(DepartmentNotAllowed, 422, "invalid-values", "填写的内容有误"),
    Refusal(NoteRequired, 422, "invalid-values", "填写的内容有误"),
)


@router.get(
    "/departments",
    response=answers(list[DepartmentOutput]),
    operation_id="department_list",
    summary="可申请项目的部门",
)
@allows("projects.add")
def department_list(request: UserRequest) -> QuerySet[Department]:
    """返回令牌用户可以为之申请项目的部门。"""
    return departments_for_filing(request.user)


@router.get(
    "/project-fields",
    response=answers(list[AddedField]),
    operation_id="project_field_list",
    summary="项目的自定义字段",
)
@allows("projects.view", "projects.add")
def project_field_list(request: UserRequest) -> QuerySet[CustomField]:
    """返回管理员为项目新增、正在使用、令牌用户能看到的字段。"""
    return fields_shown_to(request.user, PROJECT)


@router.get(
    "/projects",
    response=answers(list[ProjectOutput]),
    operation_id="project_list",
    summary="项目列表",
)
@allows("projects.view")
@paginate(Pages)
def project_list(request: UserRequest, filters: Query[ProjectFilters]) -> QuerySet[Project]:
    """返回数据范围内的项目，新的在前。"""
    rows = projects_visible_to(request.user)
    if filters.q:
        rows = matching(rows, filters.q, request.user)
    conditions = {
        "number": filters.number or None,
        "status": filters.status,
        "draw_state": filters.draw_state,
        "regime": filters.regime,
        "opening_at__gte": filters.opening_from,
        "opening_at__lt": filters.opening_to,
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    return rows.filter(**given).order_by("-id")


@router.post(
    "/projects",
    response=answers(ProjectOutput, 201),
    operation_id="project_create",
    summary="新增项目",
)
@allows("projects.add")
def project_create(request: UserRequest, data: ProjectInput) -> Status[Project]:
    """新增一个草稿项目，申请人是令牌用户。提交审核见「提交项目」。"""
    now = timezone.now()
    values = data.dict(exclude={"department_id", "purchaser", "fields"}) | added_values(
        PROJECT, data.fields, viewer=request.user, listed_at="/project-fields"
    )
    # These are named by other words than the record's, and an error names their own field.
    values["department"] = _department(request.user, data.department_id)
    values["kind"] = _kind(values["kind"])
    values["purchaser"] = _purchaser(data.purchaser)
    values["number"] = clean_code(values["number"])
    return Status(201, create_project(values=values, actor=request.user, now=now))


@router.get(
    "/projects/{project_id}",
    response=answers(ProjectOutput),
    operation_id="project_get",
    summary="查看项目",
)
@allows("projects.view")
def project_get(request: UserRequest, project_id: Id) -> Project:
    return get_object_or_404(projects_visible_to(request.user), pk=project_id)


@router.post(
    "/projects/{project_id}/submit",
    response=answers(ProjectOutput),
    operation_id="project_submit",
    summary="提交项目",
)
@allows("projects.edit")
def project_submit(request: UserRequest, project_id: Id) -> Project:
    """把草稿或已退回的项目提交审核。"""
    project = get_object_or_404(projects_editable_by(request.user), pk=project_id)
    submit_project(project=project, actor=request.user, now=timezone.now())
    return project


@router.post(
    "/projects/{project_id}/approve",
    response=answers(ProjectOutput),
    operation_id="project_approve",
    summary="审核通过",
)
@allows("projects.approve")
def project_approve(request: UserRequest, project_id: Id, data: ApprovalInput) -> Project:
    """审核通过待审核的项目，之后可以抽取。申请人不能审核自己的项目；读到之后又改过的，拒绝。"""
    project = get_object_or_404(projects_in_approval_scope(request.user), pk=project_id)
    approve_project(
        project=project,
        version=data.version,
        actor=request.user,
        now=timezone.now(),
        note=data.note,
    )
    return project


@router.post(
    "/projects/{project_id}/reject",
    response=answers(ProjectOutput),
    operation_id="project_reject",
    summary="退回项目",
)
@allows("projects.approve")
def project_reject(request: UserRequest, project_id: Id, data: RejectionInput) -> Project:
    """把待审核的项目退回申请人，写明原因。"""
    project = get_object_or_404(projects_in_approval_scope(request.user), pk=project_id)
    reject_project(project=project, actor=request.user, now=timezone.now(), note=data.note)
    return project


@router.get(
    "/projects/{project_id}/avoidances",
    response=answers(list[AvoidanceOutput]),
    operation_id="avoidance_list",
    summary="项目的回避",
)
@allows("projects.view")
def avoidance_list(request: UserRequest, project_id: Id) -> QuerySet[Avoidance]:
    project = get_object_or_404(projects_visible_to(request.user), pk=project_id)
    return project.avoidances.select_related("unit")


@router.post(
    "/projects/{project_id}/avoidances",
    response=answers(AvoidanceOutput, 201),
    operation_id="avoidance_add",
    summary="新增回避",
)
@allows("projects.edit")
def avoidance_add(request: UserRequest, project_id: Id, data: AvoidanceInput) -> Status[Avoidance]:
    """登记投标人等回避单位、回避人员或回避时间段；抽取时据此排除专家。"""
    project = get_object_or_404(projects_editable_by(request.user), pk=project_id)
    values: dict[str, Any] = {
        name: clean_text(value) if name in {"name", "unit_name", "reason"} else value
        for name, value in data.dict().items()
    }
    values["uscc"] = clean_code(data.uscc).upper()
    avoidance = add_avoidance(
        project=project, data=AvoidanceData(**values), actor=request.user, now=timezone.now()
    )
    return Status(201, avoidance)


@router.get(
    "/batches", response=answers(list[BatchOutput]), operation_id="batch_list", summary="批次列表"
)
@allows("projects.view")
@paginate(Pages)
def batch_list(request: UserRequest, filters: Query[BatchFilters]) -> QuerySet[ProjectBatch]:
    """返回数据范围内的项目批次，新的在前。"""
    rows = batches_matching(batches_visible_to(request.user), filters.q)
    if filters.number:
        rows = rows.filter(number=filters.number)
    if filters.draw_state:
        rows = rows.filter(projects__leads_batch=True, projects__draw_state=filters.draw_state)
    return rows.prefetch_related("projects").order_by("-id")


@router.post(
    "/batches", response=answers(BatchOutput, 201), operation_id="batch_create", summary="新增批次"
)
@allows("projects.edit")
def batch_create(request: UserRequest, data: BatchInput) -> Status[ProjectBatch]:
    """把多个项目合并为批次：按主项目的抽取方案抽取一次，任何一个项目的回避对整批有效。

    抽取方案、预查询和封存抽取的接口用批次内任何一个项目的编号都可以。
    """
    reachable = projects_editable_by(request.user).in_bulk(data.project_ids)
    if missing := [pk for pk in data.project_ids if pk not in reachable]:
        raise ValidationError({"project_ids": f"没有这些项目，或您不能修改：{missing}。"})
    batch = create_batch(
        projects=[reachable[pk] for pk in data.project_ids],
        name=clean_text(data.name),
        note=data.note,
        actor=request.user,
        now=timezone.now(),
    )
    return Status(201, batch)


@router.get(
    "/batches/{batch_id}",
    response=answers(BatchOutput),
    operation_id="batch_get",
    summary="查看批次",
)
@allows("projects.view")
def batch_get(request: UserRequest, batch_id: Id) -> ProjectBatch:
    return get_object_or_404(batches_visible_to(request.user), pk=batch_id)


def _kind(given: str) -> str:
    name = clean_text(given)
    if name and name not in (known := kinds()):
        raise ValidationError({"kind": f"项目类型不存在，应为：{'、'.join(known)}。"})
    return name


def _department(user: User, pk: int) -> Department:
    found = departments_for_filing(user).filter(pk=pk).first()
    if found is None:
        raise ValidationError({"department_id": "没有这个部门，或您不能为它申请项目。"})
    return found


def _purchaser(named: PurchaserRef | None) -> Unit | None:
    if named is None or not (named.name or named.uscc):
        return None
    found = units_matching(name=named.name, uscc=clean_code(named.uscc).upper())
    # Of several units of one name, one that is known by its code.
    unit = Unit.objects.filter(pk__in=found).order_by("-uscc", "pk").first()
    if unit is None:
        message = (
            f"单位库里没有这个单位，{near_text(named.name)}请核对名称，或先在单位库里新增，"
            "或不填，另以回避单位登记。"
        )
        raise ValidationError({"purchaser": message})
    return unit
