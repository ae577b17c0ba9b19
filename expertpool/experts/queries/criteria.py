"""The fields that conditions over experts may name (filters, saved searches, draws)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from expertpool.core.criteria import (
    Choice,
    Context,
    Date,
    Field,
    Multi,
    Number,
    Reference,
    Text,
    Tree,
)
from expertpool.directory.enums import DictionaryCode, TitleLevel
from expertpool.directory.models import Division, Specialty, Title, Unit
from expertpool.directory.queries import (
    dictionary_names,
    division_subtree,
    specialty_subtree,
    specialty_subtrees,
)
from expertpool.experts.enums import ExpertKind, ExpertSource, ExpertStatus, Sex
from expertpool.experts.models import Expert, ExpertSpecialty, Tag
from expertpool.experts.queries.availability import years_before
from expertpool.experts.queries.participation import participation_counts

SUBJECT = "experts.expert"
OPERATORS: dict[str, Callable[[int, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "between": lambda count, bounds: bool(bounds[0] <= count <= bounds[1]),
}
NUMBER_OPERATORS = ("gte", "lte", "between", "eq")
_Membership = Expert.tags.through


def specialty_q(op: str, values: Sequence[str], context: Context) -> Q:
    """Experts who hold one (``in``) or each (``all``) of the specialties, or one below it."""
    if op == "all":
        return _all(specialty_q("in", [value], context) for value in values)
    prepare_specialties(values, context)
    known = context.memory["specialty"]
    below = set[int]().union(*(known[value] for value in values))
    return Q(Exists(_holders(below).filter(expert=OuterRef("pk"))))


def prepare_specialties(values: Iterable[str], context: Context) -> None:
    """Look up which specialties each of ``values`` stands for."""
    known = context.memory.setdefault("specialty", {})
    if missing := set(values) - known.keys():
        known |= specialty_subtrees(missing)


def _holding(values: Sequence[str]) -> QuerySet[ExpertSpecialty]:
    return _holders(specialty_subtree(values).values_list("pk", flat=True))


def _holders(specialties: Iterable[int]) -> QuerySet[ExpertSpecialty]:
    # The ids themselves, since the planner knows how many hold each of them.
    return ExpertSpecialty.objects.filter(specialty__in=list(specialties)).order_by()


def _all(conditions: Any) -> Q:
    result = Q()
    for condition in conditions:
        result &= condition
    return result


def division_q(op: str, values: Sequence[str], context: Context) -> Q:
    """Experts in one of the divisions or below it."""
    return Q(division__in=_below(values))


def _below(values: Sequence[str]) -> list[str]:
    return list(division_subtree(values).values_list("pk", flat=True))


def tag_q(op: str, values: Sequence[int], context: Context) -> Q:
    """Experts in one (``in``) or each (``all``) of the groups."""
    rows = _Membership.objects.filter(expert=OuterRef("pk"))
    if op == "all":
        return _all(Q(Exists(rows.filter(tag=tag))) for tag in values)
    return Q(Exists(rows.filter(tag__in=values)))


def age_q(op: str, value: Any, context: Context) -> Q:
    """Experts by whole years of age today."""
    if op == "between":
        return age_q("gte", value[0], context) & age_q("lte", value[1], context)
    if op == "eq":
        return age_q("between", (value, value), context)
    if op == "gte":
        return Q(birth_date__lte=years_before(context.today, value))
    return Q(birth_date__gt=years_before(context.today, value + 1))


def participation_q(op: str, value: Any, context: Context) -> Q:
    """Experts by the number of invitations they accepted."""
    holds = OPERATORS[op]
    counts = participation_counts()
    if holds(0, value):
        return ~Q(pk__in=[pk for pk, count in counts.items() if not holds(count, value)])
    return Q(pk__in=[pk for pk, count in counts.items() if holds(count, value)])


def _entries(dictionary: DictionaryCode) -> Callable[[], list[tuple[str, str]]]:
    return lambda: [(name, name) for name in dictionary_names(dictionary)]


def _titles() -> list[tuple[str, str]]:
    return [(name, name) for name in Title.objects.values_list("name", flat=True)]


def _labels(model: Any) -> Callable[[Sequence[str]], dict[str, str]]:
    def labels(values: Sequence[str]) -> dict[str, str]:
        valid = [value for value in values if value.isdigit()]
        rows = model.objects.filter(pk__in=valid).values_list("pk", "name")
        return {str(pk): name for pk, name in rows}

    return labels


EXPERT_FIELDS: tuple[Field, ...] = (
    Tree(
        code="specialty",
        label="专业",
        match=specialty_q,
        find=lambda values: _holding(values).values("expert"),
        prepare=prepare_specialties,
        labels=_labels(Specialty),
        src=lambda: reverse("directory:specialty_tree"),
    ),
    Choice(code="title_level", label="职称级别", choices=TitleLevel.choices, ordered=True),
    Choice(code="title", label="职称", choices=_titles),
    Tree(
        code="division",
        label="所在地区",
        match=division_q,
        find=lambda values: (
            Expert.objects.filter(division__in=_below(values)).order_by().values("pk")
        ),
        labels=_labels(Division),
        src=lambda: reverse("directory:division_tree"),
        operators=("in", "not_in"),
    ),
    Multi(
        code="tag",
        label="分组",
        match=tag_q,
        find=lambda values: _Membership.objects.filter(tag__in=values).values("expert"),
        choices=lambda: list(Tag.objects.values_list("pk", "name")),
    ),
    Choice(code="kind", label="类别", choices=ExpertKind.choices),
    Choice(
        code="expert_type",
        label="专家类型",
        choices=_entries(DictionaryCode.EXPERT_TYPE),
    ),
    Choice(
        code="education",
        label="学历",
        choices=_entries(DictionaryCode.EDUCATION),
    ),
    Choice(code="sex", label="性别", choices=Sex.choices),
    Number(
        code="age",
        label="年龄",
        match=age_q,
        suffix="岁",
        maximum=150,
        operators=NUMBER_OPERATORS,
    ),
    Number(
        code="practice_years",
        label="从业年限",
        suffix="年",
        maximum=100,
        operators=NUMBER_OPERATORS,
    ),
    Reference(
        code="employer",
        label="工作单位",
        labels=_labels(Unit),
        src=lambda: reverse("directory:unit_search"),
    ),
    Choice(code="status", label="状态", choices=ExpertStatus.choices),
    Date(code="term_end", label="聘期至", path="term_end_date", nullable=True),
    Number(
        code="participation",
        label="参加评审次数",
        match=participation_q,
        suffix="次",
        maximum=100_000,
        operators=NUMBER_OPERATORS,
    ),
    Text(code="name", label="姓名"),
    Text(code="number", label="专家编号"),
    Choice(code="source", label="来源", choices=ExpertSource.choices),
)

# The list does without 参加评审次数: it would tell who has just been drawn while names are sealed.
LIST_FIELDS = tuple(field for field in EXPERT_FIELDS if field.code != "participation")
