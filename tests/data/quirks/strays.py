"""Lists in formats that few use, and those in which something strayed: cells, quotation marks, tables below tables."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.data.quirks.files import HEAD, LI, WANG, ZHANG, Quirk, book, plain

BUILDING = "建筑工程"
SHORT = ["姓名", "手机号", "工作单位", "职称", "评审专业"]
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def ods(*rows: Sequence[Any]) -> Callable[[Path], None]:
    """Write what LibreOffice saves: one sheet, numbers and texts."""

    def cell(value: Any) -> str:
        if isinstance(value, int | float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        text = f"<text:p>{escape(value)}</text:p>" if value else ""
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'

    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names} office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="名单">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("mimetype", ODS)
            made.writestr("META-INF/manifest.xml", manifest)
            made.writestr("content.xml", content)

    return write


def written(
    encoding: str, *rows: Sequence[str], by: str = ",", before: bytes = b""
) -> Callable[[Path], None]:
    lines = "\r\n".join(by.join(row) for row in rows)
    return lambda path: path.write_bytes(before + lines.encode(encoding)) and None


TWO = (HEAD, ZHANG, LI)
NAMES = {"name": ["张伟", "李娜"]}

STRAYS = (
    Quirk("of_libreoffice.ods", ods(*TWO), 2, each=NAMES),
    Quirk("two_bytes_a_letter.csv", written("utf-16-le", *TWO), 2, each=NAMES),
    Quirk("two_bytes_the_other_way.csv", written("utf-16-be", *TWO), 2, each=NAMES),
    Quirk("unicode_text_of_excel.txt", written("utf-16", *TWO, by="\t"), 2, each=NAMES),
    Quirk("tabs.tsv", written("gbk", *TWO, by="\t"), 2, each=NAMES),
    Quirk(
        "semicolons_below_a_title.csv",
        written(
            "utf-8",
            ["某市评标专家名单,2026年"],
            ["姓名", "手机号", "评审专业", "职称"],
            ["分丙", "13977761001", "A0401，A0402", "工程师"],
            ["分丁", "13977761002", "A0401", ""],
            by=";",
        ),
        2,
        each={"title": ["工程师", ""], "specialties.count": [2, 1]},
    ),
    Quirk(
        "commas_with_lists_in_cells.csv",
        written(
            "utf-8",
            ["姓名", "手机号", "评审专业"],
            ["分戊", "13977762001", "A0401;A0402;A0403;A0405"],
            ["分己", "13977762002", "A0401;A0402;A0403"],
        ),
        2,
        each={"specialties.count": [4, 3]},
    ),
    Quirk(
        "quotation_marks_left_open.csv",
        written(
            "utf-8",
            ["姓名", "手机号", "工作单位", "职称"],
            ["引甲", "13977763001", '"甲院', "工程师"],
            ["引乙", "13977763002", '"乙院\n分院"', "工程师"],
            ["引丙", "13977763003", '丙院"', "工程师"],
            ["引丁", "13977763004", '"丁院"', '"工程师"'],
            ["引戊", "13977763005", '"戊,院"', "工程师"],
            ["引己", "13977763006", '"己院', "工程师"],
            ["引庚", "13977763007", "庚院", "工程师"],
        ),
        7,
        each={
            "name": [f"引{one}" for one in "甲乙丙丁戊己庚"],
            "employer.name": ['"甲院', "乙院分院", '丙院"', "丁院", "戊,院", '"己院', "庚院"],
        },
    ),
    Quirk(
        "rows_moved_to_the_side.xlsx",
        book(
            {
                "表": [
                    SHORT,
                    ["移甲", "13977764001", "甲院", "工程师", "A0401"],
                    ["", "移乙", "13977764002", "甲院", "工程师", "A0401"],
                    ["13977764003", "甲院", "工程师", "A0401"],
                    ["移丁", "13977764004", "工程师", "A0401"],
                ]
            }
        ),
        2,
        {3: "整行错位", 4: "整行错位"},
        each={"name": ["移甲", "移丁"]},
    ),
    Quirk(
        "two_mails_in_a_cell.xlsx",
        plain(
            ["邮甲", "13977765001", "a@example.cn；b@example.cn"],
            ["邮乙", "13977765002", "c@example.cn\nd@example.cn"],
            head=["姓名", "手机号", "邮箱"],
        ),
        2,
        each={"email": ["a@example.cn", "c@example.cn"]},
    ),
    Quirk(
        "months_of_all_kinds.xlsx",
        plain(
            *(
                [f"月{name}", f"1397776600{at}", said]
                for at, (name, said) in enumerate(
                    zip(
                        "甲乙丙丁戊己庚",
                        (
                            *("民国六十四年十月", "民国64年10月", "七五年十月", "75-10"),
                            *("1975.10", "一九七五年十月", "75年10月"),
                        ),
                        strict=True,
                    )
                )
            ),
            head=["姓名", "手机号", "出生年月"],
        ),
        7,
        each={"birth_date": [date(1975, 10, 1)] * 7},
    ),
    Quirk(
        "titles_behind_names.xlsx",
        plain(
            ["张三 教授", "13977767001", "", ""],
            ["李四（高级工程师）", "13977767002", "", "A0401"],
            ["王五　副院长", "13977767003", "工程师", ""],
            ["赵六 先生", "13977767004", "", ""],
            ["Ｊｏｈｎ Ｓｍｉｔｈ", "13977767005", "", ""],
            ["欧阳明 教授", "13977767006", "研究员", ""],
            head=["姓名", "手机号", "职称", "评审专业"],
        ),
        6,
        each={
            "name": ["张三", "李四", "王五", "赵六", "John Smith", "欧阳明"],
            "title": ["教授", "高级工程师", "工程师", "", "", "研究员"],
            "position": ["", "", "副院长", "", "", ""],
        },
    ),
    Quirk(
        "a_second_table_below_the_first.xlsx",
        plain(
            ["表甲", "13977768001", "甲院", "工程师"],
            [],
            ["二、外聘专家"],
            ["序号", "姓名", "职称", "备用栏", "工作单位", "手机号"],
            [1, "表乙", "高级工程师", "x", "乙院", "13977768002"],
            [2, "表丙", "", "", "丙院", "13977768003"],
            head=["姓名", "手机号", "工作单位", "职称"],
        ),
        3,
        each={
            "employer.name": ["甲院", "乙院", "丙院"],
            "phone": ["13977768001", "13977768002", "13977768003"],
            "title": ["工程师", "高级工程师", ""],
        },
    ),
    Quirk(
        "remarks_below.xlsx",
        plain(
            ZHANG,
            WANG,
            ["合 计", "2"],
            ["填表说明：1.本表一式两份；2.手机号必须填写。"],
            ["2、专业按附件填写"],
            ["（本表可自行复制）"],
            ["★带星号的为必填"],
            ["经办人：甲", "", "电话：0731-8000000"],
            ["2026年11月20日"],
        ),
        2,
    ),
)
