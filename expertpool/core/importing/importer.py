"""What an import is: columns, and hooks that check and save rows in chunks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from expertpool.core.importing.columns import ImportColumn


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is not taken: the header of the column, a few fixed words, how to mend it.

    ``counted``: who imports may not know which rows have it, only how many, and once the others are
    in: that a number is in the pool would tell him what he may not see.
    """

    column: str
    reason: str
    detail: str = ""
    counted: bool = False

    def __str__(self) -> str:
        return f"{self.reason}：{self.detail}" if self.detail else self.reason


@dataclass(slots=True)
class Row:
    """One row: its number in Excel, its cells as they stand there, its cleaned values by code.

    A column that the sheet does not have is not in ``values``.
    """

    number: int
    cells: list[Any]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@dataclass
class Totals:
    """How an import, or its preview, came out."""

    total: int = 0
    accepted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def refused(self) -> int:
        return self.total - self.accepted


class Importer(ABC):
    """Declares one import and holds the state of one run of it.

    For each chunk of rows whose cells are in order, `prepare` is called once (a few queries for
    all rows), then `validate` for each row in turn, then, if rows are to be kept, `save` once with
    those that passed; at the end `finish`. A run that is only checked makes no call to `save` and
    `finish`, and must find the same faults, but for those that are only ``counted``: it ``previews``
    and asks nothing that they would tell.
    """

    code: ClassVar[str]  # "experts"
    label: ClassVar[str]  # 专家
    permission: ClassVar[str]
    columns: ClassVar[Sequence[ImportColumn]] = ()
    chunk_rows: ClassVar[int] = 5_000
    # Fields of a form (name → form field) that the upload page shows; answers come as ``options``.
    option_fields: ClassVar[Mapping[str, Any]] = {}
    do_not_call_in_templates: ClassVar[bool] = True  # pages show the class, not a run of it

    def __init__(self, *, actor: Any, now: datetime, options: Mapping[str, Any]) -> None:
        self.actor = actor
        self.now = now
        self.options = options
        self.previews = False
        self.by_code = {column.code: column for column in self.get_columns()}

    @classmethod
    def get_columns(cls) -> Sequence[ImportColumn]:
        """Return the columns of a run that begins now; overridden where they depend on data."""
        return cls.columns

    @abstractmethod
    def prepare(self, rows: Sequence[Row]) -> None:
        """Load what checking ``rows`` needs."""

    @abstractmethod
    def validate(self, row: Row) -> Fault | None:
        """Return what is wrong with ``row`` as a whole or against other rows, or None."""

    @abstractmethod
    def forget(self, rows: Sequence[Row]) -> None:
        """Forget what `validate` noted of ``rows``: they are checked again, since somebody else
        entered one of them meanwhile."""

    @abstractmethod
    def save(self, rows: Sequence[Row]) -> None:
        """Write ``rows``, all of which passed; calls come in a savepoint each."""

    @abstractmethod
    def finish(self, totals: Totals, *, file_name: str) -> None:
        """Write the audit entry; called in the transaction of the rows."""

    @classmethod
    def counted_for(cls, user: Any) -> str:
        """Return what of ``user``'s rows is only counted and once they are in (手机号、身份证号);
        empty: nothing."""
        return ""

    def fault(self, code: str, reason: str, detail: str = "", *, counted: bool = False) -> Fault:
        """Return a fault of the column ``code``."""
        return Fault(self.by_code[code].header, reason, detail, counted)
