"""Lists as whole offices send them: several habits in one file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.data.quirks.files import HEAD, LI, WANG, ZHANG, Quirk, book, merge, plain, with_column


def hide_rows(*rows: int) -> Callable[[Any, Any], None]:
    def change(_: Any, sheet: Any) -> None:
        for at in rows:
            sheet.set_row(at, None, None, {"hidden": True})

    return change


ANNEX = [
    ["附件2"],
    ["2026年度评标专家推荐汇总表"],
    ["推荐单位（盖章）：某市住建局", "", "", "", "", "填报日期：2026年11月20日"],
    ["", "", "", "", "", ""],
    ["", "姓名", "性别", "手机", "工作单位", ""],
    ["1", "张伟", "男", "13911110001", "甲设计院", ""],
    ["2", "李娜", "女", "13911110002", "乙设计院", ""],
    ["3", "王芳", "女", "13911110003", "丙设计院", ""],
    ["合计", "3人", "", "", "", ""],
    ["制表人：周敏", "", "", "审核人：刘强", "", "联系电话：0731-8000000"],
    ["注：本表一式两份"],
]

OFFICES = (
    Quirk(
        "annex.xlsx",
        book(
            {"封面": [["某市评标专家推荐材料"], ["二〇二六年十一月"]], "汇总表": ANNEX},
            merge("A4:A5=序号", "B4:C4=基本信息", "D4:E4=联系方式", "F4:F5=备注"),
            hide_rows(6),
        ),
        3,
        first={"name": "张伟", "phone": "13911110001"},
    ),
    Quirk(
        "sections_and_sums.xlsx",
        book(
            {
                "表": [
                    ["序号", *HEAD],
                    ["一、建筑类"],
                    [1, *ZHANG],
                    ["", "小计", "1人"],
                    [],
                    ["二、市政类"],
                    [2, *LI],
                    [3, *WANG],
                    ["", "小 计", "2人"],
                    ["", "", "总计", "3人"],
                    ["填表人：甲", "", "", "日期：2026.11.1"],
                    ["第 1 页，共 1 页"],
                ]
            },
            merge("A2:E2=一、建筑类", "A6:E6=二、市政类"),
        ),
        3,
    ),
    # The unit is written across the column of the departments, too; below the list somebody has joined cells for notes.
    Quirk(
        "employers_merged_over_two_columns.xlsx",
        book(
            {
                "表": [
                    ["工作单位", "部门", "姓名", "手机号"],
                    ["", "", "张伟", "13911110001"],
                    ["", "", "李娜", "13911110002"],
                    ["乙设计院", "财务处", "王芳", "13911110003"],
                    ["备注："],
                ]
            },
            merge("A2:B3=甲设计院", "A5:D7=备注：共三人"),
        ),
        3,
        each={"employer.name": ["甲设计院"] * 2 + ["乙设计院"]},
    ),
    Quirk(
        "employers_merged_downwards.xlsx",
        book(
            {
                "表": [
                    ["工作单位", "姓名", "手机号"],
                    ["", "张伟", "13911110001"],
                    ["", "李娜", "13911110002"],
                    ["", "王芳", "13911110003"],
                    ["", "无单位者", "13911110004"],
                ]
            },
            merge("A2:A4=甲设计院"),
        ),
        4,
        each={"employer.name": ["甲设计院"] * 3 + [None]},
    ),
    Quirk(
        "two_departments.xlsx",
        book({"工程部": [HEAD, ZHANG, LI], "财务部": [HEAD, WANG]}),
        2,
    ),
    Quirk(
        "line_breaks_in_headers.xlsx",
        plain(
            ["张伟", "13911110001", "甲设计院"],
            head=["姓\n名", "手机\n号码", "工作\n单位"],
        ),
        1,
        first={"phone": "13911110001"},
    ),
    Quirk(
        "terms_as_months.xlsx",
        plain(
            ["张伟", "13911110001", "2026.1", "2028/12"],
            ["李娜", "13911110002", "2026年02月", "2028年2月"],
            ["王芳", "13911110003", "202603", "20280131"],
            head=["姓名", "手机号", "聘期开始", "聘期至"],
        ),
        3,
        each={
            "term_start_date": [date(2026, month, 1) for month in (1, 2, 3)],
            "term_end_date": [date(2028, 12, 31), date(2028, 2, 29), date(2028, 1, 31)],
        },
    ),
    Quirk(
        "phones_among_words.xlsx",
        plain(
            ["张伟", "13911110001（微信同号）"],
            ["李娜", "0731-84123456 13911110002"],
            ["王芳", "13911110003、13811110003"],
            ["赵敏", "１３９１１１１０００４"],
            ["钱勇", "0731-84123456 139 1111 0005"],
            ["孙丽", "139-1111-0006（微信同号）"],
            head=["姓名", "联系电话"],
        ),
        5,
        {4: "手机号不止一个"},
        each={"phone": [f"1391111000{at}" for at in (1, 2, 4, 5, 6)]},
    ),
    Quirk(
        "names_with_remarks.xlsx",
        plain(["张伟（男）", *ZHANG[1:]], ["李娜*", *LI[1:]], ["买买提·吐尔逊", *WANG[1:]]),
        3,
        first={"name": "张伟", "sex": "male"},
    ),
    Quirk(
        # What they have studied is not what they review.
        "studied.xlsx",
        with_column("所学专业", "物流", "物流", "物流"),
        3,
    ),
    Quirk(
        "levels_as_titles.xlsx",
        with_column("职称", "正高", "副高级", "中级"),
        3,
        each={"title_level": [4, 3, 2]},
    ),
)
