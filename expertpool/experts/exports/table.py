"""Export of exactly what the list of experts shows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.exporting import Column, Exporter
from expertpool.core.exporting.exporter import Params
from expertpool.experts.forms.filters import ExpertFilter
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.tables import SORTS, state_pill, tabs


def chosen_experts(user: User, params: Params, code: str) -> QuerySet[Expert]:
    """Return the experts within ``user``'s right ``code`` that a list's address chooses, in order."""
    rows = ExpertFilter(params, user=user).filter(experts_visible_to(user, code))
    known = {tab.code: tab.q for tab in tabs(timezone.localdate())}
    rows = rows.filter(known.get(params.get("tab", ""), known[""]))
    name = params.get("sort", "")
    sign = "-" if name.startswith("-") else ""
    column = SORTS.get(name.removeprefix("-"))
    if column is None:
        return rows.order_by("-id")
    columns = (column,) if isinstance(column, str) else column
    return rows.order_by(*(f"{sign}{one}" for one in columns), "pk")


def _state(expert: Expert) -> str:
    return state_pill(expert, timezone.localdate())[0]


def _employer(expert: Expert) -> str:
    return expert.employer.name if expert.employer else ""


class ExpertExport(Exporter):
    """The list of experts as a table; guarded columns as the user may see them."""

    code = "experts.experts"
    title = "专家信息"
    permission = "experts.export"
    columns = (
        Column("number", "专家编号", lambda expert: expert.number, width=14),
        Column("name", "姓名", lambda expert: expert.name, width=12),
        Column("kind", "类别", lambda expert: expert.get_kind_display(), width=10),
        Column("sex", "性别", lambda expert: expert.get_sex_display(), width=6),
        Column("birth", "出生日期", lambda expert: expert.birth_date, width=12),
        Column("id_number", "身份证号", lambda expert: expert.id_number, "experts.id_number", 22),
        Column("phone", "手机号", lambda expert: expert.phone, "experts.phone", 14, optional=True),
        Column("email", "邮箱", lambda expert: expert.email, "experts.email", 24),
        Column("employer", "工作单位", _employer, width=30, optional=True),
        Column("title", "职称", lambda expert: expert.title, width=14),
        Column(
            "level",
            "职称级别",
            lambda expert: expert.get_title_level_display(),
            width=10,
            optional=True,
        ),
        Column("position", "职务", lambda expert: expert.position, width=12),
        Column("education", "学历", lambda expert: expert.education, width=12),
        Column("practice_years", "从业年限", lambda expert: expert.practice_years, width=10),
        Column(
            "division",
            "所在地区",
            lambda expert: str(expert.division or ""),
            width=12,
            optional=True,
        ),
        Column(
            "specialties",
            "评审专业",
            lambda expert: "、".join(str(one) for one in expert.specialties.all()),
            width=36,
            optional=True,
        ),
        Column("expert_type", "专家类型", lambda expert: expert.expert_type, width=10),
        Column(
            "tags",
            "分组",
            lambda expert: "、".join(str(one) for one in expert.tags.all()),
            width=16,
            optional=True,
        ),
        Column("address", "通讯地址", lambda expert: expert.address, "experts.address", 30),
        Column("postcode", "邮编", lambda expert: expert.postcode, width=8),
        Column("bank_name", "开户银行", lambda expert: expert.bank_name, width=16),
        Column(
            "bank_account",
            "银行账号",
            lambda expert: expert.bank_account,
            "experts.bank_account",
            24,
        ),
        Column("state", "状态", _state, width=10),
        Column("term_start", "聘期开始", lambda expert: expert.term_start_date, width=12),
        Column("term", "聘期至", lambda expert: expert.term_end_date, width=12, optional=True),
        Column("department", "所属部门", lambda expert: str(expert.department or ""), width=16),
        Column("source", "来源", lambda expert: expert.get_source_display(), width=10),
        Column("entered", "入库时间", lambda expert: expert.created_at, width=18, optional=True),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[Expert]:
        return (
            chosen_experts(user, params, self.permission)
            .select_related("employer", "division", "department")
            .prefetch_related("specialties", "tags")
        )
