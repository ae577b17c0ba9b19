"""Templates to start from: the built-in Excel forms with placeholders where values would stand."""

from __future__ import annotations

from functools import partial

from expertpool.core.documents import SheetColumn, xlsx_sheet
from expertpool.core.placeholders import mark
from expertpool.draws.enums import SheetKind
from expertpool.draws.services.sheet_files import COLUMNS, SIGN_IN_COLUMNS, SIGNATURES
from expertpool.draws.services.sheet_values import VOCABULARIES
from expertpool.papers.registry import Paper

_HEAD = {
    SheetKind.DRAW: (
        "项目名称",
        "项目编号",
        "采购单位",
        "评审时间",
        "评审地点",
        "负责人",
        "抽取编号",
        "抽取人",
        "抽取时间",
        "人工干预",
        "抽取条件",
    ),
    SheetKind.SIGN_IN: ("项目名称", "项目编号", "评审时间", "评审地点"),
}
_COLUMNS: dict[SheetKind, tuple[SheetColumn, ...]] = {
    SheetKind.DRAW: COLUMNS,
    SheetKind.SIGN_IN: SIGN_IN_COLUMNS,
}


def starter(sheet: SheetKind) -> bytes:
    """Return an .xlsx template for ``sheet`` that can be changed and uploaded."""
    known = VOCABULARIES[sheet].line_names
    marks = [f"专家.{column.header}" for column in _COLUMNS[sheet]]
    return xlsx_sheet(
        title="{{文书标题}}",
        fields=[(name, mark(name)) for name in _HEAD[sheet]],
        columns=_COLUMNS[sheet],
        # Signatures are written by hand.
        rows=[[mark(name) if name in known else "" for name in marks]],
        signatures=SIGNATURES if sheet == SheetKind.DRAW else (),
        footer=mark("抽取编号"),
    )


SHEETS = tuple(
    Paper(sheet.value, str(sheet.label), vocabulary, partial(starter, sheet))
    for sheet, vocabulary in VOCABULARIES.items()
)
