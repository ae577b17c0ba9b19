"""What the interface takes and gives of experts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Field
from pydantic import StrictBool

from expertpool.core.api import Id, Input, Moment, Output
from expertpool.core.api.records import FieldValue, added_of, given, taken
from expertpool.core.subjects.kinds import Entry
from expertpool.core.visibility import EMPLOYER, NAME, is_clear, show
from expertpool.directory.models import Unit
from expertpool.experts.enums import ExpertKind, ExpertSource, ExpertStatus
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert, Leave
from expertpool.experts.queries.experts import state_word
from expertpool.experts.queries.oddities import oddities_of
from expertpool.experts.queries.veils import name_for
from expertpool.experts.tables import leave_pill

MOST_SPECIALTIES = 100
GAVE_UP = "seats_given_up"  # by which a row carries what came of its seats


class EmployerRef(Input):
    """For whom somebody works, by code or name; a unit that the directory does not have is entered."""

    name: str = Field("", max_length=200, description="单位名称或别名")
    uscc: str = Field("", max_length=18, description="统一社会信用代码")


@taken(EXPERT, Expert)
class ExpertInput(Input):
    """A record to be entered; it waits for approval (待审核)."""

    employer: EmployerRef | None = Field(None, description="工作单位；单位专家填统一社会信用代码")
    division: str = Field("", max_length=12, description="所在地区的行政区划代码，如 430100")
    specialties: list[str] = Field(
        [], max_length=MOST_SPECIALTIES, description="评审专业的代码，如 A0401，见 /specialties"
    )
    department_id: Id | None = Field(None, description="所属部门")
    fields: dict[str, FieldValue] = Field(
        {}, max_length=100, description="自定义字段：代码 → 值，见 /expert-fields"
    )
    knowing: str = Field(
        "",
        max_length=100,
        description="提示疑似重复、代码属于另一家单位后仍要新增的，填提示中给出的标记；两个用逗号隔开",
    )


class ExpertFilters(Input):
    """By what the list of experts is narrowed."""

    q: str = Field(
        "", max_length=100, description="关键字：姓名、首字母、编号、单位、专业；多个用空格隔开"
    )
    number: str = Field("", max_length=20, description="专家编号，完全相同")
    status: ExpertStatus | None = Field(None, description="状态；不填为已删除以外的全部")
    kind: ExpertKind | None = Field(None, description="类别")
    specialty: str = Field("", max_length=20, description="专业代码，含其下各级")
    updated_from: Moment | None = Field(None, description="最近修改不早于，用于增量同步")


class SpecialtyFilters(Input):
    q: str = Field("", max_length=100, description="名称中的字或代码开头")
    scheme: str = Field("", max_length=32, description="专业体系的代码")


class SpecialtyOutput(Output):
    scheme: str = Field(alias="scheme.code", description="专业体系的代码")
    code: str
    name: str


class EmployerOutput(Output):
    name: str
    uscc: str = Field(description="统一社会信用代码")


def guarded(code: str) -> Callable[[Expert, dict[str, Any]], str]:
    """Return how a guarded field is answered: as the user of the token may see it."""

    def answer(expert: Expert, context: dict[str, Any]) -> str:
        return show(context["request"].user, f"experts.{code}", getattr(expert, code))

    return answer


AS_ALLOWED = "；按令牌用户的权限为明文、脱敏或空"


@given(EXPERT, Expert)
class ExpertOutput(Output):
    """An expert as the interface shows him to the user of the token."""

    id: int
    number: str = Field(description="专家编号")
    status: ExpertStatus = Field(description="状态")
    state: str = Field(description="状态的说明：在库的另看聘期，如“即将到期”“聘期已满”")
    source: ExpertSource = Field(description="来源")
    phone: str = Field(description="手机号" + AS_ALLOWED)
    email: str = Field(description="邮箱" + AS_ALLOWED)
    id_number: str = Field(description="证件号码" + AS_ALLOWED)
    title_level: str = Field(alias="get_title_level_display", description="职称级别")
    employer: EmployerOutput | None
    division: str = Field(description="行政区划代码")
    department: str = Field(description="所属部门")
    specialties: list[SpecialtyOutput]
    updated_at: datetime
    fields: dict[str, FieldValue] = Field(
        description="自定义字段：代码 → 值；没有填写的、令牌用户看不到的不列出，文件只给出文件名"
    )

    @staticmethod
    def resolve_fields(expert: Expert, context: Any) -> dict[str, FieldValue]:
        return added_of(EXPERT, expert.extra, context["request"].user)

    resolve_phone = staticmethod(guarded("phone"))
    resolve_email = staticmethod(guarded("email"))
    resolve_id_number = staticmethod(guarded("id_number"))

    @staticmethod
    def resolve_name(expert: Expert, context: Any) -> str:
        return name_for(context["request"].user, expert)

    @staticmethod
    def resolve_employer(expert: Expert, context: Any) -> Unit | None:
        return expert.employer if is_clear(context["request"].user, EMPLOYER) else None

    @staticmethod
    def resolve_contact_person(expert: Expert, context: Any) -> str:
        return expert.contact_person if is_clear(context["request"].user, NAME) else ""

    @staticmethod
    def resolve_remark(expert: Expert, context: Any) -> str:
        return expert.remark if is_clear(context["request"].user, NAME) else ""

    @staticmethod
    def resolve_state(expert: Expert) -> str:
        return state_word(expert, timezone.localdate())

    @staticmethod
    def resolve_division(expert: Expert) -> str:
        return expert.division_id or ""

    @staticmethod
    def resolve_department(expert: Expert) -> str:
        return expert.department.name if expert.department else ""


class EnteredOutput(ExpertOutput):
    """An expert who was entered, and what is odd about him."""

    warnings: list[str] = Field(description="已存入、但请核对的内容，一项一句；没有的为空列表")

    @staticmethod
    def resolve_warnings(expert: Expert) -> list[str]:
        return [*oddities_of(expert, EXPERT.writable()), *_unlisted(expert)]


def _unlisted(expert: Expert) -> Iterator[str]:
    """Yield a sentence for each word of ``expert`` that the list of its field does not have."""
    for one in EXPERT.fields():
        word = getattr(expert, one.code, "") if isinstance(one.kind, Entry) else ""
        if word and isinstance(one.kind, Entry) and word not in one.kind.words():
            yield f"{one.label}“{word}”不在词典中，请核对。"


class SeatsInput(Input):
    """What is said of the coming seats of whom an act takes away."""

    seen: list[str] = Field(
        [],
        max_length=200,
        description="已看过的将要参加的评审（/experts/{id}/coming-seats 的 key）；少一个就拒绝",
    )
    give_up: StrictBool = Field(
        False, description="同时申请让出这些席位：监督人确认后递补，与页面上的勾选相同"
    )


class SeatsOutput(Output):
    seats: str = Field(description="申请让出席位的结果；没有申请的为空")

    @staticmethod
    def resolve_seats(row: Any) -> str:
        return str(vars(row).get(GAVE_UP, ""))


class WhyInput(Input):
    reason: str = Field(max_length=500, description="原因")


class ReasonInput(WhyInput, SeatsInput):
    pass


class FrozenOutput(ExpertOutput, SeatsOutput):
    pass


class SeatOutput(Output):
    """A review to which an expert is to come, as far as the user of the token may know."""

    key: str
    review: str = Field(description="评审")
    at: datetime = Field(description="评审开始时间")
    state: str
    then: str = Field(description="离库或请假后席位怎样")


class LeaveInput(SeatsInput):
    start: Moment = Field(description="开始时间")
    end: Moment = Field(description="结束时间，到时自动销假")
    reason: str = Field(max_length=200, description="事由")
    is_long: StrictBool = Field(False, description="请假超过 2 年的，核对年份无误才填 true")


class LeaveOutput(Output):
    id: int
    start: datetime
    end: datetime
    reason: str = Field(alias="readable_reason")
    state: str = Field(description="未开始、请假中、已结束、已销假；无效：不是在系统中登记的")

    @staticmethod
    def resolve_start(leave: Leave) -> datetime:
        return leave.during.lower

    @staticmethod
    def resolve_end(leave: Leave) -> datetime:
        return leave.during.upper

    @staticmethod
    def resolve_state(leave: Leave) -> str:
        return leave_pill(leave, timezone.now())[0]


class FiledOutput(LeaveOutput, SeatsOutput):
    pass
