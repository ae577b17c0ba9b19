"""Lists as clerks hand them over, each with one habit of an office, and what must come of it.

``python -m tests.data.quirks.files FOLDER`` writes them all. ``old.xls`` beside this file was written
once by xlwt, ``units_joined.xls`` by LibreOffice: nothing that we use writes .xls.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

HERE = Path(__file__).parent
HEAD = ["姓名", "手机号", "身份证号", "工作单位"]
ZHANG = ["张伟", "13911110001", "110101198001010010", "甲设计院"]
LI = ["李娜", "13911110002", "", "乙设计院"]
WANG = ["王芳", "13911110003", "", "丙设计院"]
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Quirk:
    """One file. ``refused``: row → reason; ``first``: what the record of its first expert holds;
    ``each``: what those of all hold, in order."""

    name: str
    write: Callable[[Path], None]
    accepted: int
    refused: dict[int, str] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    each: dict[str, list[Any]] = field(default_factory=dict)


def book(sheets: dict[str, Rows], *more: Callable[[Any, Any], None]) -> Callable[[Path], None]:
    """Write a workbook; ``more`` gets the book and its last sheet."""

    def write(path: Path) -> None:
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as made:
            for title, rows in sheets.items():
                sheet = made.add_worksheet(title)
                for at, row in enumerate(rows):
                    for place, cell in enumerate(row):
                        if isinstance(cell, date):
                            style = made.add_format({"num_format": "yyyy-mm-dd"})
                            sheet.write_datetime(at, place, cell, style)
                        else:
                            sheet.write(at, place, cell)
            for change in more:
                change(made, sheet)

    return write


def plain(*rows: Sequence[Any], head: Sequence[Any] = HEAD) -> Callable[[Path], None]:
    return book({"专家名单": [head, *rows]})


def with_column(header: str, *cells: Any) -> Callable[[Path], None]:
    """The three experts with one more column."""
    people = (ZHANG, LI, WANG)[: len(cells)]
    rows = [[*row, cell] for row, cell in zip(people, cells, strict=True)]
    return plain(*rows, head=[*HEAD, header])


def csv(encoding: str, delimiter: str = ",") -> Callable[[Path], None]:
    lines = [delimiter.join(row) for row in (HEAD, ZHANG, LI)]
    return lambda path: path.write_bytes("\r\n".join(lines).encode(encoding)) and None


def hide(*columns: int) -> Callable[[Any, Any], None]:
    def change(_: Any, sheet: Any) -> None:
        for at in columns:
            sheet.set_column(at, at, 8, None, {"hidden": True})

    return change


def merge(*ranges: str) -> Callable[[Any, Any], None]:
    """Join cells of the header as Excel does: what they say stands in the first."""

    def change(made: Any, sheet: Any) -> None:
        for one, text in (part.split("=") for part in ranges):
            sheet.merge_range(one, text, made.add_format({"align": "center"}))

    return change


COVER = [["某市专家库"], [], ["二〇二六年"], ["姓名和联系方式见下一张表"]]
NOTES = [
    ["列", "必填", "说明", "示例"],
    ["姓名", "是", "全名", "王小明"],
    ["手机号", "是", "", "138"],
]
SAMPLE = [
    *("王小明", "个人专家", "男", "1980-01", "110101198001010010", "13800138000"),
    *("name@example.cn", "示例市建筑设计研究院"),
]
SAMPLE_HEAD = ["姓名", "类别", "性别", "出生年月", "身份证号", "手机号", "邮箱", "工作单位"]

QUIRKS = (
    # Where the list stands.
    Quirk("cover_sheet.xlsx", book({"封面": COVER, "名单": [HEAD, ZHANG, LI]}), 2),
    Quirk("notes_first.xlsx", book({"填写说明": NOTES, "名单": [HEAD, ZHANG]}), 1),
    Quirk(
        "title_rows.xlsx",
        book(
            {
                "表": [
                    ["某市评标专家名单"],
                    [""],
                    ["填报单位：甲", "", "日期：2026"],
                    HEAD,
                    ZHANG,
                    LI,
                ]
            }
        ),
        2,
    ),
    Quirk(
        "seven_title_rows.xlsx",
        book(
            {
                "表": [
                    ["附件 1"],
                    ["通知"],
                    ["说明一"],
                    ["说明二"],
                    ["说明三"],
                    [""],
                    ["名单"],
                    HEAD,
                    ZHANG,
                ]
            }
        ),
        1,
    ),
    Quirk(
        "two_header_rows.xlsx",
        book(
            {
                "表": [
                    ["", "", "", ""],
                    ["姓名", "", "手机", "邮箱"],
                    ["张伟", "男", "13911110001", "a@b.cn"],
                ]
            },
            merge("A1:B1=基本信息", "C1:D1=联系方式"),
        ),
        1,
        first={"phone": "13911110001", "email": "a@b.cn"},
    ),
    Quirk(
        "joined_downwards.xlsx",
        book(
            {"表": [["", "", ""], ["", "手机号", "邮箱"], ["张伟", "13911110001", "a@b.cn"]]},
            merge("A1:A2=姓名", "B1:C1=联系方式"),
        ),
        1,
        first={"name": "张伟", "email": "a@b.cn"},
    ),
    Quirk(
        "begins_in_column_c.xlsx", book({"表": [["", "", *row] for row in (HEAD, ZHANG, LI)]}), 2
    ),
    Quirk(
        "hidden_old_phone.xlsx",
        book({"表": [["手机", *HEAD], ["13900000000", *ZHANG]]}, hide(0)),
        1,
        first={"phone": "13911110001"},
    ),
    Quirk(
        "second_sheet_longer.xlsx",
        book({"联系人": [["姓名", "电话"]], "专家": [HEAD, ZHANG, LI, WANG]}),
        3,
    ),
    Quirk("header_again_on_each_page.xlsx", plain(ZHANG, HEAD, LI, HEAD, WANG), 3),
    Quirk("gaps_between_rows.xlsx", plain(ZHANG, [], [], LI), 2),
    Quirk("gbk.csv", csv("gbk"), 2, first={"name": "张伟"}),
    Quirk("utf8.csv", csv("utf-8"), 2),
    Quirk("utf8_bom_tabs.csv", csv("utf-8-sig", "\t"), 2),
    Quirk(
        "old.xls",
        lambda path: shutil.copy(HERE / "old.xls", path) and None,
        2,
        first={"name": "张伟"},
    ),
    # A unit over the rows of its people; of the last one's the cell is empty, and not joined.
    Quirk(
        "units_joined.xls",
        lambda path: shutil.copy(HERE / "units_joined.xls", path) and None,
        6,
        each={"employer.name": [*["甲设计院"] * 3, *["乙设计院"] * 2, None]},
    ),
    # Which column is which.
    Quirk(
        "kind_is_type.xlsx",
        with_column("类别", "技术类", "经济类", "技术类"),
        3,
        first={"expert_type": "技术类", "kind": "individual"},
    ),
    Quirk("kind_is_kind.xlsx", with_column("类别", "个人", "个人", "个人"), 3),
    Quirk(
        "other_names.xlsx",
        plain(ZHANG, head=["专家 姓名", "*联系电话", "证件号码（18位）", "所在单位："]),
        1,
        first={"phone": "13911110001"},
    ),
    Quirk(
        "phones_below_another_header.xlsx",
        plain(ZHANG, LI, WANG, head=["姓名", "随身号码", "身份证号", "工作单位"]),
        3,
        first={"phone": "13911110001"},
    ),
    Quirk("numbered.xlsx", plain([1, *ZHANG], [2, *LI], head=["序号", *HEAD]), 2),
    Quirk(
        "two_phones.xlsx",
        plain(
            [*ZHANG, "0731-8800000"],
            [*LI, "无"],
            head=["姓名", "手机号", "身份证号", "工作单位", "联系电话"],
        ),
        2,
        first={"phone": "13911110001"},
    ),
    # How cells are written.
    Quirk(
        "blanks_in_names.xlsx",
        plain(["张 伟", *ZHANG[1:]], ["李\u3000娜", *LI[1:]], ["王\u00a0\u200b芳", *WANG[1:]]),
        3,
        each={"name": ["张伟", "李娜", "王芳"]},
    ),
    Quirk(
        "phones.xlsx",
        plain(
            ["甲", "139 1111 0001"],
            ["乙", "139-1111-0002"],
            ["丙", "+86 13911110003"],
            ["丁", "13911110004.0"],
            ["戊", 13911110005],
            ["己", "8613911110006"],
        ),
        6,
        each={"phone": [f"1391111000{at}" for at in range(1, 7)]},
    ),
    Quirk(
        "month_as_number.xlsx",
        with_column("出生年月", "", 1975.1),
        2,
        each={"birth_date": [date(1980, 1, 1), date(1975, 10, 1)]},
    ),
    Quirk(
        "month_as_text.xlsx",
        plain([*LI, "1975.10"], head=[*HEAD, "出生年月"]),
        1,
        first={"birth_date": date(1975, 10, 1)},
    ),
    Quirk(
        "month_as_number_alone.xlsx",
        plain([*LI, 1975.1], head=[*HEAD, "出生年月"]),
        1,
        first={"birth_date": date(1975, 10, 1)},
    ),
    Quirk(
        "serial_number.xlsx",
        plain([*LI, 27485], head=[*HEAD, "出生年月"]),
        1,
        first={"birth_date": date(1975, 4, 1)},
    ),
    Quirk(
        "date_cell.xlsx",
        plain([*LI, date(2028, 12, 31)], head=[*HEAD, "聘期至"]),
        1,
        first={"term_end_date": date(2028, 12, 31)},
    ),
    Quirk(
        "term_as_serial.xlsx",
        plain([*LI, 47118], head=[*HEAD, "聘期至"]),
        1,
        first={"term_end_date": date(2028, 12, 31)},
    ),
    Quirk(
        "years.xlsx",
        plain([*LI, "15年"], head=[*HEAD, "从业年限"]),
        1,
        first={"practice_years": 15},
    ),
    Quirk(
        "january_by_id_card.xlsx",
        plain([*ZHANG, 1980.1], head=[*HEAD, "出生年月"]),
        1,
        first={"birth_date": date(1980, 1, 1)},
    ),
    Quirk(
        "unknown_words.xlsx",
        with_column("职称", "高工", "教授级高工", "高级工程师"),
        3,
        first={"title": "高工"},
    ),
    Quirk(
        "bad_postcode.xlsx",
        with_column("邮编", "41000", "410000", "410000"),
        3,
        first={"postcode": ""},
    ),
    Quirk(
        "odd_specialty.xlsx",
        with_column("评审专业", "城市规划", "A010101", "A010101"),
        3,
        each={"specialty_codes": [[], ["A010101"], ["A010101"]]},
    ),
    Quirk(
        "account_with_blanks.xlsx",
        with_column("银行账号", "6217 0000 1234 5678 901"),
        1,
        each={"bank_account": ["6217000012345678901"]},
    ),
    Quirk(
        "id_card_with_blanks.xlsx",
        plain(["张伟", "13911110001", "110101 19800101 0010", "甲"]),
        1,
        each={"id_number": ["110101198001010010"]},
    ),
    Quirk("foot.xlsx", plain(ZHANG, ["制表人：甲"]), 1),
    # The template.
    Quirk(
        "sample_left.xlsx",
        plain(SAMPLE, ["李娜", "", "", "", "", "13911110002"], head=SAMPLE_HEAD),
        1,
    ),
)


def write_all(folder: Path) -> None:
    from tests.data.quirks.clerks import CLERKS
    from tests.data.quirks.groups import GROUPS
    from tests.data.quirks.offices import OFFICES
    from tests.data.quirks.pairs import PAIRS
    from tests.data.quirks.ranks import RANKS
    from tests.data.quirks.shapes import SHAPES
    from tests.data.quirks.slips import SLIPS
    from tests.data.quirks.strays import STRAYS

    for quirk in (*QUIRKS, *OFFICES, *CLERKS, *GROUPS, *PAIRS, *SHAPES, *SLIPS, *STRAYS, *RANKS):
        quirk.write(folder / quirk.name)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
