"""The fields that conditions over projects may name."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse

from expertpool.accounts.models import Department
from expertpool.core.criteria import Choice, Context, Date, Field, Multi, Number, Reference, Text
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import Unit
from expertpool.directory.queries import dictionary_names
from expertpool.projects.enums import DrawState, ProjectStatus, Regime
from expertpool.projects.models import Avoidance

SUBJECT = "projects.project"


def _departments() -> list[tuple[int, str]]:
    return list(Department.objects.values_list("pk", "name"))


def department_q(op: str, values: Sequence[int], context: Context) -> Q:
    """Projects of one of the departments or one below it."""
    paths = Department.objects.filter(pk__in=values).values_list("path", flat=True)
    below = [Q(department__path__startswith=path) for path in paths]
    return Q(*below, _connector=Q.OR) if below else Q(pk__in=[])


def avoidance_q(op: str, value: str, context: Context) -> Q:
    """Projects that avoid a unit or person of this name."""
    lookup = "icontains" if op == "contains" else "istartswith" if op == "starts" else "iexact"
    named = Avoidance.objects.filter(
        Q(**{f"name__{lookup}": value}) | Q(**{f"unit__name__{lookup}": value})
    )
    return Q(pk__in=named.values("project"))


def _units(values: Sequence[str]) -> dict[str, str]:
    valid = [value for value in values if value.isdigit()]
    return {
        str(pk): name for pk, name in Unit.objects.filter(pk__in=valid).values_list("pk", "name")
    }


PROJECT_FIELDS: tuple[Field, ...] = (
    Text(code="name", label="项目名称"),
    Text(code="number", label="项目编号"),
    Choice(code="regime", label="适用制度", choices=Regime.choices),
    Choice(
        code="kind",
        label="项目类型",
        choices=lambda: [(name, name) for name in dictionary_names(DictionaryCode.PROJECT_KIND)],
        nullable=True,
    ),
    Multi(
        code="department",
        label="所属部门",
        match=department_q,
        choices=_departments,
        operators=("in", "not_in"),
    ),
    Reference(
        code="purchaser",
        label="采购单位",
        labels=_units,
        src=lambda: reverse("directory:unit_search"),
        nullable=True,
    ),
    Number(code="budget", label="预算", suffix="元", decimals=True, maximum=10**12, nullable=True),
    Number(code="representatives", label="代表人数", suffix="人"),
    Date(code="opening", label="评审时间", path="opening_at__date"),
    Number(code="duration_minutes", label="预计时长", suffix="分钟"),
    Text(code="place", label="评审地点"),
    Text(code="contact_name", label="联系人"),
    Text(code="contact_phone", label="联系电话"),
    Text(code="description", label="项目说明"),
    Text(code="avoidance", label="回避单位或人员", match=avoidance_q),
    Choice(code="status", label="审核状态", choices=ProjectStatus.choices),
    Choice(code="draw_state", label="抽取状态", choices=DrawState.choices),
    Text(code="applicant", label="申请人", path="created_by__name"),
    Date(code="created", label="申请时间", path="created_at__date"),
    Date(code="submitted", label="提交时间", path="submitted_at__date", nullable=True),
    Text(code="approver", label="审核人", path="decided_by__name", nullable=True),
    Date(code="decided", label="审核时间", path="decided_at__date", nullable=True),
    Date(code="archived", label="归档时间", path="archived_at__date", nullable=True),
)
