"""Lists that write more than one thing into a cell, two headers over each other, or another word for a header."""

from __future__ import annotations

from datetime import date

from tests.data.quirks.files import Quirk, book, merge, plain

PHONES = [f"1397788{at:04}" for at in range(1, 20)]
UNIT, OTHER = "湖南大学", "湘潭市财政局"

PERSONS = (
    Quirk(
        "two_persons_in_a_cell.xlsx",
        plain(
            *(
                [name, phone]
                for name, phone in zip(
                    ("孙立人 周国平", "李文,王武", "钱进和孙武", "李 明 王 伟", "王 小 明"),
                    PHONES,
                    strict=False,
                )
            ),
            head=["姓名", "手机号"],
        ),
        3,
        {2: "姓名不止一个", 3: "姓名不止一个"},
        each={"name": ["钱进和孙武", "李明王伟", "王小明"]},
    ),
    Quirk(
        "states_beside_names.xlsx",
        plain(
            *(
                [name, phone]
                for name, phone in zip(
                    ("张国三（已故）", "王国五(黑名单)", "李国四（退休）"), PHONES, strict=False
                )
            ),
            head=["姓名", "手机号"],
        ),
        1,
        dict.fromkeys((2, 3), "姓名后面写着状态"),
    ),
    Quirk(
        "units_to_be_avoided_by_blanks.xlsx",
        plain(
            ["避甲", PHONES[0], f"{UNIT} {OTHER}"],
            ["避乙", PHONES[1], "湖南 大学"],
            head=["姓名", "手机号", "需回避单位"],
        ),
        2,
        each={"avoidance_units.count": [2, 1]},
    ),
    Quirk(
        "agreed_or_not.xlsx",
        plain(
            ["审甲", PHONES[0], "是", "同意", "是"],
            ["审乙", PHONES[1], "否", "同意入库", "是"],
            ["审丙", PHONES[2], "是", "材料不全退回", "是"],
            ["审丁", PHONES[3], "是", "经审核，同意入库。", "退休"],
            ["审戊", PHONES[4], "是", "经审核不同意", "是"],
            ["审己", PHONES[5], "是", "经研究，未通过", "是"],
            head=["姓名", "手机号", "是否同意入库", "审核意见", "是否在职"],
        ),
        1,
        {
            3: "是否同意入库不是“是”",
            5: "是否在职不是“是”",
            **dict.fromkeys((4, 6, 7), "审核意见不是“是”"),
        },
    ),
    Quirk(
        "titles_in_two_rows_of_headers.xlsx",
        book(
            {
                "表": [
                    ["序号", "姓名", "联系方式", "", "职称", "", "工作单位"],
                    ["", "", "手机", "邮箱", "名称", "取得时间", ""],
                    [1, "双甲", PHONES[0], "a@example.cn", "高级工程师", "2010", UNIT],
                ]
            },
            merge("A1:A2=序号"),
            merge("B1:B2=姓名"),
            merge("C1:D1=联系方式"),
            merge("E1:F1=职称"),
            merge("G1:G2=工作单位"),
        ),
        1,
        first={"name": "双甲", "phone": PHONES[0], "email": "a@example.cn", "title": "高级工程师"},
        each={"employer.name": [UNIT]},
    ),
    Quirk(
        "telephones_in_two_rows_of_headers.xlsx",
        plain(
            ["", "办公", "手机", ""],
            ["双甲", "0731-8000000", PHONES[0], UNIT],
            ["双乙", "0731-8000001", PHONES[1], UNIT],
            head=["姓名", "电话", "", "工作单位"],
        ),
        2,
        each={"phone": PHONES[:2], "employer.name": [UNIT] * 2},
    ),
    Quirk(
        "codes_of_what_is_applied_for.xlsx",
        plain(
            ["报甲", PHONES[0], "A0401", "结构设计", UNIT],
            head=["评审专家姓名", "手机号", "申报专业代码", "现从事专业", "现任单位"],
        ),
        1,
        each={"specialty_codes": [["A0401"]], "employer.name": [UNIT]},
    ),
    Quirk(
        "headers_in_two_languages.xlsx",
        plain(
            ["双甲", PHONES[0], UNIT, "1975-10-15", "110101197510150017"],
            head=["姓名 Name", "手机号 Mobile", "工作单位 Employer", "出生日期/DOB", "身份证件号"],
        ),
        1,
        first={"name": "双甲", "id_number": "110101197510150017"},
        each={"employer.name": [UNIT]},
    ),
    Quirk(
        "parts_of_who_has_left.xlsx",
        book(
            {
                "名单": [
                    ["某市专家名单"],
                    ["序号", "姓名", "手机号", "工作单位"],
                    ["一、在职人员"],
                    [1, "部甲", PHONES[0], UNIT],
                    ["二、退休人员"],
                    [2, "部乙", PHONES[1], UNIT],
                    ["", "小计 1 人"],
                    [3, "部丙", PHONES[2], UNIT],
                    ["三、已取消资格人员"],
                    ["（一）湖南大学"],
                    [4, "部丁", PHONES[3], ""],
                    ["四、外聘的各位"],
                    [5, "部戊", PHONES[4], UNIT],
                    ["去世"],
                    [6, "部己", PHONES[5], UNIT],
                    ["在职专家"],
                    [7, "部庚", PHONES[6], UNIT],
                    ["说明：退休人员不填第 4 列"],
                    [8, "部辛", PHONES[7], UNIT],
                ]
            }
        ),
        4,
        dict.fromkeys((6, 8, 11, 15), "名单上写的像是不在库"),
        each={"name": ["部甲", "部戊", "部庚", "部辛"]},
    ),
    Quirk(
        "a_sheet_of_who_has_left.xlsx",
        book({"2025年退出": [["姓名", "手机号"], ["表甲", PHONES[0]], ["表乙", PHONES[1]]]}),
        0,
        dict.fromkeys((2, 3), "名单上写的像是不在库"),
    ),
    Quirk(
        "a_title_of_who_has_left.xlsx",
        book(
            {
                "Sheet1": [
                    ["附件 2"],
                    ["某市 2025 年度退出专家库人员名单"],
                    ["姓名", "手机号"],
                    ["题甲", PHONES[0]],
                ]
            }
        ),
        0,
        {4: "名单上写的像是不在库"},
    ),
    Quirk(
        "why_and_when_they_left.xlsx",
        plain(
            ["因甲", PHONES[0], "受到处罚", "2025-06-30"],
            ["因乙", PHONES[1], "", ""],
            ["因丙", PHONES[2], "", date(2025, 6, 30)],
            ["因丁", PHONES[3], "否", "/"],
            head=["姓名", "手机号", "退出原因", "退出时间"],
        ),
        2,
        {2: "写有退出原因", 4: "写有退出时间"},
    ),
    Quirk(
        "all_of_them_left.xlsx",
        plain(
            *(["因甲", PHONES[0], "受到处罚"], ["因乙", PHONES[1], "去世"]),
            ["因丙", PHONES[2], "本人申请"],
            head=["姓名", "手机号", "注销原因"],
        ),
        0,
        dict.fromkeys((2, 3, 4), "写有退出原因"),
    ),
    Quirk(
        "titles_before_names.xlsx",
        plain(
            ["博士 庞淳衡", PHONES[0]],
            ["教授 龚书珩", PHONES[1]],
            ["龚书衡 教授", PHONES[2]],
            head=["姓名", "手机号"],
        ),
        3,
        each={"name": ["庞淳衡", "龚书珩", "龚书衡"], "title": ["", "教授", "教授"]},
    ),
    Quirk(
        "units_that_programs_wrote.xlsx",
        plain(
            *(
                [f"程{at}", phone, unit]
                for at, phone, unit in zip(
                    "甲乙丙丁", PHONES, (True, "None", "NULL", UNIT), strict=False
                )
            ),
            head=["姓名", "手机号", "工作单位"],
        ),
        4,
        each={"employer.name": [None, None, None, UNIT]},
    ),
)
