"""Headers that say it otherwise: a date in three columns, two things in one word, below a page of text, in English."""

from __future__ import annotations

from datetime import date

from tests.data.quirks.files import Quirk, book, merge, plain

PHONES = [f"1397799{at:04}" for at in range(1, 20)]

HEADERS = (
    Quirk(
        "born_over_three_columns.xlsx",
        book(
            {
                "表": [
                    ["姓名", "", "", "", "手机号"],
                    ["", "年", "月", "日", ""],
                    ["生甲", 1975, 10, 3, PHONES[0]],
                    ["生乙", "1980年", "5月", "", PHONES[1]],
                    ["生丙", "", 4, 5, PHONES[2]],
                    ["生丁", 1975, "", 3, PHONES[3]],
                    ["生戊", 1975, 2, 30, PHONES[4]],
                ]
            },
            merge("A1:A2=姓名", "B1:D1=出生日期", "E1:E2=手机号"),
        ),
        5,
        each={"birth_date": [date(1975, 10, 3), date(1980, 5, 1), None, None, None]},
    ),
    Quirk(
        "born_over_two_columns.xlsx",
        plain(
            ["生甲", "1975", "1", PHONES[0]],
            ["生乙", "1980", "12", PHONES[1]],
            head=["姓名", "出生年", "出生月", "手机号"],
        ),
        2,
        each={"birth_date": [date(1975, 1, 1), date(1980, 12, 1)]},
    ),
    Quirk(
        "telephones_or_mobiles.xlsx",
        plain(
            ["话甲", PHONES[0], "0731-88880001"],
            ["话乙", PHONES[1], "0731-88880002"],
            ["话丙", PHONES[2], "0731-88880003"],
            head=["姓名", "电话/手机", "固话"],
        ),
        3,
    ),
    Quirk(
        "titles_and_posts.xlsx",
        plain(
            ["职甲", PHONES[0], "高级工程师"],
            ["职乙", PHONES[1], "教授"],
            ["职丙", PHONES[2], "工程师"],
            head=["姓名", "手机号", "技术职称、职务"],
        ),
        3,
        each={"title": ["高级工程师", "教授", "工程师"], "position": [""] * 3},
    ),
    Quirk(
        "posts_and_titles.xlsx",
        plain(
            ["职甲", PHONES[0], "科长"],
            ["职乙", PHONES[1], "总工"],
            ["职丙", PHONES[2], "副院长"],
            head=["姓名", "手机号", "技术职称、职务"],
        ),
        3,
        each={"title": [""] * 3, "position": ["科长", "总工", "副院长"]},
    ),
    Quirk(
        "below_a_page_of_text.xlsx",
        book(
            {
                "表": [
                    *([f"填报说明第{at}条，请逐项填写"] for at in range(1, 36)),
                    ["姓名", "手机号", "工作单位"],
                    ["页甲", PHONES[0], "甲院"],
                ]
            }
        ),
        1,
        each={"name": ["页甲"], "employer.name": ["甲院"]},
    ),
    Quirk(
        "headers_in_english.xlsx",
        plain(
            ["英甲", "男", "1975-10-03", PHONES[0], "甲院", "高级工程师", "处长"],
            head=["Name", "SEX", "Date of birth", "phone", "Employer", "Title", "Position"],
        ),
        1,
        first={"sex": "male", "title": "高级工程师", "position": "处长"},
        each={"birth_date": [date(1975, 10, 3)], "employer.name": ["甲院"]},
    ),
    Quirk(
        "documents_in_english.xlsx",
        plain(
            ["英甲", "11010119800101001X", PHONES[0]],
            head=["Full Name", "ID No.", "Mobile Phone"],
        ),
        0,
        {2: "身份证校验位"},
    ),
)
