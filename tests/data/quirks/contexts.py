"""Headers that mean something else beside others, numbers of other people, and what forms that are filled in online give
out."""

from __future__ import annotations

from datetime import date

from tests.data.quirks.files import Quirk, book, merge, plain

PHONES = [f"1397744{at:04}" for at in range(1, 40)]
OTHERS = [f"1397733{at:04}" for at in range(1, 40)]
FROM, UNTIL = date(2024, 3, 1), date(2027, 2, 28)
# What a cell says, when the term begins, and when it ends.
TERMS = (
    ("自2024年3月1日起至2027年2月28日止", FROM, UNTIL),
    ("2024年3月起三年", FROM, UNTIL),
    ("三年（2024.3.1起）", FROM, UNTIL),
    ("聘期三年，自2024年3月1日起", FROM, UNTIL),
    ("三年（2024年3月-2027年2月）", FROM, UNTIL),
    ("2024.3.1-2027.2.28（第二届）", FROM, UNTIL),
    ("2024.3-2027.2，可续聘", FROM, UNTIL),
    ("2024年3月1日\n2027年2月28日", FROM, UNTIL),
    ("24.3-27.2", FROM, UNTIL),
    ("2024年3月至今", FROM, None),
    ("第三届（2024—2027）", date(2024, 1, 1), date(2027, 12, 31)),
    ("2024年3月—2027年", FROM, date(2027, 12, 31)),
    # Which of two counts, nobody knows.
    ("2021.1-2023.12，2024.1-2026.12", None, None),
    ("2024.3.1，2027.2.28", None, None),
)
CARDS = ("110101198001010010", "")


def _not_his(theirs: str, his: str) -> Quirk:
    """A list that has the telephone of somebody else before the person's own."""
    return Quirk(
        f"phone_of_{theirs}.xlsx",
        plain(
            *([f"他{one}", OTHERS[at], PHONES[at]] for at, one in enumerate("甲乙丙")),
            head=["姓名", theirs, his],
        ),
        3,
        each={"phone": PHONES[:3]},
    )


def _studied(*head: str) -> Quirk:
    """A list that says what people have studied, by words that are specialties, too."""
    return Quirk(
        f"studied_{'_'.join(head)}.xlsx",
        plain(
            *(
                [f"学{one}", PHONES[at], *("道路工程" if h == "专业" else "湖大" for h in head)]
                for at, one in enumerate("甲乙丙")
            ),
            head=["姓名", "手机号", *head],
        ),
        3,
        each={"specialty_codes": [[], [], []]},
    )


def _valid(*head: str, cells: tuple[tuple[str, ...], ...]) -> Quirk:
    """A list that says how long a document is valid."""
    return Quirk(
        f"valid_{'_'.join(head)}.xlsx",
        plain(
            *([f"证{one}", PHONES[at], *cells[at]] for at, one in enumerate("甲乙")),
            head=["姓名", "手机号", *head],
        ),
        2,
        each={"term_end_date": [None, None]},
    )


CONTEXTS = (
    _not_his("备用联系人电话", "联系号码"),
    _not_his("联络员手机", "专家手机"),
    _not_his("单位联系人电话", "常用号码"),
    _not_his("秘书电话", "评委电话"),
    _studied("毕业院校", "专业"),
    _studied("专业", "毕业学校"),
    _studied("学位", "专业"),
    Quirk(
        "studied_below_a_joined_header.xlsx",
        book(
            {
                "名册": [
                    ["姓名", "手机号", "学历情况", ""],
                    ["", "", "学历", "专业"],
                    ["学甲", PHONES[0], "本科", "道路工程"],
                    ["学乙", PHONES[1], "本科", "道路工程"],
                ]
            },
            merge("A1:A2=姓名", "B1:B2=手机号", "C1:D1=学历情况"),
        ),
        2,
        first={"education": "本科"},
        each={"specialty_codes": [[], []]},
    ),
    _valid("身份证号", "有效期至", cells=((CARDS[0], "2033-05-01"), (CARDS[1], "2034-05-01"))),
    _valid("资格证书编号", "有效期", cells=(("建造1", "2033-05-01"), ("建造2", "2034-05-01"))),
    Quirk(
        "answers_of_a_form.xlsx",
        plain(
            ["1", "2026/11/3 10:01:12", "问甲", PHONES[0], "道路工程┋电梯工程", "同意"],
            ["2", "2026/11/3 10:02:12", "问乙", PHONES[1], "电梯工程", "不同意"],
            head=[
                *("序号", "提交答卷时间", "1、您的姓名：", "2、您的手机号码："),
                *("3、您擅长的评审专业（可多选）：", "4、您是否同意入库："),
            ],
        ),
        1,
        {3: "是否同意入库不是“是”"},
        each={"name": ["问甲"], "specialty_codes": [["A080112", "A080201"]]},
    ),
    Quirk(
        "specialties_parted_by_other_signs.xlsx",
        plain(
            ["分甲", PHONES[0], "道路工程 电梯工程"],
            ["分乙", PHONES[1], "道路工程和电梯工程"],
            ["分丙", PHONES[2], "“道路工程”、电梯工程。"],
            ["分丁", PHONES[3], "【A080201】道路工程；【A080112】电梯工程"],
            ["分戊", PHONES[4], "道路工程+A080112"],
            ["分己", PHONES[5], "道路工程/电梯工程"],
            ["分庚", PHONES[6], "工程施工/市政公用工程/道路工程；工程施工/建筑工程/电梯工程"],
            ["分辛", PHONES[7], "工程类/道路工程、建筑/电梯工程"],
            ["分壬", PHONES[8], "电梯工程|道路工程"],
            head=["姓名", "手机号", "评审专业"],
        ),
        9,
        each={"specialty_codes": [["A080112", "A080201"]] * 9},
    ),
    Quirk(
        "post_and_title_in_each_cell.xlsx",
        plain(
            ["双甲", PHONES[0], "科长/高级工程师"],
            ["双乙", PHONES[1], "副院长、教授级高工"],
            ["双丙", PHONES[2], "总工程师"],
            ["双丁", PHONES[3], "处长/书记"],
            head=["姓名", "手机号", "职务/职称"],
        ),
        4,
        each={
            "position": ["科长", "副院长", "总工程师", "处长/书记"],
            "title": ["高级工程师", "教授级高级工程师", "", ""],
        },
    ),
    Quirk(
        "terms_that_say_more.xlsx",
        plain(
            *([f"期{at}", PHONES[at], said] for at, (said, *_) in enumerate(TERMS)),
            head=["姓名", "手机号", "聘期"],
        ),
        len(TERMS),
        each={
            "term_start_date": [start for _, start, _ in TERMS],
            "term_end_date": [end for _, _, end in TERMS],
        },
    ),
    Quirk(
        "staff_of_an_office.xlsx",
        plain(
            ["000901", "职甲", PHONES[0], "湖南大学", "高级工程师"],
            head=["人员编码", "人员姓名", "移动电话", "现工作单位及部门", "专业技术资格"],
        ),
        1,
        each={"name": ["职甲"], "phone": [PHONES[0]], "employer.name": ["湖南大学"]},
    ),
)
