"""What the interface takes and gives of projects."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Field

from expertpool.core.api import Day, Id, Input, Moment, Output
from expertpool.core.api.records import FieldValue, added_of, given, naming, taken
from expertpool.projects.enums import AvoidanceSubject, DrawState, PersonRole, ProjectStatus, Regime
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Avoidance, Project
from expertpool.projects.queries.batches import LARGEST_BATCH

Note = Annotated[str, Field(max_length=500)]


class PurchaserRef(Input):
    """The purchaser, by code or name: it has to be in the directory."""

    name: str = Field("", max_length=200, description="单位名称或别名")
    uscc: str = Field("", max_length=18, description="统一社会信用代码")


class BatchRef(Output):
    id: int
    number: str
    name: str


@taken(PROJECT, Project)
class ProjectInput(Input):
    """An application."""

    department_id: Id = Field(description="所属部门，见 /departments")
    purchaser: PurchaserRef | None = Field(None, description="采购单位；自动列为回避单位")
    fields: dict[str, FieldValue] = Field(
        {}, max_length=100, description="自定义字段：代码 → 值，见 /project-fields"
    )


class ProjectFilters(Input):
    """By what the list of projects is narrowed."""

    q: str = Field("", max_length=100, description="名称、编号、部门、联系人、采购单位中的字")
    number: str = Field("", max_length=50, description="项目编号，完全相同")
    status: ProjectStatus | None = Field(None, description="审核状态")
    draw_state: DrawState | None = Field(None, description="抽取状态")
    regime: Regime | None = Field(None, description="适用制度")
    opening_from: Moment | None = Field(None, description="评审开始时间不早于")
    opening_to: Moment | None = Field(None, description="评审开始时间早于")


class ApprovalInput(Input):
    version: int = Field(
        ge=0, description="读到的版本（项目的 version）；此后撤回修改、重新提交过的拒绝"
    )
    note: Note = Field("", description="审核意见")


class RejectionInput(Input):
    note: Note = Field(description="退回原因，申请人据此修改")


class DepartmentOutput(Output):
    id: int
    name: str


class UnitOutput(Output):
    id: int
    name: str
    uscc: str = Field(description="统一社会信用代码")


@given(PROJECT, Project)
class ProjectOutput(Output):
    """A project as the interface shows it."""

    id: int
    department: DepartmentOutput
    purchaser: UnitOutput | None
    batch: BatchRef | None = Field(description="所在的批次：批次内的项目一次抽取，共用一组专家")
    applicant: str = Field(alias="created_by.name", description="申请人")
    version: int = Field(description="版本：审核时以此说明看过的是哪一版")
    fields: dict[str, FieldValue] = Field(
        description="自定义字段：代码 → 值；没有填写的、令牌用户看不到的不列出，文件只给出文件名"
    )

    @staticmethod
    def resolve_fields(project: Project, context: Any) -> dict[str, FieldValue]:
        return added_of(PROJECT, project.extra, context["request"].user)


class AvoidanceInput(Input):
    """One thing to avoid; the fields of the other subjects are ignored."""

    subject: AvoidanceSubject = Field(
        description="unit 单位（name、uscc），person 人员（name、unit_name、expert_number、role），"
        "period 时间段（from_date、to_date）"
    )
    name: str = Field("", max_length=200, description="单位名称或姓名")
    uscc: str = Field("", max_length=18, description="统一社会信用代码")
    unit_name: str = Field("", max_length=200, description="人员所在单位")
    expert_number: str = Field("", max_length=20, description="专家编号")
    role: PersonRole = Field(
        PersonRole.OTHER,
        description="人员的身份：author 采购文件编制人，reviewer 采购文件论证人，"
        "head 投标人的负责人，other 其他",
    )
    from_date: Day | None = Field(None, description="开始日期")
    to_date: Day | None = Field(None, description="结束日期")
    reason: str = Field("", max_length=200, description="原因，如「投标人」")


class AvoidanceOutput(Output):
    id: int
    subject: AvoidanceSubject
    target: str = Field(description="回避什么")
    label: str = Field(description="类别；人员为其身份")
    reason: str

    @staticmethod
    def resolve_target(avoidance: Avoidance, context: Any) -> str:
        return avoidance.target_for(context["request"].user)


class BatchInput(Input):
    """A new batch of at least two projects."""

    name: str = Field(min_length=1, max_length=100, description="批次名称")
    note: str = Field("", max_length=1000, description="说明")
    project_ids: Annotated[list[Id], Field(min_length=2, max_length=LARGEST_BATCH)] = Field(
        description="项目，第一个为主项目，整批按它的抽取方案抽取；须未抽取、适用同一制度、不在其他批次"
    )


class BatchFilters(Input):
    """By what the list of batches is narrowed."""

    q: str = Field("", max_length=100, description="批次或项目的名称、编号中的字")
    number: str = Field("", max_length=50, description="批次编号，完全相同")
    draw_state: DrawState | None = Field(None, description="抽取状态，整批相同")


@naming(PROJECT)
class BatchMember(Output):
    id: int
    number: str
    name: str
    opening_at: datetime
    status: ProjectStatus
    draw_state: DrawState


class BatchOutput(Output):
    """A batch and its projects, the lead first."""

    id: int
    number: str = Field(description="批次编号")
    name: str
    note: str
    created_at: datetime
    creator: str = Field(alias="created_by.name", description="创建人")
    projects: list[BatchMember] = Field(alias="members", description="全部项目，主项目在前")
