"""Lists in which a row, or a header, speaks for others: units above their people, columns to tick, ranges."""

from __future__ import annotations

from tests.data.quirks.files import Quirk, book, merge, plain

PLANNERS, WORKS, BUILDERS = "湘潭市规划建筑设计院", "湖南大学", "湖南建工集团有限公司"
SHORT = ["序号", "姓名", "手机", "专业"]

GROUPS = (
    Quirk(
        "people_below_their_units.xlsx",
        plain(
            [PLANNERS],
            [1, "组甲", "13977741001", "A0401"],
            [2, "组乙", "13977741002", "A0402"],
            ["", f"二、{WORKS}（共1人）"],
            [3, "组丙", "13977741003", "A0401"],
            ["合计", "3人"],
            [4, "组丁", "13977741004", "A0401"],
            head=SHORT,
        ),
        4,
        each={"employer.name": [PLANNERS, PLANNERS, WORKS, None]},
    ),
    Quirk(
        "people_below_their_units_and_some_with_their_own.xlsx",
        plain(
            ["", "", "", f"单位：{BUILDERS}"],
            ["组戊", "13977742001", "A0401", ""],
            ["组己", "13977742002", "A0401", WORKS],
            ["一、技术类专家"],
            ["组庚", "13977742003", "A0401", ""],
            head=["姓名", "手机", "专业", "工作单位"],
        ),
        3,
        each={"employer.name": [BUILDERS, WORKS, None]},
    ),
    Quirk(
        "sexes_and_types_to_tick.xlsx",
        plain(
            ["勾甲", "13977743001", "√", "", "√", ""],
            ["勾乙", "13977743002", "", "✓", "", "√"],
            ["勾丙", "13977743003", "×", "√", "", "√"],
            ["勾丁", "13977743004", "√", "√", "", ""],
            head=["姓名", "手机", "男", "女", "技术类", "经济类"],
        ),
        4,
        each={
            "sex": ["male", "female", "female", ""],
            "expert_type": ["技术类", "经济类", "经济类", ""],
        },
    ),
    Quirk(
        "specialties_to_tick.xlsx",
        book(
            {
                "表": [
                    ["", "", "", "", "", ""],
                    ["", "", "", "总体规划", "A0402", "A0403"],
                    [1, "勾戊", "13977744001", "√", "", "√"],
                    [2, "勾己", "13977744002", "", "√", ""],
                    [3, "勾庚", "13977744003", "", "", ""],
                ]
            },
            merge("A1:A2=序号", "B1:B2=姓名", "C1:C2=手机", "D1:F1=评审专业"),
        ),
        3,
        each={"specialty_codes": [["A010101", "A0403"], ["A0402"], []]},
    ),
    Quirk(
        "titles_to_tick.xlsx",
        plain(
            ["勾辛", "13977745001", "1", ""],
            ["勾壬", "13977745002", "", "是"],
            head=["姓名", "手机", "高级工程师", "工程师"],
        ),
        2,
        each={"title": ["高级工程师", "工程师"]},
    ),
    Quirk(
        "ranges_of_specialties.xlsx",
        plain(
            ["段甲", "13977746001", "A0401-A0403"],
            ["段乙", "13977746002", "A0401～0402；A0405"],
            ["段丙", "13977746003", "A0401至03"],
            ["段丁", "13977746004", "A0403-A0401"],
            ["段戊", "13977746005", "A0401-A0503"],
            head=["姓名", "手机", "专业"],
        ),
        3,
        {5: "专业代码与名称不符", 6: "专业代码与名称不符"},
        each={
            "specialty_codes": [
                ["A0401", "A0402", "A0403"],
                ["A0401", "A0402", "A0405"],
                ["A0401", "A0402", "A0403"],
            ]
        },
    ),
    Quirk(
        "states_of_those_who_left.xlsx",
        plain(
            ["态甲", "13977747001", "在库"],
            ["态乙", "13977747002", "黑名单"],
            ["态丙", "13977747003", "已退出"],
            ["态丁", "13977747004", ""],
            head=["姓名", "手机", "状态"],
        ),
        2,
        {3: "状态不是在库", 4: "状态不是在库"},
        each={"name": ["态甲", "态丁"]},
    ),
    Quirk(
        "one_kind_among_types.xlsx",
        plain(
            ["类甲", "13977748001", "技术类"],
            ["类乙", "13977748002", "经济类"],
            ["类丙", "13977748003", "个人"],
            ["类丁", "13977748004", "外聘"],
            ["类戊", "13977748005", "技术类"],
            head=["姓名", "手机", "类别"],
        ),
        5,
        each={"expert_type": ["技术类", "经济类", "个人", "外聘", "技术类"]},
    ),
    Quirk(
        "units_to_be_avoided.xlsx",
        plain(
            ["避甲", "13977749001", f"{WORKS}；{BUILDERS}、{WORKS}"],
            ["避乙", "13977749002", "无"],
            ["避丙", "13977749003", BUILDERS],
            head=["姓名", "手机", "需回避单位"],
        ),
        3,
        each={"avoidance_units.count": [2, 0, 1]},
    ),
)
