"""Slips of offices: a list that says by the words of any column who is gone, main and further specialties, years in
cells that show days, blanks within titles."""

from __future__ import annotations

from datetime import date

from tests.data.quirks.files import Quirk, book, merge, plain

PHONES = [f"1397766{at:04}" for at in range(1, 40)]
UNIT = "湖南大学"
OUT = "名单上写的像是不在库"


def _two(first: str, second: str, *, codes: tuple[str, str] = ("A0401", "A0402")) -> Quirk:
    """A list with a main and a further specialty, which are called so."""
    name = f"{first}_{second}".translate(str.maketrans("/（）()", "-____"))
    return Quirk(
        f"main_and_further_{name}.xlsx",
        plain(
            *(["主甲", PHONES[0], *codes], ["主乙", PHONES[1], codes[0], ""]),
            head=["姓名", "手机号", first, second],
        ),
        2,
        each={"specialty_codes": [["A0401", "A0402"], ["A0401"]]},
    )


SLIPS = (
    _two("评标专业(主)", "评标专业(辅)"),
    _two("评审专业（主要）", "评审专业（次要）"),
    _two("评审专业（第一）", "评审专业（第二）"),
    _two("主评标专业", "辅评标专业"),
    _two("第一评标专业", "第二评标专业"),
    _two("1评审专业", "2评审专业"),
    _two("专业主", "专业辅"),
    Quirk(
        "who_is_gone_by_the_words_of_any_column.xlsx",
        plain(
            ["去甲", PHONES[0], "是", 0, "健康", "审核通过"],
            ["去乙", PHONES[1], "否", 0, "健康", "审核通过"],
            ["去丙", PHONES[2], "是", 1, "健康", "审核通过"],
            ["去丁", PHONES[3], "是", 0, "去世", "审核通过"],
            ["去戊", PHONES[4], "是", 0, "良好", "审核不通过"],
            ["去己", PHONES[5], "是", 0, "配偶去世", "待审核"],
            head=["姓名", "手机号", "是否有效", "DEL_FLAG", "健康状况", "审核状态"],
        ),
        2,
        {**dict.fromkeys((3, 4, 5), OUT), 6: "状态不是在库"},
        each={"name": ["去甲", "去己"]},
    ),
    Quirk(
        "who_is_in_the_pool_by_yes_and_no.xlsx",
        plain(
            ["库甲", PHONES[0], "是", "否"],
            ["库乙", PHONES[1], "否", "否"],
            ["库丙", PHONES[2], "", "是"],
            head=["姓名", "手机号", "是否在库", "配偶是否在库"],
        ),
        2,
        {3: OUT},
        each={"name": ["库甲", "库丙"]},
    ),
    Quirk(
        "who_is_used_no_more.xlsx",
        plain(
            ["用甲", PHONES[0], "启用", "续聘", "在库"],
            ["用乙", PHONES[1], "停用", "续聘", "在库"],
            ["用丙", PHONES[2], "启用", "不续聘", "在库"],
            ["用丁", PHONES[3], "启用", "续聘", "不在库"],
            head=["姓名", "手机号", "使用状态", "聘用情况", "在库情况"],
        ),
        1,
        {3: "状态不是在库", 4: OUT, 5: OUT},
    ),
    Quirk(
        "kinds_that_say_who_has_retired.xlsx",
        book(
            {
                "表": [
                    ["类别", "姓名", "手机号"],
                    ["在职专家", "类甲", PHONES[0]],
                    ["", "类乙", PHONES[1]],
                    ["已退休专家", "类丙", PHONES[2]],
                    ["", "类丁", PHONES[3]],
                ]
            },
            merge("A2:A3=在职专家", "A4:A5=已退休专家"),
        ),
        2,
        dict.fromkeys((4, 5), "状态不是在库"),
        each={"expert_type": ["", ""]},
    ),
    Quirk(
        "a_type_that_says_who_has_left.xlsx",
        plain(
            ["型甲", PHONES[0], "技术类"],
            ["型乙", PHONES[1], "经济类"],
            ["型丙", PHONES[2], "已退出"],
            head=["姓名", "手机号", "专家类型"],
        ),
        2,
        {4: OUT},
        each={"expert_type": ["技术类", "经济类"]},
    ),
    Quirk(
        "parts_of_who_is_gone_in_other_words.xlsx",
        book(
            {
                "名单": [
                    ["序号", "姓名", "手机号", "工作单位"],
                    ["一、在库专家"],
                    [1, "段甲", PHONES[0], UNIT],
                    ["二、暂停使用"],
                    [2, "段乙", PHONES[1], UNIT],
                    ["三、过世"],
                    [3, "段丙", PHONES[2], UNIT],
                    ["四、被处罚专家"],
                    [4, "段丁", PHONES[3], UNIT],
                    ["五、待清理"],
                    [5, "段戊", PHONES[4], UNIT],
                    ["六、不合格专家"],
                    [6, "段己", PHONES[5], UNIT],
                    ["七、已过世专家"],
                    [7, "段庚", PHONES[6], UNIT],
                    ["八、禁用专家"],
                    [8, "段辛", PHONES[7], UNIT],
                    ["九、新增专家"],
                    [9, "段壬", PHONES[8], UNIT],
                ]
            }
        ),
        2,
        dict.fromkeys((5, 7, 9, 11, 13, 15, 17), OUT),
        each={"name": ["段甲", "段壬"]},
    ),
    Quirk(
        "a_term_of_which_one_day_is_wrong.xlsx",
        plain(
            ["期甲", PHONES[0], "2024-03-05", "2023-01-01"],
            ["期乙", PHONES[1], "2024-03-05", date(1905, 7, 19)],
            ["期丙", PHONES[2], date(1905, 7, 16), "2028-12-31"],
            head=["姓名", "手机号", "聘期开始", "聘期至"],
        ),
        3,
        each={
            "term_start_date": [None, date(2024, 3, 5), None],
            "term_end_date": [None, date(2027, 12, 31), date(2028, 12, 31)],
        },
    ),
    Quirk(
        "years_in_cells_that_show_days.xlsx",
        plain(
            ["年甲", PHONES[0], date(1905, 5, 28), ""],
            ["年乙", PHONES[1], date(1975, 10, 3), ""],
            ["年丙", PHONES[2], date(1905, 6, 2), "110101198001010010"],
            ["年丁", PHONES[3], "1971-01-11T00:00:00+08:00", ""],
            head=["姓名", "手机号", "出生年月", "身份证号"],
        ),
        4,
        each={"birth_date": [None, date(1975, 10, 3), date(1980, 1, 1), date(1971, 1, 11)]},
    ),
    Quirk(
        "blanks_within_words.xlsx",
        plain(
            ["空甲", PHONES[0], "教 授", "正 高", "本 科"],
            ["空乙", PHONES[1], "高级 工程师", "副\u3000高", "硕士 研究生"],
            ["空丙", PHONES[2], "工\u3000程\u3000师", "中级", "本科"],
            ["空丁", PHONES[3], "(空)", "（跳过）", "（未填写）"],
            head=["姓名", "手机号", "职称", "职称级别", "学历"],
        ),
        4,
        each={
            "title": ["教授", "高级工程师", "工程师", ""],
            "education": ["本科", "硕士研究生", "本科", ""],
        },
    ),
    Quirk(
        "codes_written_in_other_ways.xlsx",
        plain(
            *(
                [f"码{one}", phone, said]
                for one, phone, said in zip(
                    "甲乙丙丁戊己庚辛壬癸子丑",
                    PHONES[:12],
                    (
                        *("A01.01.01", "A 01 01 01", "A010101.0", "A010101\\A010102"),
                        *("A010101—B010101", "A010101（主）", "A010101┋A010102"),
                        *(
                            "（1）A010101（2）A010102",
                            "A010101A010102",
                            "A.A010101",
                            "A010101和A010102",
                        ),
                        "A010101.A010102",
                    ),
                    strict=True,
                )
            ),
            head=["姓名", "手机号", "评审专业"],
        ),
        12,
        each={
            "specialty_codes": [
                *[["A010101"]] * 3,
                ["A010101", "A010102"],
                ["A010101", "B010101"],
                ["A010101"],
                *[["A010101", "A010102"]] * 3,
                ["A010101"],
                *[["A010101", "A010102"]] * 2,
            ]
        },
    ),
    Quirk(
        "what_stands_for_no_address.xlsx",
        plain(
            *(
                [f"邮{one}", phone, said]
                for one, phone, said in zip(
                    "甲乙丙丁戊", PHONES, ("N/A", 0, "见附件", "未知", "a@163"), strict=False
                )
            ),
            head=["姓名", "手机号", "邮箱"],
        ),
        4,
        {6: "邮箱格式"},
        each={"email": [""] * 4},
    ),
    Quirk(
        "questions_as_headers.xlsx",
        plain(
            ["问甲", PHONES[0], UNIT, "1975.10"],
            head=["1、您的姓名", "2、您的手机号", "3、您的工作单位（全称）", "4、您的出生年月"],
        ),
        1,
        each={"employer.name": [UNIT], "birth_date": [date(1975, 10, 1)]},
    ),
    Quirk(
        "words_in_the_place_of_names.xlsx",
        plain(
            *(
                [name, phone]
                for name, phone in zip(
                    ("姓名", "合计", "同上", True, "阎X", "陈yue", "赵〇一"), PHONES, strict=False
                )
            ),
            ["|---|", "---"],
            head=["姓名", "手机号"],
        ),
        3,
        dict.fromkeys((2, 3, 4, 5), "姓名格式"),
        each={"name": ["阎X", "陈yue", "赵〇一"]},
    ),
    Quirk(
        "who_is_to_be_deleted_or_is_paused.xlsx",
        plain(
            ["停甲", PHONES[0], "新增", ""],
            ["停乙", PHONES[1], "删除", ""],
            ["停丙", PHONES[2], "修改", "2026-01-01至2027-01-01"],
            ["停丁", PHONES[3], "新增", "无"],
            head=["姓名", "手机号", "操作类型", "禁止参评期限"],
        ),
        2,
        {3: OUT, 4: "写有暂停期限"},
        each={"name": ["停甲", "停丁"]},
    ),
    Quirk(
        "numbers_that_read_like_specialties.xlsx",
        plain(
            *([f"A010{at}", f"号{one}", PHONES[at]] for at, one in enumerate("甲乙丙丁", 1)),
            head=["档案号", "姓名", "手机号"],
        ),
        4,
        each={"specialty_codes": [[]] * 4},
    ),
    Quirk(
        "codes_of_specialties_by_number.xlsx",
        plain(
            *(
                [code, f"号{one}", PHONES[at]]
                for at, (one, code) in enumerate(zip("甲乙丙丁", ("A0401",) * 4, strict=True))
            ),
            head=["编号", "姓名", "手机号"],
        ),
        4,
        each={"specialty_codes": [["A0401"]] * 4},
    ),
    Quirk(
        "units_with_their_codes.xlsx",
        plain(
            *(
                [f"码{one}", PHONES[at], unit]
                for at, (one, unit) in enumerate(
                    zip(
                        "甲乙丙丁戊己庚",
                        (
                            UNIT,
                            f"001-{UNIT}",
                            f"{UNIT}(10532)",
                            f"［10532］{UNIT}",
                            "725研究所",
                            "101-医院",
                            f"101 {UNIT}",
                        ),
                        strict=True,
                    )
                )
            ),
            head=["姓名", "手机号", "工作单位"],
        ),
        7,
        each={"employer.name": [UNIT] * 4 + ["725研究所", "101-医院", f"101 {UNIT}"]},
    ),
    Quirk(
        "a_part_that_was_not_approved.xlsx",
        plain(
            ["审甲", PHONES[0]],
            ["以下未通过审核", ""],
            ["审乙", PHONES[1]],
            ["以下为不予入库人员：", ""],
            ["审丙", PHONES[2]],
            head=["姓名", "手机号"],
        ),
        1,
        {4: OUT, 6: OUT},
        each={"name": ["审甲"]},
    ),
    Quirk(
        "letters_of_specialties_set_apart.xlsx",
        plain(
            ["扫甲", PHONES[0], "道 路 工 程"],
            ["扫乙", PHONES[1], "道 路 工 程、电 梯 工 程"],
            head=["姓名", "手机号", "评 审 专 业"],
        ),
        2,
        each={"specialty_codes": [["A080201"], ["A080112", "A080201"]]},
    ),
)
