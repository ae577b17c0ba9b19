"""Lists that are no tables: forms of one person each, and tables on their side; and what clerks write otherwise
than we do in cells of tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.data.quirks.files import LI, WANG, ZHANG, Quirk, book, plain

PEOPLE = (ZHANG, LI, WANG)
NAMES, PHONES = [one[0] for one in PEOPLE], [one[1] for one in PEOPLE]
UNITS = [one[3] for one in PEOPLE]


def form(name: str, phone: str, unit: str) -> list[list[Any]]:
    """Return what offices print: labels with places beside them, some of them empty, and tables of others."""
    return [
        ["某市评标专家申请表"],
        ["姓  名", name, "性  别", "女", "（照片）"],
        ["出生年月", "1970.05", "政治面貌", "", "民族"],
        ["手机号码", phone, "电子邮箱", f"{phone}@b.cn", "传真"],
        ["现工作单位", "", unit],
        ["职务", "", "职称", "高级工程师", "学历", "本科"],
        ["申报评审专业", "", "A0401；A0402"],
        ["家庭成员"],
        ["姓名", "关系", "工作单位", "职务"],
        [f"{name}某", "父子", "乙厂", "工人"],
        ["单位意见", "同意推荐（盖章）"],
    ]


FORMS = [form(name, phone, unit) for name, phone, unit in zip(NAMES, PHONES, UNITS, strict=True)]
# What each of them must hold.
EACH = {
    "name": NAMES,
    "phone": PHONES,
    "employer.name": UNITS,
    "title": ["高级工程师"] * 3,
    "specialty_codes": [["A0401", "A0402"]] * 3,
    "position": [""] * 3,
}
ON_ITS_SIDE = [
    ["专家名单"],
    ["序号", 1, 2, 3],
    ["姓名", *NAMES],
    ["手机", *PHONES],
    ["民族", "汉", "汉", "回"],
    ["工作单位", UNITS[0], "", UNITS[2]],
]


def stacked() -> Sequence[Sequence[Any]]:
    return [row for one in FORMS for row in (*one, [])]


def many(count: int) -> dict[str, list[list[Any]]]:
    """Return more sheets than a list has."""
    han = "一二三四五六七八九十"
    return {
        f"表{at}": [
            ["姓名", f"王{han[at // 10]}{han[at % 10]}", "性别", "男"],
            ["手机", f"139222200{at:02}", "职称", "工程师"],
        ]
        for at in range(count)
    }


SHAPES = (
    Quirk(
        "a_form_a_sheet.xlsx",
        book({one[1][1]: one for one in FORMS}),
        3,
        first={"birth_date": date(1970, 5, 1), "education": "本科"},
        each=EACH,
    ),
    Quirk("one_form.xlsx", book({"登记表": FORMS[0]}), 1, first={"name": NAMES[0], "position": ""}),
    Quirk("forms_below_each_other.xlsx", book({"表": stacked()}), 3, each=EACH),
    Quirk(
        "forms_side_by_side.xlsx",
        book(
            {
                "表": [
                    ["姓名", NAMES[0], "姓名", NAMES[1]],
                    ["手机", PHONES[0], "手机", PHONES[1]],
                    ["单位", UNITS[0], "单位", UNITS[1]],
                ]
            }
        ),
        2,
        each={"name": NAMES[:2], "phone": PHONES[:2], "employer.name": UNITS[:2]},
    ),
    Quirk(
        "label_and_value_in_one_cell.xlsx",
        book(
            {
                "表": [
                    ["专家推荐表"],
                    ["姓名：张伟", "性别：男"],
                    ["手机：13911110001", "职称：教授"],
                    ["单位：甲设计院", "专业：A0401"],
                ]
            }
        ),
        1,
        first={"name": "张伟", "phone": "13911110001", "title": "教授", "sex": "male"},
    ),
    Quirk("forty_forms.xlsx", book(many(40)), 40, first={"name": "王一一", "title": "工程师"}),
    Quirk(
        "on_its_side.xlsx",
        book({"表": ON_ITS_SIDE}),
        3,
        each={"name": NAMES, "phone": PHONES, "employer.name": [UNITS[0], None, UNITS[2]]},
    ),
    Quirk(
        "on_its_side_in_groups.xlsx",
        book(
            {
                "表": [
                    ["基本", "姓名", *NAMES[:2]],
                    ["", "性别", "男", "女"],
                    ["联系", "手机", *PHONES[:2]],
                ]
            }
        ),
        2,
        each={"name": NAMES[:2], "sex": ["male", "female"]},
    ),
    # A list stays one, whatever else the file holds.
    Quirk(
        "a_list_and_a_form.xlsx",
        book({"样表": FORMS[0], "名单": [["姓名", "手机号"], ["赵六", "13911110009"]]}),
        1,
        first={"name": "赵六"},
    ),
    Quirk(
        "who_hands_it_in_above.xlsx",
        book(
            {
                "表": [
                    ["填报单位：某局", "", "联系人：钱七", "联系电话：13800000000"],
                    ["姓名", "手机号"],
                    *([name, phone] for name, phone in zip(NAMES, PHONES, strict=True)),
                    ["以下为外地专家"],
                    ["赵六", "13911110009"],
                ]
            }
        ),
        4,
    ),
    # The upper row of two looks like labels with the lower one beside them.
    Quirk(
        "two_rows_of_headers_and_a_remark.xlsx",
        book(
            {
                "名册": [
                    ["专业", "单位名称", "评审专家信息", "", "", "联系方式"],
                    ["", "", "姓名", "职称", "取得职称时间", "手机/座机"],
                    *(
                        [
                            "城市规划（设计）",
                            unit,
                            name,
                            "高级工程师",
                            "2019.12",
                            f"{phone}/0731-84512233",
                        ]
                        for name, phone, unit in zip(NAMES, PHONES, UNITS, strict=True)
                    ),
                    ["说明：联系方式仅供内部使用"],
                ]
            }
        ),
        3,
        each={
            "name": NAMES,
            "phone": PHONES,
            "employer.name": UNITS,
            "title": ["高级工程师"] * 3,
            "specialty_codes": [["A010202"]] * 3,
        },
    ),
    # What stands in cells.
    Quirk(
        "no_specialty_of_that_name.xlsx",
        plain(
            ["甲一", "13977300001", "物联网"],
            ["甲二", "13977300002", "土建"],
            ["甲三", "13977300003", "机电安装"],
            ["甲四", "13977300004", "建筑工程"],
            ["甲五", "13977300005", "工程-规划-城市规划(设计)"],
            ["甲六", "13977300006", "A9999"],
            head=["姓名", "手机号", "评审专业"],
        ),
        2,
        {
            3: "专业名称有歧义",
            4: "专业名称有歧义",
            5: "专业名称有歧义",
            7: "专业代码不存在",
        },
        each={"specialty_codes": [[], ["A010202"]]},
    ),
    Quirk(
        "codes_beside_levels.xlsx",
        plain(
            ["甲一", "13977300001", "A04", "设计", "A0401", "建筑工程"],
            head=["姓名", "手机号", "一级专业代码", "一级专业", "二级专业代码", "二级专业"],
        ),
        1,
        each={"specialty_codes": [["A0401"]]},
    ),
    Quirk(
        "codes_of_levels.xlsx",
        plain(
            ["甲一", "13977300001", "A04", "A0401"],
            head=["姓名", "手机号", "一级专业代码", "二级专业代码"],
        ),
        1,
        each={"specialty_codes": [["A0401"]]},
    ),
    Quirk(
        "who_is_not_named.xlsx",
        plain(
            ["?平", "13977300001"],
            ["无", "13977300002"],
            ["王？", "13977300003"],
            ["待定", "13977300004"],
            ["李娜（女）", "13977300005"],
            head=["姓名", "手机号"],
        ),
        1,
        dict.fromkeys(range(2, 6), "姓名格式"),
        first={"name": "李娜", "sex": "female"},
    ),
    Quirk(
        "years_of_two_digits.xlsx",
        plain(
            ["甲一", "13977300001", "24/3/1", "27.2.28"],
            ["甲二", "13977300002", "24年3月", "27年12月底"],
            ["甲三", "13977300003", "3/1/24", ""],
            head=["姓名", "手机号", "聘期开始", "聘期至"],
        ),
        3,
        each={
            "term_start_date": [date(2024, 3, 1), date(2024, 3, 1), None],
            "term_end_date": [date(2027, 2, 28), date(2027, 12, 31), None],
        },
    ),
    Quirk(
        "titles_with_more.xlsx",
        plain(
            ["甲一", "13977300001", "高级工程师 2010.12", "20余年", "济南质量检验所所长"],
            ["甲二", "13977300002", "教授（2015年取得）", "十五年", "济南质量检验所"],
            ["甲三", "13977300003", "副高", "一", ""],
            head=["姓名", "手机号", "职称", "从业年限", "工作单位"],
        ),
        3,
        each={
            "title": ["高级工程师", "教授", "副高"],
            "title_level": [3, 4, 3],
            "practice_years": [20, 15, 1],
            "employer.name": ["济南质量检验所"] * 2 + [None],
            "position": ["所长", "", ""],
        },
    ),
    Quirk(
        "account_with_its_bank.xlsx",
        plain(
            ["甲一", "13977300001", "工商银行：6217000012345678901"],
            head=["姓名", "手机号", "银行卡号"],
        ),
        1,
        first={"bank_account": "6217000012345678901"},
    ),
)
