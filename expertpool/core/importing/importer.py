"""What an import is: columns, and hooks that check and save rows in chunks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from expertpool.core.importing.columns import CellRefused, ImportColumn
from expertpool.core.importing.finding import Header

REMARKS = 10
OVER = "超过一次更新的人数"  # why a row beyond `Importer.most` is not taken
CLEANED, GUESSED, CHECK, MENDED = "已整理", "按推测填写", "请核对", "已改正"  # kinds of notes


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is not taken: the header of the column, a few fixed words, how to mend it.

    ``code`` is the column's, ``word`` one that no list has. ``is_known``: what the row names is in the pool already.
    ``if_meant`` is what becomes of the row if its user says so (照常导入): while he is asked, how is said beside it.
    """

    column: str
    reason: str
    detail: str = ""
    code: str = ""
    word: str = ""
    is_known: bool = False
    if_meant: str = ""

    def __str__(self) -> str:
        return f"{self.reason}：{self.detail}" if self.detail else self.reason


@dataclass(frozen=True, slots=True)
class Note:
    """What was done to a cell of a row that is taken: cleaned, guessed, mended by the user, or to be looked at.

    ``is_pressing``: it is shown before all others. ``in_place``: what is to be looked at can be mended by typing
    something else into the cell; not what is asked about apart, nor what is no matter of this cell.
    """

    column: str
    kind: str
    was: str
    now: str
    is_pressing: bool = False
    in_place: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """What an import changes in a record that is there already, as its reader may see it. ``code`` is the field's:
    it may be called otherwise before the change is made."""

    label: str
    before: str
    after: str
    code: str = ""

    @property
    def content(self) -> tuple[str, str, str]:
        """What is changed, whatever the field is called."""
        return self.code, self.before, self.after


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a word that is no word of a list: ``told`` stands beside it, ``meanings`` are the
    answers with what each says ("": as if nothing was said; the word itself: it is meant so)."""

    told: str
    meanings: Mapping[str, str]


@dataclass(slots=True)
class Row:
    """One row: its number in Excel, its cells as they stand there, its cleaned values by code.

    A column that the sheet does not have is not in ``values``. ``left`` are faults of cells without
    which the row is taken; ``words`` those that no list has, with the column's code; ``changes``
    what an update makes of the ``subject``; ``doubt`` says why it may be somebody else: such a row
    is not chosen until somebody chooses it. ``into`` is the row before of the same person, into which this one went;
    ``mended`` what the user typed instead of cells, by column.
    """

    number: int
    cells: list[Any]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    left: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    subject: str = ""
    doubt: str = ""
    into: int = 0
    mended: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Totals:
    """How an import, or its preview, came out."""

    total: int = 0
    accepted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    words: Counter[tuple[str, str]] = field(default_factory=Counter)
    hindering: set[tuple[str, str]] = field(default_factory=set)  # those that keep rows out
    waiting: int = 0  # rows that only words keep out
    applied: Counter[tuple[str, str]] = field(default_factory=Counter)  # words that were explained
    known: int = 0  # rows whose content is in the pool already
    samples: int = 0
    examples: dict[int, str] = field(
        default_factory=dict
    )  # rows that are as little: what names each
    remarked: int = 0  # rows that are none of the list; the first are kept with what they say
    remarks: dict[int, str] = field(default_factory=dict)
    lacking: Counter[str] = field(default_factory=Counter)  # what rows that are taken do not have

    @property
    def refused(self) -> int:
        return self.total - self.accepted

    def remark(self, number: int, told: str) -> None:
        self.remarked += 1
        if len(self.remarks) < REMARKS:
            self.remarks[number] = told

    def told(self, done: str) -> dict[str, Any]:
        """Return what the log says of it; ``done`` is what was done with the rows accepted."""
        return {"总行数": self.total, done: self.accepted, f"未{done}": dict(self.reasons)}


class Importer(ABC):
    """Declares one import and holds the state of one run of it.

    Each row goes to `inspect`. For each chunk of rows in order, `prepare` is called once (a few queries for
    all rows), then `validate` for each row in turn, then, if rows are to be kept, `save` with
    those that passed, some of them at a time; at the end `finish`. A run that is only checked makes no call to `save` and
    `finish`, and must find the same faults, but for those that would tell what who imports may not see: it
    ``previews`` and asks nothing of these.
    """

    code: ClassVar[str]  # "experts"
    label: ClassVar[str]  # 专家
    permission: ClassVar[str]
    columns: ClassVar[Sequence[ImportColumn]] = ()
    # What is asked of single rows on the page and stands in no table; each has ``choices``.
    asked: ClassVar[Sequence[ImportColumn]] = ()
    chunk_rows: ClassVar[int] = 5_000
    saved_rows: ClassVar[int] = 1_000  # at once; after each of them it is told how far a run is
    # Fields of a form (name → form field) that the upload page shows; answers come as ``options``.
    option_fields: ClassVar[Mapping[str, Any]] = {}
    named_by: ClassVar[str] = ""  # the column that names a row; empty: the first required
    # Columns (codes) of which the sample row of the template has what nobody else has; empty: only a row that is
    # alike in all its cells is the sample.
    sample_by: ClassVar[tuple[str, ...]] = ()
    # Rows that a preview looks at; None: all of them, since only what it has shown is done.
    previewed: ClassVar[int | None] = 20_000
    at_once: ClassVar[int] = 2_000  # rows that a user can wait for
    # The list that shows what a run brought in, by its key as ``run``; empty: none does.
    listed: ClassVar[str] = ""
    # The importer (code) that changes what is there already, and the name of its first page.
    updated_by: ClassVar[tuple[str, str] | None] = None
    # Columns (codes) whose headings may say that nobody below them is to be taken, unless the user wants it.
    keeps_out: ClassVar[frozenset[str]] = frozenset()
    # The one of these by which is asked what a cell says that is in no column of the import, and columns (codes) of
    # which it may say it, too.
    asks_out: ClassVar[tuple[str, ...]] = ()
    most: ClassVar[int] = 0  # rows that one run takes; 0: all of them
    is_update: ClassVar[bool] = False  # changes what is there: each row is approved by itself
    do_not_call_in_templates: ClassVar[bool] = True  # pages show the class, not a run of it

    def definitions(self) -> dict[str, dict[str, str]]:
        """Return of each column (code) that somebody may define anew what of its rule that can change: what is called
        so (选项) → how it is now."""
        return {}

    @classmethod
    def options_for(cls, user: Any) -> Mapping[str, Any]:
        """Return those of ``option_fields`` from which ``user`` may choose."""
        return cls.option_fields

    @classmethod
    def asked_of_list(cls, codes: Sequence[str]) -> Mapping[str, Any]:
        """Return what is asked of a whole list whose headers stand for ``codes``: name → form field. The
        answers join the options."""
        return {}

    @classmethod
    def read_list(cls, header: Header) -> tuple[Header, Mapping[str, Any]]:
        """Return the header as this import reads it, and which answers the list itself suggests: where
        there are any, the user is asked."""
        return header, {}

    def __init__(self, *, actor: Any, now: datetime, options: Mapping[str, Any]) -> None:
        self.actor = actor
        self.now = now
        self.options = options
        self.previews = False
        self.file_name = self.sheet = ""
        self.headers: Sequence[str] = ()  # of the list, as they stand there
        self.titles: list[str] = []  # what stands alone in rows above the header, as they are read
        # What is asked of a word that is no word of a list, by column and word.
        self.questions: dict[tuple[str, str], Question] = {}
        self.said: Mapping[
            str, Mapping[str, str]
        ] = {}  # column → word → what the user says it means
        self.by_code = {column.code: column for column in (*self.get_columns(actor), *self.asked)}

    @classmethod
    def get_columns(cls, user: Any = None) -> Sequence[ImportColumn]:
        """Return the columns of a run of ``user`` that begins now: of fields that he does not see there are
        none. Without a user (a command of the server) all; overridden where they depend on data."""
        return cls.columns

    @abstractmethod
    def prepare(self, rows: Sequence[Row]) -> None:
        """Load what checking ``rows`` needs."""

    def inspect(self, row: Row) -> list[Fault]:
        """Return what is wrong in ``row`` by itself, and fill in what follows from its cells: all of
        it at once, also where a cell was refused and is not among its values. Before `prepare`."""
        return []

    @abstractmethod
    def validate(self, row: Row) -> Fault | None:
        """Return what is wrong with ``row`` as a whole or against other rows, or None."""

    @abstractmethod
    def forget(self, rows: Sequence[Row]) -> None:
        """Forget what `validate` noted of ``rows``: they are checked again, since somebody else
        entered one of them meanwhile."""

    @abstractmethod
    def save(self, rows: Sequence[Row]) -> None:
        """Write ``rows``, all of which passed; the calls of a chunk come in one savepoint."""

    @abstractmethod
    def finish(self, totals: Totals, *, file_name: str) -> None:
        """Write the audit entry; called in the transaction of the rows."""

    @classmethod
    def counted_for(cls, user: Any, codes: Sequence[str] | None = None) -> str:
        """Return by what ``user``'s rows are looked for only once others are in (手机号、证件号码), of a file
        that has the columns ``codes``; empty: nothing."""
        return ""

    def heading(self, text: str) -> str:
        """Return the column (code) of which a text that stands alone in its row speaks for the rows below
        it: a unit above its people. Empty: it says nothing of them."""
        return ""

    def keeps_out_below(self, header: str) -> Callable[[str], bool]:
        """Return what tells of a word, in a column below ``header`` that nobody reads, whether it says that its row is
        not to be taken unless the user wants it."""
        return lambda word: False

    def heading_of_sheet(self, name: str) -> str:
        """Return the same of the name of a sheet."""
        return self.heading(name)

    def is_example(self, row: Row) -> bool:
        """Tell whether a row shows how to fill in a list, and is none of its rows; before `inspect`."""
        return False

    def lacks(self, row: Row) -> Sequence[str]:
        """Return what a row that is taken has not, though nearly all have it."""
        return ()

    def shown(self, row: Row) -> dict[str, str]:
        """Return a row as it will be saved: header → value as it is read."""
        return {
            column.header: column.word(value)
            for code, column in self.by_code.items()
            if column not in self.asked  # is kept nowhere
            if (value := row.values.get(code)) not in (None, "")
        }

    def fault(self, code: str, reason: str, detail: str = "", *, word: str = "") -> Fault:
        """Return a fault of the column ``code``."""
        return Fault(self.by_code[code].header, reason, detail, code, word)

    def refusal(self, error: CellRefused) -> Fault:
        """Return the fault of a cell that a look at the data has refused."""
        return self.fault(error.code, error.reason, error.detail, word=error.word)
