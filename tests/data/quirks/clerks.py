"""Lists as clerks fill them in by hand: what Excel makes of it, and what they write for nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.data.quirks.files import HEAD, Quirk, book, plain

BORN = date(1975, 10, 15)
SHOWN = ("yyyy-mm", "yyyy.mm", "mmm-yy", 'yyyy"年"m"月"')


def with_months(made: Any, sheet: Any) -> None:
    """Write below 出生年月 the day that Excel makes of 1975-10, as each of the formats shows it."""
    for at, shown in enumerate(SHOWN, 1):
        sheet.write_datetime(at, 4, date(1975, 10, 1), made.add_format({"num_format": shown}))


CLERKS = (
    Quirk(
        "months_that_excel_made_days.xlsx",
        book(
            {
                "表": [
                    [*HEAD, "出生年月"],
                    ["月甲", "13977100001", "110101197510150017", "甲院"],
                    ["月乙", "13977100002", "110101197510150025", "甲院"],
                    ["月丙", "13977100003", "110101197510150033", "甲院"],
                    ["月丁", "13977100004", "110101197510150041", "甲院"],
                    ["月戊", "13977100005", "11010119751015005X", "甲院", 27668],
                    ["月己", "13977100006", "110101197510150068", "甲院", "1975/10/1"],
                    ["月庚", "13977100007", "110101197510150076", "甲院", "1975/10/2"],
                    ["月辛", "13977100008", "", "甲院", "1975/10/1"],
                ]
            },
            with_months,
        ),
        7,
        {8: "出生年月与身份证不符"},
        each={"birth_date": [BORN] * 6 + [date(1975, 10, 1)]},
    ),
    Quirk(
        "nothing_in_many_ways.xlsx",
        plain(
            ["甲一", "13977300001", "无", "/", "-", "暂无", "—", "/"],
            ["甲二", "13977300002", "/", "无", " 无 ", "——", "无", "无"],
            ["甲三", "/", "", "甲院", "", "", "", ""],
            ["/", "/", "/", "/", "/", "/", "/", "/"],
            head=[*HEAD, "邮箱", "评审专业", "职称", "聘期至"],
        ),
        2,
        {4: "手机号为空", 5: "手机号为空"},
        each={"employer": [None] * 2, "email": [""] * 2, "id_number": [""] * 2, "title": [""] * 2},
    ),
    Quirk(
        "as_above.xlsx",
        plain(
            ["同零", "13977500000", "", "同上"],
            ["一致甲", "13977500001", "", "黄石一院"],
            ["同上甲", "13977500003", "", "同上"],
            ["同上乙", "13977500004", "", "〃"],
            ["无甲", "13977500005", "", "无"],
            ["同上丙", "13977500008", "", "同上"],
            ["退甲", "13977500006", "", "退休"],
            ["自甲", "13977500007", "", "自由职业"],
        ),
        7,
        {2: "工作单位没有可照填的上一行"},
        each={"employer.name": ["黄石一院"] * 3 + [None] * 4},
    ),
    Quirk(
        "ends_of_terms.xlsx",
        plain(
            ["甲一", "13977300001", "2028"],
            ["甲二", "13977300002", 2028],
            ["甲三", "13977300003", "2028年"],
            ["甲四", "13977300004", "至2027年底"],
            ["甲五", "13977300005", "2027年2月底"],
            ["甲六", "13977300006", "长期"],
            ["甲七", "13977300007", "下届换届时"],
            head=["姓名", "手机号", "聘期至"],
        ),
        6,
        {8: "聘期至格式"},
        each={
            "term_end_date": [
                *[date(2028, 12, 31)] * 3,
                date(2027, 12, 31),
                date(2027, 2, 28),
                None,
            ]
        },
    ),
    Quirk(
        "numbers_of_a_csv.csv",
        lambda path: (
            path.write_bytes(
                "姓名,手机号,身份证号\r\n"
                '钱一,\t13877120031,="110101197510150017"\r\n'
                "钱二,1.3877120032E+10,\r\n"
                "钱三,86-13877120033,4.20106E+17\r\n"
                "钱四,1.38771E+10,\r\n".encode("gbk")
            )
            and None
        ),
        2,
        {4: "身份证为数值", 5: "手机号为数值"},
        each={
            "phone": ["13877120031", "13877120032"],
            "id_number": ["110101197510150017", ""],
        },
    ),
)
