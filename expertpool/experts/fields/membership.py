"""An expert's standing in the pool: state, term, department, where his record came from."""

from __future__ import annotations

import re

from django.utils import timezone

from expertpool.accounts.models import Department
from expertpool.core import criteria as ask
from expertpool.core.importing import FIRST, LAST, as_text, is_of_a_thing
from expertpool.core.prepared import Prepared
from expertpool.core.subjects import (
    Choice,
    Day,
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
    Text,
)
from expertpool.core.visibility import NAME
from expertpool.experts.enums import AccountState, ExpertSource, ExpertStatus
from expertpool.experts.fields.shared import NUMBERS, departments
from expertpool.experts.queries import criteria as answers
from expertpool.experts.queries.experts import state_word
from expertpool.experts.validators import values as rules

_departments = Prepared(lambda: Department.objects.values_list("pk", "name"))
# What lists call the days of a term: 聘任起始日期, 聘期截止日.
_OF_TERM = ("聘期", "聘任", "聘用", "聘任期", "聘用期", "受聘", "任期")
_BEGINS = ("开始", "起始", "起")
_ENDS = ("终止", "结束", "截止", "截至", "到期", "届满", "期满", "终了")
_WHEN = ("", "时间", "日期", "日")
_VAGUE = ("聘任时间", "聘任日期")  # beside a title they may be of that
_VALID = ("有效期至", "有效期", "有效期限", "到期时间", "到期日")
_SAYS_END = re.compile(
    "(?:止|[终截]至|结束|到期|届满|期满|终了|终聘|有效期至?)(?:时间|日期?|年月)?$|^(?:终|止|截|届满|到期)|至$"
)

MEMBERSHIP = (
    FieldDeclaration(
        code="status",
        label="状态",
        kind=Choice(pairs=ExpertStatus.choices),
        write=False,
        exported=InExport(
            code="state", width=10, value=lambda one: state_word(one, timezone.localdate())
        ),
        criterion=InCriteria(
            field=ask.Choice(choices=ExpertStatus.choices),
            order=13,
            draws=False,
        ),
    ),
    FieldDeclaration(
        code="remark",
        label="备注",
        kind=Text(longest=2000, rows=3),
        veil=NAME,  # it may say who he is
        form=InForm(section="term", order=1),
        imported=InImport(
            dispensable=True,
            aliases=("说明", "备注说明", "Remark", "Remarks", "Note", "Notes", "Comments"),
            width=24,
        ),
        history=InHistory(order=1),
        criterion=InCriteria(field=ask.Text(nullable=True), order=24, draws=False),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="term_start_date",
        label="聘期开始",
        kind=Day(month=FIRST),
        form=InForm(section="term"),
        imported=InImport(
            dispensable=True,
            aliases=(
                *(f"{of}{begins}{when}" for of in _OF_TERM for begins in _BEGINS for when in _WHEN),
                *(f"{one}{when}" for one in ("起聘", "始聘") for when in _WHEN if when),
                *("聘期起", "聘用起", "聘任起", *_VAGUE, "Term Start", "Term Start Date"),
            ),
            vague=(*_VAGUE, "起聘日期", "起聘时间"),
            after=("title", "title_level", "position"),
            likely=("入库时间", "入库日期"),
            sample="2026-01-01",
        ),
        exported=InExport(code="term_start", width=12),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Date(code="term_start", path="term_start_date", nullable=True),
            order=14,
            draws=False,
        ),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="term_end_date",
        label="聘期至",
        kind=Day(month=LAST),
        form=InForm(section="term", help="过了这一天不再被抽取。"),
        imported=InImport(
            aliases=(
                *(f"{of}{ends}{when}" for of in _OF_TERM for ends in _ENDS for when in _WHEN),
                *(f"{one}{when}" for one in ("终聘", "止聘") for when in _WHEN if when),
                *("聘期止", "聘任止", "聘用止", "聘任至", "聘用至", "到期日期", "任期"),
                *("聘期", "聘期起止", "聘任期限", "聘用期限"),
                *("聘任有效期", "聘任有效期至", "聘用有效期", "聘用有效期至"),
                *("Term End", "Term End Date"),
            ),
            begun_by="term_start_date",
            # 身份证号, 资格证书编号: how long that is valid
            vague=_VALID,
            after=("id_number", "id_kind"),
            after_header=is_of_a_thing,
            ends=_SAYS_END.search,
            likely=_VALID,
            dispensable=True,
            help="没有期限的写“长期”或不填；只写年份的到年底；也可以写起止，像 2026.1-2028.12。",
            sample="2028-12-31",
            clean=rules.term_end,
        ),
        exported=InExport(code="term", width=12, optional=True),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Date(code="term_end", path="term_end_date", nullable=True),
            order=14,
        ),
        filtered=InFilter(order=3, name="term", label="聘期届满"),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="department",
        label="所属部门",
        kind=Rows(rows=Department.objects.all),
        form=InForm(section="term"),
        imported=InImport(
            words=departments,
            dispensable=True,
            aliases=("归口部门", "归口管理部门", "所属管理部门"),
            apart=(
                "Dept.",
                "Department",
            ),  # mostly of his unit, unless they are departments of ours
            help="系统中的部门；不填则归入导入时所选或您的部门，有同名的写成「上级部门/部门」。",
            width=20,
            clean=as_text,
        ),
        exported=InExport(),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Multi(
                match=answers.department_q,
                choices=_departments.all,
                nullable=True,
                operators=("in", "not_in", "empty", "not_empty"),
            ),
            order=13,
            draws=False,
        ),
        filtered=InFilter(order=7),
    ),
    FieldDeclaration(
        code="source",
        label="来源",
        kind=Choice(pairs=ExpertSource.choices),
        write=False,
        form=InForm(section="term", typed=False),
        exported=InExport(width=10),
        criterion=InCriteria(
            field=ask.Choice(choices=ExpertSource.choices),
            order=18,
            draws=False,
        ),
        filtered=InFilter(order=10),
    ),
    FieldDeclaration(
        code="recommender",
        label="推荐人",
        kind=Text(longest=100),
        veil=NAME,  # it may say who he is
        form=InForm(section="term", help="由谁推荐入库；由库内专家推荐的自动填写。"),
        imported=InImport(
            dispensable=True,
            aliases=("推荐人姓名",),
            likely=("推荐单位",),
            sample="张教授",
            width=14,
        ),
        exported=InExport(width=16),
        history=InHistory(),
        criterion=InCriteria(field=ask.Text(), order=18, draws=False),
        filtered=InFilter(order=10),
    ),
    FieldDeclaration(
        code="created_at",
        label="入库时间",
        kind=Moment(),
        write=False,
        form=InForm(section="term", typed=False),
        exported=InExport(code="entered", width=18, optional=True),
        criterion=InCriteria(
            field=ask.Date(code="entered", path="created_at", moments=True),
            order=20,
            draws=False,
        ),
        filtered=InFilter(order=12),
    ),
    FieldDeclaration(
        code="account",
        label="登录账号",
        kind=Choice(pairs=AccountState.choices),
        write=False,
        # Whether somebody has signed up says nothing of whether he may be drawn.
        criterion=InCriteria(
            field=ask.Choice(choices=AccountState.choices, match=answers.account_q),
            order=19,
            draws=False,
        ),
        filtered=InFilter(order=11),
    ),
    FieldDeclaration(
        code="participation",
        label="参加评审次数",
        kind=Number(),
        write=False,
        # Not in lists: it would tell who has just been drawn while names are sealed.
        criterion=InCriteria(
            field=ask.Number(
                match=answers.participation_q,
                suffix="次",
                maximum=100_000,
                operators=NUMBERS,
            ),
            order=15,
            lists=False,
        ),
    ),
)
