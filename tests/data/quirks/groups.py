"""Lists in which a row, or a header, speaks for others: units above their people, columns to tick, ranges."""

from __future__ import annotations

from datetime import date

from tests.data.quirks.files import Quirk, book, merge, plain

PLANNERS, WORKS, BUILDERS = "湘潭市规划建筑设计院", "湖南大学", "湖南建工集团有限公司"
SHORT = ["序号", "姓名", "手机", "专业"]

GROUPS = (
    Quirk(
        "who_recommends_beside_who_is_recommended.xlsx",
        plain(
            ["湖南大学", "荐某", "13977739999", "被荐甲", "13977739001", WORKS, "A0401", "24/3/1"],
            ["湖南大学", "荐某", "13977739999", "被荐乙", "13977739002", WORKS, "A0402", "去年"],
            ["联系人：荐某", "", "", "", "", "", "", ""],
            ["共2条", "", "", "", "", "", "", ""],
            ["以下空白", "", "", "", "", "", "", ""],
            head=[
                *("推荐单位", "推荐人", "推荐人电话", "被推荐人", "被推荐人手机", "被推荐人单位"),
                *("拟任评审领域", "入库时间"),
            ],
        ),
        2,
        each={"phone": ["13977739001", "13977739002"], "employer.name": [WORKS, WORKS]},
    ),
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

# What came after: units with posts behind them, sections by specialty, rows apart of one person.
APART = (
    Quirk(
        "units_with_posts_behind_them.xlsx",
        plain(
            ["职甲", "13977751001", "湘潭市水文局 总工程师"],
            ["职乙", "13977751002", "湘潭市规划建筑设计院所长"],
            ["职丙", "13977751003", "湖南大学教授"],
            ["职丁", "13977751004", "湖南大学"],
            head=["姓名", "手机", "单位及职务"],
        ),
        4,
        each={
            "employer.name": ["湘潭市水文局", "湘潭市规划建筑设计院", "湖南大学", "湖南大学"],
            "position": ["总工程师", "所长", "", ""],
            "title": ["", "", "教授", ""],
        },
    ),
    Quirk(
        "people_below_their_specialties.xlsx",
        plain(
            ["一、建筑工程（A0401）"],
            [1, "业甲", "13977752001"],
            ["专业：A0402（共2人）"],
            [2, "业乙", "13977752002"],
            [WORKS],
            [3, "业丙", "13977752003"],
            ["A0403"],
            [4, "业丁", "13977752004"],
            head=["序号", "姓名", "手机"],
        ),
        4,
        each={
            "specialty_codes": [["A0401"], ["A0402"], ["A0402"], ["A0403"]],
            "employer.name": [None, None, WORKS, None],
        },
    ),
    Quirk(
        "a_sheet_for_a_specialty.xlsx",
        book(
            {"A0401建筑工程": [["姓名", "手机"], ["表甲", "13977753001"], ["表乙", "13977753002"]]}
        ),
        2,
        each={"specialty_codes": [["A0401"], ["A0401"]]},
    ),
    Quirk(
        "a_row_for_each_specialty_sorted_by_them.xlsx",
        plain(
            ["散甲", "13977754001", WORKS, "A0401"],
            ["散乙", "13977754002", WORKS, "A0401"],
            ["散甲", "13977754001", WORKS, "A0402"],
            ["散乙", "13977754002", PLANNERS, "A0402"],
            ["散甲", "13977754001", WORKS, "A0402"],
            head=["姓名", "手机", "工作单位", "评审专业"],
        ),
        2,
        {5: "手机号重复", 6: "手机号重复"},
        each={"specialty_codes": [["A0401", "A0402"], ["A0401"]]},
    ),
    Quirk(
        "a_list_of_units_that_says_so_in_each_row.xlsx",
        plain(
            ["单位", WORKS, "刘丽", "13977755001"],
            ["单位", PLANNERS, "陈晨", "13977755002"],
            head=["类别", "单位名称", "联系人", "联系电话"],
        ),
        2,
        each={"name": [WORKS, PLANNERS], "kind": ["organisation"] * 2},
    ),
    Quirk(
        "names_that_are_none.xlsx",
        plain(
            ["1", "13977756001"],
            ["??", "13977756002"],
            ["刘**", "13977756003"],
            ["刘*华", "13977756004"],
            ["李□华", "13977756005"],
            ["例：张三", "13977756006"],
            head=["姓名", "手机"],
        ),
        1,
        dict.fromkeys((2, 3, 4, 5), "姓名格式"),
        each={"name": ["李□华"]},
    ),
    Quirk(
        "parted_by_bars.csv",
        lambda path: (
            path.write_bytes(
                "姓名|手机号|评审专业\r\n杠甲|13977757001|A0401\r\n杠乙|13977757002|A0402\r\n".encode()
            )
            and None
        ),
        2,
        each={"specialty_codes": [["A0401"], ["A0402"]]},
    ),
    Quirk(
        "parted_by_semicolons.csv",
        lambda path: (
            path.write_bytes(
                "姓名;手机号;职称\r\n分甲;13977758001;工程师\r\n分乙;13977758002;\r\n".encode("gbk")
            )
            and None
        ),
        2,
        each={"title": ["工程师", ""]},
    ),
    Quirk(
        "days_in_chinese_numbers.xlsx",
        plain(
            ["日甲", "13977759001", "一九七五年十月", "二〇二八年十二月三十一日"],
            ["日乙", "13977759002", "1975年十月", "二〇二八.3"],
            ["日丙", "13977759003", "1980年元月", "二○二八年底"],
            ["日丁", "13977759004", "Oct-75", "2028年二月"],
            ["日戊", "13977759005", "一九七五年二月二十一日", "三年"],
            ["日己", "13977759006", "七五年", "2028年"],
            head=["姓名", "手机", "出生年月", "聘期至"],
        ),
        6,
        each={
            "birth_date": [
                *[date(1975, 10, 1)] * 2,
                date(1980, 1, 1),
                date(1975, 10, 1),
                date(1975, 2, 21),
                None,
            ],
            "term_end_date": [
                date(2028, 12, 31),
                date(2028, 3, 31),
                date(2028, 12, 31),
                date(2028, 2, 29),
                None,
                date(2028, 12, 31),
            ],
        },
    ),
)
