"""Rosters of universities: a title below two headers, ends of terms by other names, states of things that people have, and
names in the letters of other scripts."""

from __future__ import annotations

from datetime import date

from expertpool.directory.enums import TitleLevel
from tests.data.quirks.files import Quirk, book, merge, plain

PHONES = [f"1397755{at:04}" for at in range(1, 40)]
OUT = "名单上写的像是不在库"
MANY = ("甲", "乙", "丙")


def _titled(
    over: str, *under: str, cells: tuple[str, ...], level: int = TitleLevel.SENIOR
) -> Quirk:
    """A roster whose title has two headers: ``over`` one and ``under`` two."""
    first, last = ("C", "CDE"[len(under) - 1])
    return Quirk(
        f"titles_below_{over}_{'_'.join(under)}.xlsx",
        book(
            {
                "名册": [
                    ["姓名", "手机", over, *[""] * (len(under) - 1), "备注"],
                    ["", "", *under, ""],
                    *([f"册{one}", PHONES[at], *cells, ""] for at, one in enumerate(MANY)),
                ]
            },
            merge("A1:A2=姓名", "B1:B2=手机", f"{first}1:{last}1={over}"),
        ),
        3,
        first={"title": "教授", "title_level": level, "term_start_date": None},
        each={"name": [f"册{one}" for one in MANY], "term_end_date": [None] * 3},
    )


def _term(begins: str, ends: str, *, before: str = "职称") -> Quirk:
    """A list of terms whose days go by these headers."""
    return Quirk(
        f"terms_{begins}_{ends}.xlsx",
        plain(
            ["期甲", PHONES[0], "教授", "2024-03-05", "2027-03-04"],
            ["期乙", PHONES[1], "副教授", "2024.3.1", "2027.2.28"],
            head=["姓名", "手机号", before, begins, ends],
        ),
        2,
        each={
            "term_start_date": [date(2024, 3, 5), date(2024, 3, 1)],
            "term_end_date": [date(2027, 3, 4), date(2027, 2, 28)],
        },
    )


# What is no more, of things that people have or take part in.
THINGS = {
    "证书状态": "已注销",
    "上年度培训": "未通过",
    "合作项目状态": "已终止",
    "专利状态": "失效",
    "课题结题情况": "终止",
    "社保状态": "暂停",
    "材料审核": "退回",
    "劳动合同": "到期",
    "会员状态": "冻结",
    "银行卡状态": "冻结",
    "上次评审结果": "不通过",
    "车辆情况": "注销",
    "行程": "取消",
    "合作项目": "已退出",
    "社会兼职": "离任",
}
# And of people, which no column that we read says.
GONE = {
    "专家库状态": "已注销",
    "启用标识": "N",
    "是否可抽取": "否",
    "账号状态": "停用",
    "是否锁定": "是",
    "年度考核结果": "不合格",
    "is_valid": "false",
    "有效标志": "0",
    "健康状况": "去世",
    "动态": "已调离",
    "栏一": "黑名单",
    "人员去向": "退出",
    "user_status": "冻结",
    "专家资格": "已取消",
}

ROSTERS = (
    _titled("专业技术职务", "名称", "聘任时间", cells=("教授", "2005.12")),
    _titled("技术职称", "名称", "聘任时间", cells=("教授", "2005.12")),
    _titled("专业技术职务", "名称", "级别", cells=("教授", "正高")),
    _titled("现任专业技术职务", "名称", "任职时间", cells=("教授", "2005.12")),
    _titled("职称", "名称", "级别", "取得时间", cells=("教授", "正高", "2005.12")),
    Quirk(
        "since_when_a_title_is_held.xlsx",
        plain(
            ["职甲", PHONES[0], "教授", "2005.12"],
            ["职乙", PHONES[1], "副教授", "2006.12"],
            ["职丙", PHONES[2], "讲师", "2007.12"],
            head=["姓名", "手机号", "职称", "聘任时间"],
        ),
        3,
        each={
            "title": ["教授", "副教授", "讲师"],
            "term_start_date": [None] * 3,
            "birth_date": [None] * 3,
        },
    ),
    _term("聘任起始日期", "聘任终止日期"),
    _term("起聘日期", "终聘日期"),
    _term("聘任时间", "聘任截止日期"),
    _term("受聘开始日期", "受聘截至日期"),
    _term("聘期开始", "终止时间"),
    _term("聘期开始", "下次换届"),
    Quirk(
        "terms_beside_other_days.xlsx",
        plain(
            ["旁甲", PHONES[0], "2024-03-05", "2027-03-04", "2023-01-01"],
            ["旁乙", PHONES[1], "2024-03-05", "2027-03-04", "2025-01-01"],
            head=["姓名", "手机号", "聘期开始", "注册证书有效期至", "最近评审"],
        ),
        2,
        each={"term_start_date": [date(2024, 3, 5)] * 2, "term_end_date": [None] * 2},
    ),
    Quirk(
        "things_that_are_no_more.xlsx",
        plain(
            *([f"物{one}", PHONES[at], *THINGS.values()] for at, one in enumerate(MANY)),
            head=["姓名", "手机号", *THINGS],
        ),
        3,
    ),
    Quirk(
        "people_who_are_no_more.xlsx",
        plain(
            ["走甲", PHONES[0], *[""] * len(GONE)],
            *(
                [f"走{at}乙", phone, *(word if one == header else "" for one in GONE)]
                for at, ((header, word), phone) in enumerate(
                    zip(GONE.items(), PHONES[1:], strict=False)
                )
            ),
            head=["姓名", "手机号", *GONE],
        ),
        1,
        # The first of them is read as the state itself.
        {at + 3: OUT if at else "状态不是在库" for at in range(len(GONE))},
    ),
)


def _named(*names: tuple[str, str]) -> Quirk:
    return Quirk(
        "names_in_other_letters.xlsx",
        plain(
            *([typed, phone] for (typed, _), phone in zip(names, PHONES, strict=False)),
            head=["姓名", "手机号"],
        ),
        len(names),
        each={"name": [kept for _, kept in names]},
    )


LETTERS = _named(
    *(
        (one, one)
        for one in (
            *("Nguyễn Văn Anh", "JOSÉ GARCÍA", "José María", "Søren Müller", "Łukasz Nowak"),
            *("Иванов Сергей", "赵〇", "王〇一"),
        )
    ),
    ("O’Brien", "O'Brien"),
    ("Nguye\u0302\u0303n Anh", "Nguy\u1ec5n Anh"),
    ("凯赛尔･玉素甫", "凯赛尔·玉素甫"),
    ("凯赛尔 ･ 玉素甫", "凯赛尔·玉素甫"),
)
ROSTERS = (*ROSTERS, LETTERS)
