"""Projects for the demonstration, filed and decided through the services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.files.services import attach
from expertpool.projects.enums import (
    AvoidanceSubject,
    FileAudience,
    PersonRole,
    ProjectStatus,
    Regime,
)
from expertpool.projects.models import Project
from expertpool.projects.queries.criteria import SUBJECT
from expertpool.projects.services.application import create_project, submit_project
from expertpool.projects.services.approval import approve_project, reject_project
from expertpool.projects.services.avoidance import AvoidanceData, add_avoidance
from expertpool.projects.services.batches import create_batch
from expertpool.workflow.enums import StepKind
from expertpool.workflow.queries.notices import open_notices
from expertpool.workflow.services.flows import StepData, save_flow
from expertpool.workflow.services.objections import file_objection


@dataclass(frozen=True)
class _Demo:
    number: str
    name: str
    regime: Regime
    kind: str
    budget: int
    days: int  # until the opening
    status: ProjectStatus
    representatives: int = 0
    at: time = time(9, 30)


_DEMOS = (
    _Demo(
        "YS-001", "市民中心弱电工程", Regime.TENDER, "工程", 8_600_000, 3, ProjectStatus.APPROVED, 2
    ),
    _Demo(
        "YS-002",
        "第三人民医院信息化设备采购",
        Regime.PROCUREMENT,
        "货物",
        12_400_000,
        2,
        ProjectStatus.APPROVED,
    ),
    _Demo(
        "YS-003",
        "智慧社区平台验收评审",
        Regime.INTERNAL,
        "服务",
        960_000,
        6,
        ProjectStatus.APPROVED,
    ),
    _Demo(
        "YS-004",
        "滨江路排水管网改造工程",
        Regime.TENDER,
        "工程",
        23_000_000,
        9,
        ProjectStatus.PENDING,
        2,
    ),
    _Demo(
        "YS-005",
        "政务云平台运维服务",
        Regime.PROCUREMENT,
        "服务",
        4_800_000,
        11,
        ProjectStatus.PENDING,
    ),
    _Demo(
        "YS-006",
        "图书馆家具采购",
        Regime.PROCUREMENT,
        "货物",
        1_350_000,
        14,
        ProjectStatus.REJECTED,
    ),
    _Demo(
        "YS-007", "档案数字化加工服务", Regime.PROCUREMENT, "服务", 780_000, 16, ProjectStatus.DRAFT
    ),
    # Two lots of one school, reviewed one after the other in the same room: a batch.
    _Demo(
        "YS-008",
        "实验中学教学设备采购（一标段）",
        Regime.PROCUREMENT,
        "货物",
        3_200_000,
        5,
        ProjectStatus.APPROVED,
    ),
    _Demo(
        "YS-009",
        "实验中学教学设备采购（二标段）",
        Regime.PROCUREMENT,
        "货物",
        1_760_000,
        5,
        ProjectStatus.APPROVED,
        at=time(14, 30),
    ),
    _Demo(
        "YS-010",
        "数据共享平台验收评审",
        Regime.INTERNAL,
        "服务",
        1_480_000,
        8,
        ProjectStatus.APPROVED,
    ),
    # Reviewed weeks ago: experts have a record.
    _Demo(
        "YS-011",
        "城市大脑一期验收评审",
        Regime.INTERNAL,
        "服务",
        2_150_000,
        -18,
        ProjectStatus.APPROVED,
    ),
    # Reviewed the day before yesterday: its experts are still to be rated.
    _Demo(
        "YS-012",
        "妇幼保健院检验设备采购",
        Regime.PROCUREMENT,
        "货物",
        2_980_000,
        -2,
        ProjectStatus.APPROVED,
    ),
    # Begun yesterday and read at home: each topic by some of its experts.
    _Demo(
        "YS-013",
        "卫生健康科研课题立项评审",
        Regime.INTERNAL,
        "服务",
        600_000,
        -1,
        ProjectStatus.APPROVED,
    ),
)

_BATCH, _NOTE = "实验中学教学设备采购", "两个标段由同一组专家评审。"
_LOTS = ("YS-008", "YS-009")


# What experts read once they have agreed to come, and what stays in the house.
_FILES = {
    "YS-003": (
        (
            "评审办法.txt",
            FileAudience.EXPERTS,
            "逐项核对建设内容，现场查看后由评审组写出验收意见。\n",
        ),
        ("经费请示.txt", FileAudience.INTERNAL, "拟于年内完成验收并支付尾款，请批示。\n"),
    ),
}
_LARGE = 20_000_000
_OF_LARGE = {"field": "budget", "op": "gte", "value": _LARGE}
# What is large is looked at by a second person after the public was told; all else has one step.
_STEPS = (
    StepData("处室初审", condition=_OF_LARGE, days=3),
    StepData("公示", kind=StepKind.NOTICE, condition=_OF_LARGE, days=3),
    StepData("审核", days=5),
)
_AVOIDED = (
    AvoidanceData(AvoidanceSubject.UNIT, name="华东建设工程有限公司", reason="投标人"),
    AvoidanceData(
        AvoidanceSubject.PERSON,
        name="郑文清",
        unit_name="天元招标代理有限公司",
        role=PersonRole.AUTHOR,
    ),
)


def ensure_demo_projects(*, applicant: User, approver: User, now: datetime) -> list[Project]:
    """Make the demonstration projects that are missing, in each status, two of them in a batch;
    return all of them.

    ``applicant`` needs the right to file for his department, ``approver`` is somebody else.
    Running it again changes nothing.
    """
    numbers = [demo.number for demo in _DEMOS]
    known = set(Project.objects.filter(number__in=numbers).values_list("number", flat=True))
    if not known:
        save_flow(subject=SUBJECT, steps=_STEPS, actor=approver, now=_on_day(now, -28, time(10, 0)))
    for demo in _DEMOS:
        if demo.number not in known:
            _make(demo, applicant=applicant, approver=approver, now=now)
    lots = Project.objects.filter(number__in=_LOTS).order_by("number")
    if not lots.filter(batch__isnull=False).exists():
        at = _on_day(now, -1, time(15, 30))
        create_batch(projects=lots, name=_BATCH, note=_NOTE, actor=applicant, now=at)
    return list(Project.objects.filter(number__in=numbers).order_by("number"))


def _make(demo: _Demo, *, applicant: User, approver: User, now: datetime) -> Project:
    assert applicant.department is not None, "the applicant files for his department"  # noqa: S101
    opening = _on_day(now, demo.days, demo.at)
    # Filed, handed in and decided on days before: a draw of today comes after, or that of a review that is over.
    filed_on = demo.days - 6 if demo.days < 0 else -3
    filed, handed_in = _on_day(now, filed_on, time(9, 20)), _on_day(now, filed_on, time(9, 55))
    decided = _on_day(now, filed_on + 2, time(15, 10))
    project = create_project(
        values={
            "number": demo.number,
            "name": demo.name,
            "regime": demo.regime,
            "department": applicant.department,
            "opening_at": opening,
            "check_in_at": opening - timedelta(minutes=30),
            "place": "市公共资源交易中心三楼 306 评标室",
            "contact_name": applicant.name,
            "contact_phone": "021-55500001",
            "kind": demo.kind,
            "budget": Decimal(demo.budget),
            "representatives": demo.representatives,
            "description": "演示项目，可以随意操作。",
        },
        actor=applicant,
        now=filed,
    )
    for avoided in _AVOIDED:
        add_avoidance(project=project, data=avoided, actor=applicant, now=filed)
    for name, audience, text in _FILES.get(demo.number, ()):
        file = SimpleUploadedFile(name, text.encode())
        attach(subject=project, uploaded_file=file, kind=audience, actor=applicant, now=filed)
    if demo.status != ProjectStatus.DRAFT:
        submit_project(project=project, actor=applicant, now=handed_in)
    if demo.status == ProjectStatus.APPROVED:
        approve_project(
            project=project, version=project.version, actor=approver, now=decided, note="同意"
        )
    elif demo.status == ProjectStatus.REJECTED:
        reject_project(
            project=project,
            actor=approver,
            now=decided,
            note="请补充采购需求附件",
            fields={"budget": "与批复的 120 万元不一致", "contact_phone": "请留座机"},
        )
    elif demo.budget >= _LARGE:
        approve_project(
            project=project, version=project.version, actor=approver, now=decided, note="同意公示"
        )
        _object(project, now=decided + timedelta(hours=1))
    return project


def _object(project: Project, *, now: datetime) -> None:
    """Somebody of the public objects to what is on notice."""
    notice = open_notices(now).get(approval__subject_type=SUBJECT, approval__subject_id=project.pk)
    file_objection(
        notice=notice,
        name="某市政工程公司 林工",
        contact="13900000021",
        text="该项目的工程量与去年公布的规划不一致，请核对后再组织评审。",
        address="192.0.2.21",
        now=now,
    )


def _on_day(now: datetime, days: int, at: time) -> datetime:
    """Return the time ``at`` of the day ``days`` after ``now``."""
    day = timezone.localtime(now).date() + timedelta(days=days)
    return datetime.combine(day, at, tzinfo=timezone.get_current_timezone())
