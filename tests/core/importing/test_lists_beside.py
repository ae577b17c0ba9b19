"""Several columns of a list hold entries of one column here."""

from __future__ import annotations

from typing import Any

import pytest

from expertpool.core.importing.columns import ImportColumn, as_text, text
from expertpool.core.importing.finding import Header, Why, find_header

WORDS = ("监理", "造价", "规划")
COLUMNS = (
    ImportColumn("name", "姓名", text(50), required=True),
    ImportColumn(
        "fields", "评审专业", as_text, aliases=("专业", "专业代码"), words=lambda: WORDS, lists=True
    ),
    ImportColumn("codes", "专业代码", as_text, instead_of="fields", lists=True),
)


def found(*headers: str, below: tuple[str, ...]) -> Header:
    top: Any = {"name": "表", "hidden": [], "hidden_rows": []}
    top |= {"rows": [(1, [*headers]), *((n, [*below]) for n in range(2, 6))]}
    return find_header(COLUMNS, [top], {})


@pytest.mark.shows("EXP-07")
def test_the_official_header_wins_and_further_ones_join() -> None:
    header = found("姓名", "评审专业", "专业2", below=("王小明", "自拟；监理", "造价"))
    assert header.codes == ["name", "fields", "fields"]
    assert header.is_clear
    # A column none of whose words is one of the list is not it, whatever its header says.
    header = found("姓名", "评审专业", "专业", below=("王小明", "自拟", "造价"))
    assert header.codes == ["name", "", "fields"]
    assert header.is_clear


def test_another_column_that_fits_is_asked_about() -> None:
    header = found("姓名", "专业", "评审专业", below=("王小明", "造价", "监理"))
    assert (header.codes, header.why[1]) == (["name", "", "fields"], Why.ALSO)
    assert not header.is_clear
    # What one has studied is none of the list.
    assert found("姓名", "专业", "评审专业", below=("王小明", "物理", "监理")).is_clear


def test_codes_beside_names_are_their_own_column() -> None:
    header = found("姓名", "评审专业", "专业代码", below=("王小明", "监理", "A05"))
    assert header.codes == ["name", "fields", "codes"]
    assert header.is_clear
    assert found("姓名", "专业代码", below=("王小明", "A05")).codes == ["name", "fields"]
