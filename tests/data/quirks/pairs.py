"""Lists with several columns for one thing: names and their codes, 专业 and 专业2, levels of a specialty."""

from __future__ import annotations

from tests.data.quirks.files import Quirk, plain

PAIRS = (
    Quirk(
        "the_official_header_wins_and_further_specialties_join.xlsx",
        plain(
            ["列甲", "13977751001", "A0401", "监理", "", " A0401 "],
            ["列乙", "13977751002", "其他", "监理", "", "A0401"],
            ["列丙", "13977751003", "A0402", "监理", "A0403", ""],
            ["列丁", "13977751004", "A0402", "监理", "", "C9999"],
            head=["姓名", "手机", "评审专业", "专业2", "专业3", "评审专业代码"],
        ),
        4,
        each={
            "specialty_codes": [
                ["A0401", "A05"],
                ["A0401", "A05"],
                ["A0402", "A0403", "A05"],
                ["A05"],
            ]
        },
    ),
    Quirk(
        "codes_beside_names_decide.xlsx",
        plain(
            ["列戊", "13977752001", "桥梁工程", "A0401"],
            ["列己", "13977752002", "建筑工程", "A0401"],
            ["列庚", "13977752003", "A0402", ""],
            ["列辛", "13977752004", "A0402;A0403", "A0401"],
            head=["姓名", "手机", "评审专业", "专业代码"],
        ),
        4,
        each={"specialty_codes": [["A0401"], ["A0401"], ["A0402"], ["A0401", "A0402", "A0403"]]},
    ),
    Quirk(
        "a_second_specialty_joins_the_official_one.xlsx",
        plain(
            ["列壬", "13977753001", "A0401", "监理"],
            ["列癸", "13977753002", "A0402", "监理"],
            head=["姓名", "手机", "评审专业", "专业2"],
        ),
        2,
        each={"specialty_codes": [["A0401", "A05"], ["A0402", "A05"]]},
    ),
    Quirk(
        "levels_in_brackets.xlsx",
        plain(
            ["列子", "13977754001", "工程", "规划", "城市规划（设计）"],
            ["列丑", "13977754002", "工程", "规划", "城市规划(设计)"],
            ["列寅", "13977754003", "工程", "规划", "城市规划（设计）"],
            head=["姓名", "手机", "入库专业（一级）", "入库专业（二级）", "入库专业（三级）"],
        ),
        3,
        each={"specialty_codes": [["A010202"]] * 3},
    ),
    Quirk(
        "headers_that_say_more.xlsx",
        plain(
            ["列卯", "13977755001", "黄石一院", "20年以上", "硕士研究生", "院长", "城市规划(设计)"],
            head=[
                *("姓名", "手机", "所在单位全称（与公章一致）", "从事本专业年限（年）"),
                *("最高学历/学位", "职务职称", "评审专业"),
            ],
        ),
        1,
        each={
            "employer.name": ["黄石一院"],
            "practice_years": [20],
            "education": ["硕士研究生"],
            "position": ["院长"],
            "specialty_codes": [["A010202"]],
        },
    ),
)
