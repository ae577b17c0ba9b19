"""The types of fields: their operators, the check of their values, how one compiles to ``Q``.

A field compares the column ``path``, or, where a column does not say it (rows of another table,
a computed value), answers by ``match(op, value, context)``. ``match`` is asked only the positive
operators; ``ne``, ``not_in``, ``not_contains`` and ``not_empty`` are their negations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q, QuerySet

from expertpool.core.bounds import DAYS
from expertpool.core.criteria.errors import CriteriaError
from expertpool.core.criteria.gone import gone_word, names_of_gone
from expertpool.core.lookups import within_days
from expertpool.core.text import plain_number
from expertpool.core.validators import is_writable
from expertpool.core.visibility import Level, Viewer, level_for

if TYPE_CHECKING:
    from expertpool.core.criteria.compiling import Context

Match = Callable[[str, Any, "Context"], Q]
Find = Callable[[Sequence[Any]], QuerySet[Any, Any]]  # of one column: the keys of the rows
Prepare = Callable[[Iterable[Any], "Context"], None]
Choices = Iterable[tuple[Any, str]]
# Labels of the given values; a value that is gone is left out.
Labels = Callable[[Sequence[str]], dict[str, str]]

NEGATIONS = {"ne": "eq", "not_in": "in", "not_contains": "contains", "not_empty": "empty"}
VALUELESS = frozenset({"empty", "not_empty"})
EMPTY = {"empty": "为空", "not_empty": "不为空"}
COMPARE = {
    "eq": "等于",
    "ne": "不等于",
    "gt": "大于",
    "gte": "不小于",
    "lt": "小于",
    "lte": "不大于",
}
LOOKUPS = {"eq": "", "in": "__in", "contains": "__icontains", "starts": "__istartswith"}
LOOKUPS |= {name: f"__{name}" for name in ("gt", "gte", "lt", "lte")}
SEVERAL = frozenset({"in", "not_in", "all"})
MOST_VALUES = 2000
ONE_DAY = timedelta(days=1)


def _several(op: str, raw: Any) -> Sequence[Any]:
    return raw if op in SEVERAL and isinstance(raw, list | tuple) else [raw]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing that a condition can ask. ``code`` and ``label`` may be left to the declaration of
    which it is a place (`core.subjects`). ``guard`` is the code of a guarded field: only who sees
    it plain may use it; ``nullable`` adds 为空 and 不为空; ``operators`` narrows the choice;
    ``allows`` tells whether a user may ask it, where what he sees of the rows is not enough for it;
    ``is_dear``: it looks at every row anew, so that a condition holds few of it;
    ``find`` has an index that names the rows with one of the given values; ``prepare`` looks up what
    ``match`` will need for any of them, and leaves it in the context; ``kept_list`` names the list, kept by the
    office, from which its values come: before a word of it goes, what asks for it is named (`criteria.uses`). One whose rows
    are named by their keys is called like their model: then it is known how they were called (`criteria.gone`)."""

    type: ClassVar[str] = ""
    labels_of_operators: ClassVar[dict[str, str]] = {}

    code: str = ""
    label: str = ""
    path: str = ""
    match: Match | None = None
    find: Find | None = None
    prepare: Prepare | None = None
    guard: str = ""
    allows: Callable[[Any], bool] | None = None
    nullable: bool = False
    operators: tuple[str, ...] = ()
    suffix: str = ""
    is_dear: bool = False
    kept_list: str = ""
    is_retired: bool = False  # what is stored keeps its meaning; nobody asks it anew
    retired_as: str = "已停用"  # why, in words

    def is_open_to(self, viewer: Viewer | None) -> bool:
        """Tell whether ``viewer`` may ask it; None: what is stored, which somebody has asked."""
        if viewer is None:
            return True
        if self.guard and level_for(viewer, self.guard) is not Level.PLAIN:
            return False
        return self.allows is None or self.allows(viewer)

    def operator_labels(self) -> dict[str, str]:
        """Return the operators of this field with their Chinese labels, in order."""
        known = self.labels_of_operators | (EMPTY if self.nullable else {})
        return {op: known[op] for op in self.operators or known}

    def to_q(self, op: str, value: Any, context: Context) -> Q:
        """Compile one condition; ``op`` and ``value`` are cleaned."""
        if op in NEGATIONS:
            return ~self.to_q(NEGATIONS[op], value, context)
        if self.match is not None:
            return self.match(op, value, context)
        path = self.path or self.code
        if op == "empty":
            return self.empty_q(path)
        if op == "between":
            return Q(**{f"{path}__gte": value[0], f"{path}__lte": value[1]})
        return Q(**{f"{path}{LOOKUPS[op]}": value})

    def empty_q(self, path: str) -> Q:
        return Q(**{f"{path}__isnull": True})

    def clean(self, op: str, raw: Any) -> Any:
        """Return the value of a condition, cleaned; raise CriteriaError with the mend."""
        return self.read(op, raw)

    def keep(self, op: str, raw: Any) -> Any:
        """The same of what is stored: what is gone since stays, and is told as gone."""
        return self.read(op, raw)

    def read(self, op: str, raw: Any) -> Any:
        """The same without looking whether what it names still exists."""
        if op == "between":
            return self._clean_range(raw)
        return self._clean_many(raw) if op in SEVERAL else self.clean_one(raw)

    def clean_one(self, raw: Any) -> Any:
        raise NotImplementedError

    def word(self, value: Any) -> str:
        """Return one value as it is read in an explanation."""
        return str(value)

    def words(self, values: Sequence[Any]) -> list[str]:
        return [self.word(value) for value in values]

    def gone_words(self, values: Sequence[Any]) -> dict[Any, str]:
        """Return how those of ``values`` read that are gone, each with what it was called."""
        names = names_of_gone(self.kept_list, values)
        return {value: gone_word(name) for value, name in names.items()}

    def choice_list(self) -> list[dict[str, Any]] | None:
        """The fixed values of the condition builder; None when values are typed or fetched."""
        return None

    def source(self) -> str:
        """The URL from which the condition builder fetches values, or nothing."""
        return ""

    def refuse(self, mend: str) -> CriteriaError:
        return CriteriaError(f"条件“{self.label}”：{mend}")

    def _clean_range(self, raw: Any) -> tuple[Any, Any]:
        if not isinstance(raw, list | tuple) or len(raw) != 2:
            raise self.refuse("请填写起止两个值。")
        low, high = self.clean_one(raw[0]), self.clean_one(raw[1])
        if low > high:
            raise self.refuse(f"起（{self.word(low)}）大于止（{self.word(high)}），请对调。")
        return low, high

    def _clean_many(self, raw: Any) -> tuple[Any, ...]:
        values = list(raw) if isinstance(raw, list | tuple) else [raw]
        if not values:
            raise self.refuse("请至少选择一项。")
        if len(values) > MOST_VALUES:
            raise self.refuse(f"最多选择 {MOST_VALUES} 项，请改选上级。")
        # In one order, each once: the same choice gives the same canonical text.
        return tuple(sorted({self.clean_one(value) for value in values}))


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    type = "text"
    labels_of_operators = {
        "contains": "包含",
        "not_contains": "不包含",
        "eq": "等于",
        "ne": "不等于",
        "starts": "开头是",
    }

    def clean_one(self, raw: Any) -> str:
        text = str(raw).strip() if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
        if not text:
            raise self.refuse("请填写内容。")
        if len(text) > 200 or not is_writable(text):
            raise self.refuse("内容过长或含有无法识别的字符，请缩短。")
        return text

    def empty_q(self, path: str) -> Q:
        return Q(**{f"{path}__isnull": True}) | Q(**{path: ""})

    def word(self, value: Any) -> str:
        return f"“{value}”"


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A number; whole unless ``decimals``. Out of the range is refused."""

    type = "number"
    labels_of_operators = COMPARE | {"between": "介于"}

    minimum: float = 0
    maximum: float = 999_999_999
    decimals: bool = False

    def clean_one(self, raw: Any) -> int | float:
        try:
            value = float(raw) if not isinstance(raw, bool) else math.nan
        except (TypeError, ValueError, OverflowError):
            value = math.nan
        if not math.isfinite(value):
            raise self.refuse("请填写数字。")
        if not self.minimum <= value <= self.maximum:
            raise self.refuse(
                f"数字应在 {plain_number(self.minimum)} 至 {plain_number(self.maximum)} 之间。"
            )
        if value == int(value):
            return int(value)
        if not self.decimals:
            raise self.refuse("请填写整数。")
        return value

    def word(self, value: Any) -> str:
        return f"{plain_number(value)} {self.suffix}".strip()


@dataclass(frozen=True, kw_only=True)
class Date(Field):
    """A day, kept as ISO text (2026-11-24); ``moments``: the column has moments, which are asked for
    their day."""

    type = "date"
    labels_of_operators = {
        "eq": "是",
        "gte": "不早于",
        "lte": "不晚于",
        "gt": "晚于",
        "lt": "早于",
        "between": "介于",
    }

    moments: bool = False

    def to_q(self, op: str, value: Any, context: Context) -> Q:
        if not self.moments or op in NEGATIONS or op in VALUELESS:
            return super().to_q(op, value, context)
        first, last = map(date.fromisoformat, value if op == "between" else (value, value))
        if op in {"gt", "lt"}:
            first, last = first + ONE_DAY, last - ONE_DAY
        since, until = op not in {"lt", "lte"}, op not in {"gt", "gte"}
        return within_days(
            self.path or self.code, (first if since else None, last if until else None)
        )

    def clean_one(self, raw: Any) -> str:
        try:
            day = date.fromisoformat(str(raw).strip())
        except ValueError:
            raise self.refuse("请按 2026-11-24 的形式填写日期。") from None
        if not DAYS.low <= day <= DAYS.high:
            raise self.refuse(f"日期{DAYS.sentence}")
        return day.isoformat()


@dataclass(frozen=True, kw_only=True)
class Boolean(Field):
    type = "boolean"
    labels_of_operators = {"eq": "为"}

    def clean_one(self, raw: Any) -> bool:
        if not isinstance(raw, bool):
            raise self.refuse("请选择“是”或“否”。")
        return raw

    def word(self, value: Any) -> str:
        return "是" if value else "否"


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of fixed values. ``choices`` may be a function (a table that administrators keep);
    ``ordered``: the values are numbers or texts that rank (title levels)."""

    type = "choice"
    labels_of_operators = {"eq": "是", "ne": "不是", "in": "属于", "not_in": "不属于"}

    choices: Choices | Callable[[], Choices]
    ordered: bool = False

    def operator_labels(self) -> dict[str, str]:
        known = {"gte": "不低于", "lte": "不高于"} if self.ordered else {}
        known |= self.labels_of_operators | (EMPTY if self.nullable else {})
        return {op: known[op] for op in self.operators or known}

    def pairs(self) -> list[tuple[Any, str]]:
        return list(self.choices() if callable(self.choices) else self.choices)

    def clean(self, op: str, raw: Any) -> Any:
        known = {str(value) for value, _ in self.pairs()}
        for one in _several(op, raw):
            if isinstance(one, bool) or str(one) not in known:
                name = names_of_gone(self.kept_list, [str(one)])[str(one)]
                raise self.refuse(f"没有“{name}”这一项，请重新选择。")
        return self.read(op, raw)

    def read(self, op: str, raw: Any) -> Any:
        known = {str(value): value for value, _ in self.pairs()}
        raws = _several(op, raw)
        if len(raws) > MOST_VALUES:
            raise self.refuse(f"最多选择 {MOST_VALUES} 项，请减少。")
        if not all(isinstance(one, str | int) and not isinstance(one, bool) for one in raws):
            raise self.refuse("请重新选择。")
        found = {known.get(str(one), one) for one in raws}
        if not found:
            raise self.refuse("请至少选择一项。")
        # What a table held is a number, also of a row that is gone; a text among numbers is nothing's.
        values = tuple(sorted(found, key=lambda one: (isinstance(one, str), one)))
        return values if op in SEVERAL else values[0]

    def empty_q(self, path: str) -> Q:
        # A column of numbers cannot be compared with an empty text.
        numbers = any(isinstance(value, int) for value, _ in self.pairs())
        return super().empty_q(path) | (Q(pk__in=[]) if numbers else Q(**{path: ""}))

    def words(self, values: Sequence[Any]) -> list[str]:
        labels = dict(self.pairs())
        gone = self.gone_words([value for value in values if not labels.get(value)])
        return [labels.get(value) or gone[value] for value in values]

    def word(self, value: Any) -> str:
        return self.words([value])[0]

    def choice_list(self) -> list[dict[str, Any]]:
        return [{"value": value, "label": label} for value, label in self.pairs()]


@dataclass(frozen=True, kw_only=True)
class Multi(Choice):
    """Fixed values of which a row may have several (tags); usually answered by ``match``."""

    type = "multi"
    labels_of_operators = {"in": "属于", "all": "同时属于", "not_in": "不属于"}

    def operator_labels(self) -> dict[str, str]:
        known = Field.operator_labels(self)
        # "all" of a single column can never hold for two values.
        return known if self.match else {op: label for op, label in known.items() if op != "all"}


@dataclass(frozen=True, kw_only=True)
class Reference(Field):
    """Rows of a long table, chosen by search (units). Values are ids as text; ``src`` names the
    URL of the remote select; ``moved`` gives the ids of today for those of rows that became others."""

    type = "unit"
    labels_of_operators = {"in": "是", "not_in": "不是"}

    labels: Labels
    src: str | Callable[[], str] = ""
    moved: Callable[[Sequence[str]], Sequence[str]] = tuple

    def clean_one(self, raw: Any) -> str:
        if not isinstance(raw, str | int) or isinstance(raw, bool) or not str(raw).strip():
            raise self.refuse("请重新选择。")
        return str(raw).strip()

    def clean(self, op: str, raw: Any) -> Any:
        # A tuple, whatever comes: conditions are compared and kept by their values.
        values = self.keep(op, raw)
        known = self.labels(values)
        gone = [value for value in values if value not in known]
        if gone:
            names = names_of_gone(self.kept_list, gone[:3]).values()
            raise self.refuse(f"“{'、'.join(names)}”已不存在，请重新选择。")
        return values

    def keep(self, op: str, raw: Any) -> Any:
        return tuple(self.moved(self.read(op, raw)))

    def words(self, values: Sequence[Any]) -> list[str]:
        labels = self.labels(values)
        gone = self.gone_words([value for value in values if not labels.get(value)])
        return [labels.get(value) or gone[value] for value in values]

    def source(self) -> str:
        return self.src() if callable(self.src) else self.src


@dataclass(frozen=True, kw_only=True)
class Tree(Reference):
    """Nodes of a tree; a node stands for itself and everything below it (``match`` sees to it)."""

    type = "tree"
    labels_of_operators = {"in": "属于", "all": "同时属于", "not_in": "不属于"}
