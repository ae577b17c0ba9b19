"""Titles with the grade of their post or what else somebody is, and telephones and headers of other offices."""

from __future__ import annotations

from datetime import date

from tests.data.quirks.files import Quirk, plain

PHONES = [f"1397744{at:04}" for at in range(1, 40)]
# What lists write → the title, and its level.
TITLES = {
    "教授（二级）": ("教授", 4),
    "教授(三级岗)": ("教授", 4),
    "二级教授": ("教授", 4),
    "教授二级": ("教授", 4),
    "研究员（专技二级）": ("研究员", 4),
    "专业技术三级研究员": ("研究员", 4),
    "正高级工程师（三级）": ("正高级工程师", 4),
    "正高级工程师四级": ("正高级工程师", 4),
    "副教授（六级岗位）": ("副教授", 3),
    "高级工程师（五级）": ("高级工程师", 3),
    "讲师（9级）": ("讲师", 2),
    "助理工程师（十二级）": ("助理工程师", 1),
    "教授 / 博导": ("教授", 4),
    "教授（二级）、博士生导师": ("教授", 4),
    "副教授（硕导）": ("副教授", 3),
    # Titles of their own, and what contradicts itself: as they stand.
    "一级教师": ("一级教师", 2),
    "二级律师": ("二级律师", 3),
    "高级工程师（二级）": ("高级工程师（二级）", 0),
    "二级建造师": ("二级建造师", 0),
}

RANKS = (
    Quirk(
        "titles_with_grades.xlsx",
        plain(
            *([f"级{chr(0x4E00 + at)}", PHONES[at], one] for at, one in enumerate(TITLES)),
            head=["姓名", "手机号", "职称"],
        ),
        len(TITLES),
        each={
            "title": [title for title, _ in TITLES.values()],
            "title_level": [level for _, level in TITLES.values()],
        },
    ),
    # Its header reads 职称级别, of which nothing below is one.
    Quirk(
        "titles_with_their_levels.xlsx",
        plain(
            ["职甲", PHONES[0], "教授（正高）", "湖南大学／副院长"],
            ["职乙", PHONES[1], "工程师（中级）", "乙设计院／科长"],
            ["职丙", PHONES[2], "高级工程师（副高）", "丙设计院"],
            head=["姓名", "手机号", "职称（级别）", "工作单位／职务"],
        ),
        3,
        each={
            "title": ["教授", "工程师", "高级工程师"],
            "title_level": [4, 2, 3],
            "employer.name": ["湖南大学", "乙设计院", "丙设计院"],
            "position": ["副院长", "科长", ""],
        },
    ),
    Quirk(
        "titles_with_grades_below_an_unknown_header.xlsx",
        plain(
            ["职丁", PHONES[0], "教授"],
            ["职戊", PHONES[1], "教授（三级）"],
            ["职己", PHONES[2], "副教授(七级)"],
            head=["姓名", "手机号", "职称/职级"],
        ),
        3,
        each={"title": ["教授", "教授", "副教授"], "title_level": [4, 4, 3]},
    ),
    Quirk(
        "headers_in_short_english.xlsx",
        plain(
            ["英甲", "M", "1975-10-03", PHONES[0], "a@b.cn", "甲院", "高级工程师", "市政处"],
            ["英乙", "F", "1976-10-03", PHONES[1], "c@d.cn", "乙院", "工程师", "规划处"],
            ["英丙", "M", "1977-10-03", PHONES[2], "e@f.cn", "丙院", "工程师", "房建处"],
            head=["NAME", "Gender", "D.O.B.", "Cell", "E-mail address", "Org.", "Title", "Dept."],
        ),
        3,
        each={
            "birth_date": [date(1975, 10, 3), date(1976, 10, 3), date(1977, 10, 3)],
            "phone": PHONES[:3],
            "email": ["a@b.cn", "c@d.cn", "e@f.cn"],
            "employer.name": ["甲院", "乙院", "丙院"],
            "title": ["高级工程师", "工程师", "工程师"],
        },
    ),
    Quirk(
        "headers_of_a_system.xlsx",
        plain(
            ["系甲", "110101198001010010", PHONES[0], "甲院"],
            head=["full_name", "ID_NO", "mobile_phone", "work_unit"],
        ),
        1,
        first={"id_number": "110101198001010010", "phone": PHONES[0]},
        each={"employer.name": ["甲院"]},
    ),
    Quirk(
        "further_telephones.xlsx",
        plain(
            ["话甲", PHONES[0], PHONES[10], "0731-88880001", PHONES[20]],
            ["话乙", PHONES[1], "", "0731-88880002", ""],
            ["话丙", PHONES[2], PHONES[12], "", PHONES[22]],
            head=["姓名", "手机1", "手机2", "办公电话", "备用电话"],
        ),
        3,
        each={"phone": PHONES[:3]},
    ),
    Quirk(
        "codes_beside_names.xlsx",
        plain(
            ["1", "男", "21", "大学本科", "01", "正常", "码甲", PHONES[0]],
            ["2", "女", "14", "硕士研究生", "03", "暂停", "码乙", PHONES[1]],
            ["2", "女", "11", "博士研究生", "09", "注销", "码丙", PHONES[2]],
            head=[
                "性别代码",
                "性别名称",
                "学历代码",
                "学历名称",
                "专家状态代码",
                "专家状态名称",
                "姓名",
                "手机号",
            ],
        ),
        1,
        {3: "状态不是在库", 4: "状态不是在库"},
        each={"education": ["大学本科"], "sex": ["male"]},
    ),
)
