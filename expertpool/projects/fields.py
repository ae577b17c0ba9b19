"""Every field of a project, declared once; see `core.subjects`.

The order is that of most places. What an approval or a draw writes has no form. ``shown=False``:
the head of the page shows it.
"""

from __future__ import annotations

from django.urls import reverse

from expertpool.accounts.models import Department, User
from expertpool.core import criteria as ask
from expertpool.core.importing import moment, money, text
from expertpool.core.subjects import (
    Amount,
    Choice,
    Entry,
    FieldDeclaration,
    InCriteria,
    InExport,
    InFilter,
    InForm,
    InHistory,
    InImport,
    InInterface,
    Moment,
    Number,
    Rows,
    Subject,
    Text,
)
from expertpool.core.visibility import NAME
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import Unit
from expertpool.directory.queries import UNIT_SEARCH, dictionary_names, now_called, unit_name
from expertpool.directory.queries.lists import UNITS, list_called
from expertpool.projects import validators as rules
from expertpool.projects.enums import DrawState, ProjectStatus, Regime
from expertpool.projects.models import ProjectBatch
from expertpool.projects.queries import criteria as answers

SECTIONS = {
    "": {
        "basic": "基本信息",
        "size": "规模",
        "meeting": "时间地点",
        "contact": "联系方式与说明",
        "extra": "其他信息",
    }
}
LAST = 2  # the order of conditions about who filed and decided


def kinds() -> list[str]:
    return dictionary_names(DictionaryCode.PROJECT_KIND)


FIELDS = (
    FieldDeclaration(
        code="number",
        label="项目编号",
        kind=Text(longest=50, rule=rules.number),
        form=InForm(
            section="basic",
            shown=False,
            order=-2,
            required=True,
            help="已按年度给出一个未用的编号，可以改成本单位的编号。",
        ),
        imported=InImport(
            order=-3,
            aliases=("编号", "项目号", "采购编号", "招标编号"),
            help="不填则由系统按年度编号；不能与已有项目重复。",
            sample="ZB-2026-018",
        ),
        exported=InExport(),
        criterion=InCriteria(field=ask.Text(), order=-2),
        history=InHistory(),
        interface=InInterface(help="项目编号，新增时不填则按年度给出"),
    ),
    FieldDeclaration(
        code="name",
        label="项目名称",
        kind=Text(longest=200),
        required=True,
        form=InForm(section="basic", shown=False, order=-3),
        imported=InImport(order=-2, aliases=("名称",), sample="市民中心弱电工程", width=32),
        exported=InExport(width=36),
        criterion=InCriteria(field=ask.Text(), order=-3),
        history=InHistory(),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="kind",
        label="项目类型",
        kind=Entry(longest=50, words=kinds),
        form=InForm(section="basic"),
        imported=InImport(aliases=("类型",), help="数据字典里的名称。", sample="工程"),
        exported=InExport(),
        criterion=InCriteria(
            field=ask.Choice(
                choices=lambda: [(name, name) for name in kinds()],
                kept_list=list_called(DictionaryCode.PROJECT_KIND),
                nullable=True,
            )
        ),
        filtered=InFilter(order=4, outlived=True),
        history=InHistory(),
        interface=InInterface(help="项目类型，须是数据字典里的名称"),
    ),
    FieldDeclaration(
        code="regime",
        label="适用制度",
        kind=Choice(pairs=Regime.choices),
        required=True,
        form=InForm(section="basic", shown=False, order=-1),
        imported=InImport(
            order=-1,
            aliases=("制度",),
            help="招标投标、政府采购或内部评审。",
            sample="招标投标",
        ),
        exported=InExport(optional=True),
        criterion=InCriteria(field=ask.Choice(choices=Regime.choices), order=-1),
        filtered=InFilter(order=1),
        history=InHistory(),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="department",
        label="所属部门",
        kind=Rows(rows=Department.objects.all),
        form=InForm(section="basic", shown=False, required=True),
        imported=InImport(
            aliases=("部门", "申请部门"),
            help="不填则为您所在的部门；有同名部门时写成「上级部门/部门」。",
            clean=text(100),
        ),
        exported=InExport(optional=True),
        criterion=InCriteria(
            field=ask.Multi(
                match=answers.department_q,
                choices=lambda: list(Department.objects.values_list("pk", "name")),
                operators=("in", "not_in"),
            )
        ),
        filtered=InFilter(order=2, single=True),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="batch",
        label="批次",
        kind=Rows(rows=ProjectBatch.objects.all),
        write=False,
        exported=InExport(width=24),
    ),
    FieldDeclaration(
        code="purchaser",
        label="采购单位",
        kind=Rows(rows=Unit.objects.all, attrs=UNIT_SEARCH),
        form=InForm(
            section="basic",
            shown=False,
            help="输入单位名称的一部分查找；采购单位自动列为回避单位。",
        ),
        imported=InImport(
            aliases=("招标人", "采购人", "建设单位"),
            help="单位库里的名称或别名；库里没有的，须同时填写统一社会信用代码。抽取时自动回避。",
            width=28,
            clean=unit_name,
        ),
        exported=InExport(width=30),
        criterion=InCriteria(
            field=ask.Reference(
                labels=answers.unit_names,
                src=lambda: reverse("directory:unit_search"),
                moved=now_called,
                kept_list=UNITS,
                nullable=True,
            )
        ),
        history=InHistory(),
    ),
    # Read from a file alone: with its code a unit enters the directory that is not there yet.
    FieldDeclaration(
        code="uscc",
        label="统一社会信用代码",
        kind=Text(longest=18, rule=rules.uscc),
        write=False,
        imported=InImport(aliases=("信用代码", "采购单位统一社会信用代码"), width=22),
    ),
    # In a file only: each person named becomes an avoidance (`services.importing`).
    FieldDeclaration(
        code="authors",
        label="采购文件编制人",
        kind=Text(longest=1000),
        write=False,
        imported=InImport(
            aliases=("编制人", "招标文件编制人"),
            help="不得评审本项目；用分号隔开，可写专家编号，同名的在括号里写单位。",
            sample="王明（华东设计院）；李华",
            width=24,
            clean=rules.people,
        ),
    ),
    FieldDeclaration(
        code="reviewers",
        label="采购文件论证人",
        kind=Text(longest=1000),
        write=False,
        imported=InImport(
            aliases=("论证人", "论证专家", "招标文件论证人"),
            help="写法同上；不得评审本项目。",
            width=24,
            clean=rules.people,
        ),
    ),
    FieldDeclaration(
        code="budget",
        label="预算（元）",
        kind=Amount(rule=money, bounds=rules.BUDGET),
        show=lambda one: "" if one.budget is None else f"¥{one.budget:,.2f}",
        form=InForm(section="size"),
        imported=InImport(aliases=("预算", "预算金额", "金额"), sample="8600000"),
        exported=InExport(),
        criterion=InCriteria(
            field=ask.Number(
                label="预算",
                suffix="元",
                decimals=True,
                maximum=10**12,
                nullable=True,
            )
        ),
        history=InHistory(),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="representatives",
        label="代表人数",
        kind=Number(least=rules.REPRESENTATIVES.low, most=rules.REPRESENTATIVES.high),
        show=lambda one: f"{one.representatives} 人",
        form=InForm(
            section="size",
            required=True,
            labels={"": "招标人（采购人）代表人数"},
            help="与抽取的专家一同组成评审委员会的代表人数，用于核对法定人数。",
        ),
        imported=InImport(
            aliases=("招标人代表人数", "采购人代表人数"),
            help="与专家一同组成评审委员会的代表人数。",
            sample="2",
            width=10,
        ),
        exported=InExport(width=10),
        criterion=InCriteria(field=ask.Number(suffix="人")),
        history=InHistory(),
        interface=InInterface(help="招标人（采购人）代表人数"),
    ),
    FieldDeclaration(
        code="opening_at",
        label="评审开始时间",
        kind=Moment(rule=moment),
        required=True,
        form=InForm(section="meeting", shown=False),
        imported=InImport(
            aliases=("评审时间", "开标时间"),
            help="日期和时间，例如 2026-12-01 09:30。",
            sample="2026-12-01 09:30",
            width=20,
        ),
        exported=InExport(code="opening", width=20),
        criterion=InCriteria(
            field=ask.Date(code="opening", label="评审时间", path="opening_at", moments=True)
        ),
        filtered=InFilter(order=3, label="评审时间"),
        history=InHistory(),
        interface=InInterface(help="评审开始时间，带时区"),
    ),
    FieldDeclaration(
        code="duration_minutes",
        label="预计时长（分钟）",
        kind=Number(least=rules.DURATION.low, most=rules.DURATION.high),
        show=lambda one: f"{one.duration_minutes} 分钟",
        form=InForm(section="meeting", required=True),
        imported=InImport(aliases=("预计时长", "时长"), help="不填则为 240 分钟。", sample="240"),
        exported=InExport(code="duration"),
        criterion=InCriteria(field=ask.Number(label="预计时长", suffix="分钟")),
        history=InHistory(),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="check_in_at",
        label="报到时间",
        kind=Moment(rule=moment),
        form=InForm(section="meeting"),
        imported=InImport(help="不晚于评审开始时间。", width=20),
        exported=InExport(code="check_in", width=20),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Date(code="check_in", path="check_in_at", moments=True, nullable=True),
            order=LAST,
        ),
        interface=InInterface(help="报到时间，不晚于评审开始时间"),
    ),
    FieldDeclaration(
        code="place",
        label="评审地点",
        kind=Text(longest=200),
        required=True,
        form=InForm(section="meeting", shown=False),
        imported=InImport(
            aliases=("地点", "开标地点"), sample="市公共资源交易中心三楼 306 评标室", width=32
        ),
        exported=InExport(width=32),
        criterion=InCriteria(field=ask.Text()),
        history=InHistory(),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="contact_name",
        label="联系人",
        kind=Text(longest=50),
        required=True,
        form=InForm(section="contact", shown=False),
        imported=InImport(sample="李晓梅"),
        exported=InExport(code="contact", optional=True),
        criterion=InCriteria(field=ask.Text()),
        history=InHistory(),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="contact_phone",
        label="联系电话",
        kind=Text(longest=30, rule=rules.phone),
        required=True,
        form=InForm(section="contact", shown=False),
        imported=InImport(aliases=("电话", "联系方式"), sample="021-55500001"),
        exported=InExport(),
        criterion=InCriteria(field=ask.Text()),
        history=InHistory(),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="description",
        label="项目说明",
        kind=Text(longest=5000, rows=4, counted=2000),
        form=InForm(section="contact"),
        imported=InImport(aliases=("说明", "备注"), width=32),
        exported=InExport(width=32),
        criterion=InCriteria(field=ask.Text()),
        history=InHistory(),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="avoidances",
        label="回避单位或人员",
        kind=Text(longest=200),
        write=False,
        veil=NAME,  # beside a number it says who has it
        criterion=InCriteria(field=ask.Text(code="avoidance", match=answers.avoidance_q)),
    ),
    FieldDeclaration(
        code="created_by",
        label="申请人",
        kind=Rows(rows=User.objects.all),
        write=False,
        exported=InExport(code="applicant"),
        criterion=InCriteria(field=ask.Text(code="applicant", path="created_by__name"), order=LAST),
    ),
    FieldDeclaration(
        code="created_at",
        label="申请时间",
        kind=Moment(),
        write=False,
        exported=InExport(code="created", width=20, optional=True),
        criterion=InCriteria(
            field=ask.Date(code="created", path="created_at", moments=True), order=LAST
        ),
        filtered=InFilter(order=5),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="submitted_at",
        label="提交时间",
        kind=Moment(),
        write=False,
        exported=InExport(code="submitted", width=20),
        criterion=InCriteria(
            field=ask.Date(code="submitted", path="submitted_at", moments=True, nullable=True),
            order=LAST,
        ),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="decided_by",
        label="审核人",
        kind=Rows(rows=User.objects.all),
        write=False,
        exported=InExport(code="approver"),
        criterion=InCriteria(
            field=ask.Text(code="approver", path="decided_by__name", nullable=True),
            order=LAST,
        ),
    ),
    FieldDeclaration(
        code="decided_at",
        label="审核时间",
        kind=Moment(),
        write=False,
        exported=InExport(code="decided", width=20),
        criterion=InCriteria(
            field=ask.Date(code="decided", path="decided_at", moments=True, nullable=True),
            order=LAST,
        ),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="decision_note",
        label="审核意见",
        kind=Text(longest=500),
        write=False,
        exported=InExport(code="decision", width=24),
        criterion=InCriteria(
            field=ask.Text(code="decision", path="decision_note", nullable=True), order=LAST
        ),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="status",
        label="审核状态",
        kind=Choice(pairs=ProjectStatus.choices),
        write=False,
        criterion=InCriteria(
            field=ask.Choice(choices=ProjectStatus.choices),
            order=1,
        ),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="draw_state",
        label="抽取状态",
        kind=Choice(pairs=DrawState.choices),
        write=False,
        criterion=InCriteria(
            field=ask.Choice(choices=DrawState.choices),
            order=1,
        ),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="archived_at",
        label="归档时间",
        kind=Moment(),
        write=False,
        criterion=InCriteria(
            field=ask.Date(code="archived", path="archived_at", moments=True, nullable=True),
            order=LAST,
        ),
    ),
)

PROJECT = Subject(answers.SUBJECT, label="项目", sections=SECTIONS, fields=FIELDS)
