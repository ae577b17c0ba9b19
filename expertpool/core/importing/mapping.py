"""Which column of a sheet is which column of the import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from expertpool.core.importing.columns import ImportColumn, as_text, normalise_header
from expertpool.core.importing.importer import Importer
from expertpool.core.importing.reading import Numbered, UnreadableFile
from expertpool.core.models import HeaderMemory

HEADER_WITHIN = 5  # rows
LONGEST_HEADER = 100  # characters that are remembered; a longer text is no header


@dataclass(frozen=True)
class Header:
    """The row of headers, and for each of its cells the column's code.

    ``codes`` holds "" for a cell that is not imported. ``unknown`` are headers that nobody has
    explained yet; ``missing`` are required columns that no cell stands for.
    """

    row: int
    cells: list[str]
    codes: list[str]
    unknown: list[str]
    missing: list[str]

    @property
    def is_clear(self) -> bool:
        """Nothing needs to be asked."""
        return not self.unknown and not self.missing


def split_header(
    rows: Iterator[Numbered], columns: Sequence[ImportColumn], remembered: Mapping[str, str]
) -> tuple[Header, Iterator[Numbered]]:
    """Return the row among the first five that best reads as headers, mapped, and the rows below.

    ``remembered`` maps normalised headers to codes ("" = not imported), as users explained them;
    an explanation never takes a header from a column of the code to one that was added.
    Raises UnreadableFile when these rows are empty.
    """
    known = _known(columns, remembered)
    best: tuple[int, int, list[Any]] | None = None
    top = list(islice(rows, HEADER_WITHIN))
    for number, row in top:
        # A cell with NUL is refused with its row; of a header the rest is read.
        cells = [cell.replace("\x00", "") if isinstance(cell, str) else cell for cell in row]
        found = sum(bool(known.get(normalise_header(cell))) for cell in cells)
        filled = sum(cell not in ("", None) for cell in cells)
        if filled and (best is None or found > best[0]):
            best = (found, number, cells)
    if best is None:
        raise UnreadableFile(f"前 {HEADER_WITHIN} 行中没有表头，请把表头放在最前面。")
    header = _mapped(best[1], best[2], columns, known)
    return header, below(chain(top, rows), header.row)


def _known(columns: Sequence[ImportColumn], remembered: Mapping[str, str]) -> dict[str, str]:
    """Return normalised header → code."""
    added = {column.code for column in columns if column.is_extra}
    built_in = _by_header(column for column in columns if not column.is_extra)
    explained = {
        header: code
        for header, code in remembered.items()
        if header not in built_in or code not in added
    }
    # Later ones win: what users explained over the columns of the code, these over added ones.
    return _by_header(column for column in columns if column.is_extra) | built_in | explained


def _by_header(columns: Iterable[ImportColumn]) -> dict[str, str]:
    return {normalise_header(header): one.code for one in columns for header in one.headers}


def below(rows: Iterable[Numbered], header_row: int) -> Iterator[Numbered]:
    """Yield the rows below the header."""
    return (numbered for numbered in rows if numbered[0] > header_row)


def _mapped(
    row: int, cells: list[Any], columns: Sequence[ImportColumn], known: Mapping[str, str]
) -> Header:
    codes: list[str] = []
    unknown: list[str] = []
    for cell in cells:
        name = normalise_header(cell)
        code = known.get(name, "")
        if name and name not in known:
            unknown.append(as_text(cell))
        codes.append("" if code in codes else code)
    return Header(row, [as_text(cell) for cell in cells], codes, unknown, missing(columns, codes))


def missing(columns: Sequence[ImportColumn], codes: Iterable[str]) -> list[str]:
    """Return the headers of required columns that ``codes`` does not name."""
    named = set(codes)
    return [column.header for column in columns if column.required and column.code not in named]


def open_table(
    importer: type[Importer], rows: Iterator[Numbered]
) -> tuple[Header, Iterator[Numbered]]:
    """Do `split_header` with the columns of ``importer`` and what users explained before."""
    return split_header(rows, importer.get_columns(), remembered_headers(importer.code))


def remembered_headers(importer: str) -> dict[str, str]:
    """Return what users said about headers of ``importer``: normalised header → code."""
    rows = HeaderMemory.objects.filter(importer=importer)
    return dict(rows.values_list("header", "column"))


def remember_headers(importer: str, cells: Sequence[str], codes: Sequence[str]) -> None:
    """Keep for next time what each of ``cells`` stands for; the newest explanation counts."""
    named = {normalise_header(cell): code for cell, code in zip(cells, codes, strict=True)}
    HeaderMemory.objects.bulk_create(
        (
            HeaderMemory(importer=importer, header=header, column=code)
            for header, code in named.items()
            if 0 < len(header) <= LONGEST_HEADER
        ),
        update_conflicts=True,
        unique_fields=["importer", "header"],
        update_fields=["column"],
    )
