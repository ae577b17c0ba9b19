"""Further tables below the first one of a sheet, with headers in another order: their rows are brought into the order
of the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from expertpool.core.importing.columns import normalise_header
from expertpool.core.importing.finding import headers_named
from expertpool.core.importing.importer import Importer, Totals
from expertpool.core.importing.reading import Numbered

FEWEST = 3  # headers that we know
BLANKS = ("", " ", "  ", "\u3000", "\n")  # 姓 名
MOST_TOLD = 6


class FurtherTables:
    """Finds the headers below the first one, and puts each cell where its header would have put it."""

    def __init__(self, importer: Importer, codes: Sequence[str], totals: Totals) -> None:
        """``codes`` say what each cell below the first header is."""
        self._codes, self._totals = codes, totals
        self._by_name = headers_named([*importer.by_code.values()])
        # What was said of the first header's cells is said of those that read alike below it.
        said = zip(importer.headers, codes, strict=False)
        self._said = {normalise_header(cell): code for cell, code in said if code}
        naming = next((one for one in importer.by_code.values() if one.required), None)
        self._naming = naming.code if naming else ""
        headers = naming.headers if naming else ()
        # By these most rows are told apart, without a look at each of their cells.
        self._naming_cells = frozenset(
            blank.join(header) for header, blank in product(headers, BLANKS)
        )

    def rows(self, rows: Iterable[Numbered]) -> Iterator[Numbered]:
        """Yield the rows in the order of the first header, without the headers between them."""
        order: list[int] | None = None
        apart = self._naming_cells.isdisjoint
        for number, cells in rows:
            if not apart(cells) and (found := self._order(number, cells)):
                order = found
            elif order is None:
                yield number, cells
            else:
                yield number, [cells[at] if 0 <= at < len(cells) else "" for at in order]

    def _named(self, cell: Any) -> str:
        said = self._said.get(normalise_header(cell)) if isinstance(cell, str) else ""
        return said or self._by_name(cell)

    def _order(self, number: int, cells: Sequence[Any]) -> list[int]:
        """Return for each place below the first header where its cell stands below this one; nothing where a row is
        no header."""
        filled = [(at, cell) for at, cell in enumerate(cells) if cell not in ("", None)]
        known = {at: code for at, cell in filled if (code := self._named(cell))}
        codes = set(known.values())
        if self._naming not in codes or len(codes) < FEWEST or 2 * len(known) < len(filled):
            return []
        places = {code: [at for at, one in known.items() if one == code] for code in codes}
        order = [places[code].pop(0) if code and places.get(code) else -1 for code in self._codes]
        lost = [str(cell) for at, cell in filled if at in known and at not in order]
        also = f"；第一个表头没有的{'、'.join(lost[:MOST_TOLD])}没有导入" if lost else ""
        self._totals.remark(number, f"又一个表头，其下各行按它的列读{also}")
        return order
