"""What is counted of the pool (EXP-43): experts by specialty, trade, region, activity, title and more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf, Substr

from expertpool.core.lookups import Among, array_of
from expertpool.directory.enums import TitleLevel
from expertpool.directory.models import Division, Specialty
from expertpool.draws.queries.participation import counts_by_expert, participations_in
from expertpool.draws.services.names import readable_draws
from expertpool.experts.enums import ExpertKind, ExpertSource, ExpertStatus, Sex
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert, ExpertSpecialty
from expertpool.experts.queries.availability import years_before
from expertpool.reports.queries.departments import department_words
from expertpool.reports.queries.periods import period
from expertpool.reports.queries.statistics import (
    Asked,
    Dimension,
    Measure,
    Topic,
    Word,
    as_written,
    day_of,
    of_choices,
    plain,
)

HERE = [status for status in ExpertStatus if status != ExpertStatus.DELETED]
LARGE = 20_000  # to count the specialties of each takes 2 microseconds, and the wall screen counts four times
AGES = (0, 30, 40, 50, 60, 70)  # where bands begin
TIMES = (0, 1, 3, 6, 11)  # reviews within `LATELY`
LATELY = timedelta(days=365)
PLACES = 6  # signs of the code of a division


def experts() -> QuerySet[Expert]:
    """Return everybody whom the list shows: who was deleted is counted nowhere."""
    return Expert.objects.filter(status__in=HERE)


def _filled(path: str) -> Callable[[Asked], Any]:
    return lambda asked: NullIf(F(path), Value(""))


# --- Specialties: each counts for its branch, the node above it at a depth, or itself ------------------------------


def _branches(depth: int) -> dict[int, int]:
    """Return the branch (an id) of each specialty."""
    rows = list(Specialty.objects.order_by("pk").values_list("pk", "scheme", "path"))
    nodes = {(scheme, path): pk for pk, scheme, path in rows}
    cut = {pk: "".join(f"{code}/" for code in path.split("/")[:-1][:depth]) for pk, _, path in rows}
    return {pk: nodes[scheme, cut[pk]] for pk, scheme, _ in rows}


def _branch(depth: int, links: str) -> Any:
    """Return an expression: the branch of each specialty that ``links`` leads to; of millions nobody works out a path."""
    return _looked_up(_branches(depth), f"{links}__specialty")


def _looked_up(known: Mapping[int, int], path: str) -> Any:
    """Return an expression: what is ``known`` of the id at ``path``, nought or NULL where nothing is. The database finds it
    at its place in an array, as fast for a million as for one."""
    places = [0] * max(known, default=1)
    for pk, value in known.items():
        places[pk - 1] = value
    return Func(
        array_of(places),
        F(path),
        template="(%(expressions)s]",
        arg_joiner=")[",
        output_field=BigIntegerField(),
    )


def _held_within(depth: int, holder: str) -> Callable[[QuerySet[Any], Any], QuerySet[Any]]:
    def narrow(rows: QuerySet[Any], key: Any) -> QuerySet[Any]:
        inside = [pk for pk, branch in _branches(depth).items() if branch == key]
        held = ExpertSpecialty.objects.filter(Among("specialty", inside), expert=OuterRef(holder))
        return rows.filter(Exists(held))

    return narrow


def _branch_words(keys: Sequence[int]) -> Word:
    """Return what branches are called; ValueError for one that is none."""
    names = {one.pk: str(one) for one in Specialty.objects.filter(pk__in=keys)}
    try:
        return {key: names[key] for key in keys}
    except KeyError as error:
        raise ValueError(*error.args) from None


def specialties(code: str, label: str, depth: int, *, holder: str = "pk") -> Dimension:
    """Return the dimension that splits experts, or what has one in its column ``holder``, by the specialties that these
    hold now, at ``depth`` of the tree."""
    links = "specialty_links" if holder == "pk" else f"{holder}__specialty_links"
    return Dimension(
        code,
        label,
        lambda asked: _branch(depth, links),
        _branch_words,
        none="没有专业",
        read=int,
        several=True,
        of="experts.specialties",
        narrow=_held_within(depth, holder),
    )


# --- Regions ------------------------------------------------------------------------------------------------------


def _division_words(keys: Sequence[str]) -> Word:
    codes = {key: key.ljust(PLACES, "0") for key in keys}
    names = dict(Division.objects.filter(pk__in=codes.values()).values_list("pk", "name"))
    above = {key: codes[key][:2].ljust(PLACES, "0") for key in keys if len(key) > 2}
    provinces = dict(Division.objects.filter(pk__in=above.values()).values_list("pk", "name"))
    try:
        return {
            key: provinces.get(above[key], "") + names[codes[key]]
            if key in above and codes[key] != above[key]
            else names[codes[key]]
            for key in keys
        }
    except KeyError as error:
        raise ValueError(*error.args) from None


def _region(code: str, label: str, signs: int) -> Dimension:
    return Dimension(
        code,
        label,
        lambda asked: Substr("division_id", 1, signs),
        _division_words,
        place=str if signs == 2 else None,
        on_map=signs == 2,
        of="experts.division",
    )


# --- Ages and activity --------------------------------------------------------------------------------------------


def _age(asked: Asked) -> Any:
    today = day_of(asked.now)
    bands = [
        When(birth_date__lte=years_before(today, least), then=Value(str(least)))
        for least in reversed(AGES[1:])
    ]
    return Case(
        When(birth_date__isnull=True, then=None),
        *bands,
        default=Value("0"),
        output_field=CharField(),
    )


def _bands(starts: Sequence[int], unit: str, first: str) -> dict[str, str]:
    words = {str(starts[0]): first}
    for start, after in zip(starts[1:], (*starts[2:], None), strict=True):
        words[str(start)] = (
            f"{start} {unit}及以上"
            if after is None
            else f"{start}–{after - 1} {unit}"
            if after - 1 > start
            else f"{start} {unit}"
        )
    return words


AGE_WORDS = _bands(AGES, "岁", f"{AGES[1]} 岁以下")
TIMES_WORDS = _bands(TIMES, "次", "未参加")


def _one_of(words: dict[str, str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return read


def times_of(asked: Asked) -> Counter[int]:
    """Return how often experts (ids) took part within a year, in draws whose names this user may read; a batch is
    one review."""
    window = Q(
        draw__projects__opening_at__gte=asked.now - LATELY, draw__projects__opening_at__lt=asked.now
    )
    if asked.user is None:
        return Counter()
    readable = readable_draws(asked.user, now=asked.now).filter(released_at__isnull=False)
    return counts_by_expert(
        participations_in(window).filter(draw__in=readable.order_by().values("pk"))
    )


def _activity(asked: Asked) -> Any:
    bands = {
        pk: max(start for start in TIMES if start <= times) for pk, times in times_of(asked).items()
    }
    return Coalesce(
        Cast(_looked_up(bands, "pk"), TextField()), Value("0", output_field=TextField())
    )


# --- Everything else ----------------------------------------------------------------------------------------------


@cache
def _levels() -> dict[str, int]:
    return {str(level.value): level.value for level in TitleLevel}


def _level(text: str) -> int:
    if text not in _levels():
        raise ValueError(text)
    return _levels()[text]


DIMENSIONS = (
    specialties("branch", "专业大类", 1),
    specialties("trade", "行业（专业第二级）", 2),
    specialties("specialty", "评审专业（第三级）", 3),
    _region("province", "省份", 2),
    _region("city", "城市", 4),
    Dimension(
        "activity",
        "活跃度（近一年参评次数）",
        _activity,
        of_choices(TIMES_WORDS.items()),
        place=int,
        read=_one_of(TIMES_WORDS),
        permission="draws.names",
    ),
    Dimension(
        "level",
        "职称级别",
        plain("title_level"),
        of_choices(TitleLevel.choices),
        place=lambda level: -level,
        read=_level,
        of="experts.title_level",
    ),
    Dimension(
        "age",
        "年龄",
        _age,
        of_choices(AGE_WORDS.items()),
        place=int,
        read=_one_of(AGE_WORDS),
        of="experts.birth_date",
    ),
    Dimension("sex", "性别", _filled("sex"), of_choices(Sex.choices), of="experts.sex"),
    Dimension("education", "学历", _filled("education"), as_written, of="experts.education"),
    Dimension("type", "专家类型", _filled("expert_type"), as_written, of="experts.expert_type"),
    Dimension("kind", "类别", plain("kind"), of_choices(ExpertKind.choices)),
    Dimension(
        "source", "来源", plain("source"), of_choices(ExpertSource.choices), of="experts.source"
    ),
    Dimension(
        "status",
        "状态",
        plain("status"),
        of_choices(ExpertStatus.choices),
        place=HERE.index,
        of="experts.status",
    ),
    Dimension(
        "department",
        "所属部门",
        plain("department"),
        department_words,
        none="没有部门",
        read=int,
        of="experts.department",
    ),
    period("year", "入库年份", "created_at", of="experts.created_at"),
    period("month", "入库月份", "created_at", of="experts.created_at"),
)


def _with(code: str, label: str, status: ExpertStatus, share: str = "") -> Measure:
    return Measure(
        code,
        label,
        Q(status=status),
        tab=status.value,
        share_of="count" if share else "",
        share_label=share,
    )


EXPERTS = Topic(
    "experts",
    "专家",
    "位专家",
    EXPERT,
    experts,
    "experts.view",
    "experts:list",
    DIMENSIONS,
    (
        Measure("count", "专家数"),
        _with("formal", "在库", ExpertStatus.FORMAL, "在库率"),
        _with("pending", "待审核", ExpertStatus.PENDING),
        _with("frozen", "冻结", ExpertStatus.FROZEN),
        _with("blacklisted", "黑名单", ExpertStatus.BLACKLISTED),
    ),
    large=LARGE,
)
