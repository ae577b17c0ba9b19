"""What an export is: a title, rows and columns, and who sees which of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict

from expertpool.core.configuration import read_once
from expertpool.core.crypto import DecryptionError
from expertpool.core.exporting.refusals import for_a_file
from expertpool.core.fields import UNREADABLE
from expertpool.core.ordering import InOrder
from expertpool.core.visibility import Level, check_guard, is_exportable, level_for, show

Params = QueryDict
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExportColumn:
    """One column. ``value`` gives what is written of a row: text, number, date, bool or None.

    ``guard`` is the code of a guarded field: the value is masked or the column left out as the
    user's roles say, and always left out when the field is not exportable. ``of`` names the declared
    fields of which an unguarded one shows something ("experts.employer"): it is left out while the office
    keeps one of them out of exports. ``optional``: the list
    page has a column of this code that the reader may hide; then it is not exported either.
    """

    code: str
    header: str
    value: Callable[[Any], Any]
    guard: str = ""
    width: int = 16
    optional: bool = False
    of: tuple[str, ...] = ()

    @property
    def may_leave(self) -> bool:
        """Whether it stands in exports at all, whoever asks."""
        return all(map(is_exportable, filter(None, (self.guard, *self.of))))


@dataclass(frozen=True)
class Rows:
    """Rows that no queryset gives (sums, rows made from several tables), in its place."""

    rows: Sequence[Any]

    def count(self) -> int:
        return len(self.rows)

    def iterator(self, chunk_size: int) -> Iterator[Any]:
        return iter(self.rows)


@dataclass(frozen=True)
class ExportChart:
    """A chart beside the table, which Excel draws from its cells: the columns ``labels`` and ``values`` (codes) of
    the first ``rows`` rows; ``over_time`` as a line, else as bars. One whose columns did not leave is not drawn."""

    title: str
    labels: str
    values: str
    rows: int
    over_time: bool = False


@dataclass(frozen=True)
class Reading:
    """What one file shows: read once when its run begins, so that columns, rows and chart are of one moment."""

    columns: Sequence[ExportColumn]
    rows: QuerySet[Any] | InOrder | Rows
    chart: ExportChart | None = None


class Exporter:
    """Declares one export; see the package's docstring. Filled in on classes, kept as instance. ``item`` is the code of
    the menu entry of its list: from whom that is hidden, the file is closed as well.

    A list says its ``rows`` (and ``columns_for``); what is counted overrides `read`.
    """

    code: ClassVar[str]
    item: ClassVar[str]
    title: ClassVar[str]
    permission: ClassVar[str]
    columns: ClassVar[Sequence[ExportColumn]]

    def read(self, user: Any, params: Params) -> Reading:
        """Return what the file shows that ``user`` asks for by ``params``. Overridden where columns, rows and chart
        come from one count. Asked for by `read_for_file`."""
        return Reading(self.columns_for(user, params), self.rows(user, params))

    # The attribute of a row that is the key of whom it tells, where each of them may know that such a file was made: not
    # where it would tell him that he was drawn.
    person: ClassVar[str] = ""

    def rows(self, user: Any, params: Params) -> QuerySet[Any] | InOrder | Rows:
        """Return the rows that ``user`` may see and ``params`` (a list's address) choose, in order."""
        raise NotImplementedError

    def columns_for(self, user: Any, params: Params) -> Sequence[ExportColumn]:
        """Return the columns to offer; overridden where they depend on data."""
        return self.columns


def read_for_file(exporter: Exporter, user: Any, params: Params) -> Reading:
    """Return what the file of ``exporter`` shows that ``user`` asks for by ``params``; refuses (ExportRefused) an
    address that its filter or its tabs do not understand."""
    with for_a_file():
        return exporter.read(user, params)


def visible_columns(
    columns: Sequence[ExportColumn], user: Any, params: Params
) -> list[ExportColumn]:
    """Return those of ``columns`` that ``user`` gets, without those that he has hidden on the page.

    ``?columns=a,b`` names the optional columns that the page shows; it is absent where the page
    has none, and then nothing is left out.
    """
    shown = set(params.get("columns", "").split(",")) - {""}
    with read_once():  # what the office keeps is asked for each column
        return [
            column
            for column in columns
            if _may_leave(user, column)
            and (column.code in shown or not column.optional or "columns" not in params)
        ]


def _may_leave(user: Any, column: ExportColumn) -> bool:
    # A guard that nobody declared must not let the value through.
    check_guard(column.guard)
    return column.may_leave and level_for(user, column.guard) is not Level.HIDDEN


def cell_value(user: Any, column: ExportColumn, row: Any) -> Any:
    """Return the value of one cell as ``user`` may see it; of one that does not open that it cannot be
    read: it keeps nobody else out of the list."""
    try:
        value = column.value(row)
    except DecryptionError:
        logger.error("%s of a row of an export cannot be opened", column.code)  # noqa: TRY400
        return UNREADABLE
    if not column.guard or level_for(user, column.guard) is Level.PLAIN:
        return value
    return show(user, column.guard, str(value or ""))
