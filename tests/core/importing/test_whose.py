"""Headers that are somebody else's, or of another list: nobody gets another one's name or telephone unasked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.importing.memory import remember
from expertpool.core.models import ImportMemory
from expertpool.experts.models import Expert
from tests.core.importing.test_import_pages import HEAD, post, said, standing, upload
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def explained(client: Client, tmp_path: Path, header: str, code: str, *cells: str) -> None:
    """Import a list in which ``header`` was said to be a column."""
    rows = [
        [f"赵{one}", f"1391111200{at}", cell]
        for at, (one, cell) in enumerate(zip("甲乙丙", cells, strict=True))
    ]
    run = upload(
        client, tmp_path, [[*HEAD, header, "爱好"], *[[*row, "棋"] for row in rows]]
    ).context["run"]
    page = post(client, "mapping", run, said(run) | {"column-2": code})
    post(client, "confirm", page.context["run"], standing(page))
    assert ImportMemory.objects.get(said=header).meant == code


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("over", "below"),
    [
        ("配偶情况", ["姓名", "工作单位", "出生年月"]),
        ("紧急联系人", ["姓名", "关系", "手机号"]),
        ("主要家庭成员", ["姓名", "工作单位", "职务"]),
        ("原单位", ["工作单位", "职务", "职称"]),
    ],
)
@pytest.mark.parametrize("is_first", [False, True])
def test_what_stands_below_somebody_else_is_not_the_experts(
    client: Client, tmp_path: Path, over: str, below: Sequence[str], is_first: bool
) -> None:
    own, others = ["专家姓名", "手机", "单位", "现任职务"], [over, "", ""]
    upper = [*others, *own] if is_first else [*own, *others]
    lower = [*below, "", "", "", ""] if is_first else ["", "", "", "", *below]
    rows = [
        [
            *(["李娜", "乙公司", "1980-01"] if is_first else []),
            "张伟",
            f"1391111000{at}",
            "甲院",
            "科长",
        ]
        + ([] if is_first else ["李娜", "乙公司", "1980-01"])
        for at in range(4)
    ]
    run = upload(client, tmp_path, [upper, lower, *rows]).context["run"]
    codes = ["name", "phone", "employer", "position"]
    assert run.mapping == (["", "", "", *codes] if is_first else [*codes, "", "", ""])
    assert run.state == "mapping"


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("headers", "codes"),
    [
        (("手机（家属）", "手机（本人）"), ["", "phone"]),
        (("电话（办公）", "电话（手机）"), ["", "phone"]),
        (("单位（曾任职）", "单位（现任职）"), ["", "employer"]),
        (("姓名［推荐人］", "姓名（专家）"), ["recommender", "name"]),
        (("专业【所学】", "专业（评审）"), ["", "specialties"]),
        (("姓名（含曾用名）", "备注"), ["name", "remark"]),
        (("专业（推荐单位审核）", "备注"), ["specialties", "remark"]),
        (("单位（联系人填写）", "备注"), ["employer", "remark"]),
    ],
)
def test_a_remark_says_whose_a_header_is(
    client: Client, tmp_path: Path, headers: Sequence[str], codes: Sequence[str]
) -> None:
    cells = {
        "手": "1391111{}00{}",
        "电": "1391111{}00{}",
        "单": "某{}院{}",
        "姓": "张{}{}",
        "专": "道路工程",
        "备": "无",
    }
    own = [one for one in (("name", "姓名"), ("phone", "手机号")) if one[0] not in codes]
    rows = [
        [
            cells[header[0]].format(place, at)
            for place, header in enumerate([*headers, *[said for _, said in own]])
        ]
        for at in range(4)
    ]
    run = upload(client, tmp_path, [[*headers, *[said for _, said in own]], *rows]).context["run"]
    assert run.mapping == [*codes, *[code for code, _ in own]]


@pytest.mark.shows("EXP-07")
def test_what_somebody_studied_is_not_proposed_as_what_he_reviews(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        [*HEAD, "专业（所学）"],
        *[[f"张{at}", f"1391111000{at}", "道路工程"] for at in range(4)],
    ]
    assert upload(client, tmp_path, rows).context["run"].mapping[2] == ""


@pytest.mark.shows("EXP-07")
def test_a_header_of_another_list_is_asked_about_beside_one_of_the_template(
    client: Client, tmp_path: Path
) -> None:
    """负责人 were the experts of one list; in the next they are not."""
    rows = [["负责人", "手机号"], ["张伟", "13911110001"], ["李娜", "13911110002"]]
    run = upload(client, tmp_path, rows).context["run"]
    page = post(client, "mapping", run, {"column-0": "name", "column-1": "phone"})
    post(client, "confirm", page.context["run"], standing(page))
    head = ["负责人", "专家姓名", "手机号"]
    page = upload(client, tmp_path, [head, ["周敏", "王芳", "13911110003"]])
    assert page.context["run"].mapping == ["", "name", "phone"]
    assert "请核对是哪一列" in page.content.decode()
    # Two that say the same leave no question.
    page = upload(client, tmp_path, [head, ["王芳", "王芳", "13911110003"]])
    assert page.context["run"].is_previewed


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize("cells", [["中级", "教授", "副教授", "高级工程师"], ["结构高工"]])
def test_a_memory_gives_way_to_the_template_where_it_fits_less(
    client: Client, tmp_path: Path, cells: Sequence[str]
) -> None:
    explained(client, tmp_path, "职称", "title_level", "正高", "副高", "中级")
    rows = [[f"张{at}", f"1391111000{at}", cell] for at, cell in enumerate(cells)]
    assert upload(client, tmp_path, [[*HEAD, "职称"], *rows]).context["run"].mapping[2] == "title"
    levels = [["张伟", "13911110001", "正高"], ["李娜", "13911110002", "特级"]]
    run = upload(client, tmp_path, [[*HEAD, "职称"], *levels]).context["run"]
    assert run.mapping[2] == "title_level"


@pytest.mark.shows("EXP-07")
def test_a_memory_of_which_nothing_is_known_gives_way_to_free_text(
    client: Client, tmp_path: Path
) -> None:
    explained(client, tmp_path, "职务", "title", "教授", "副教授", "讲师")
    posts = [
        [f"张{at}", f"1391111000{at}", post] for at, post in enumerate(["科长", "主任", "院长"])
    ]
    assert (
        upload(client, tmp_path, [[*HEAD, "职务"], *posts]).context["run"].mapping[2] == "position"
    )
    titles = [["李娜", "13911110009", "教授"]]
    assert upload(client, tmp_path, [[*HEAD, "职务"], *titles]).context["run"].mapping[2] == "title"


@pytest.mark.shows("EXP-07")
def test_a_header_that_may_mean_a_column_is_not_proposed_over_what_is_another_ones(
    client: Client, tmp_path: Path
) -> None:
    head = [*HEAD, "专业类别", "评标专业代码及名称"]
    rows = [
        [f"张{at}", f"1391111000{at}", kind, "A080107 钢结构工程"]
        for at, kind in enumerate(["技术类", "经济类", "技术类"])
    ]
    page = upload(client, tmp_path, [head, *rows])
    assert page.context["run"].mapping[2:] == ["expert_type", "specialties"]
    assert "按内容猜测，请核对" in page.content.decode()


@pytest.mark.shows("EXP-08")
def test_a_word_that_was_forgotten_does_not_come_back_by_an_older_upload(
    client: Client, tmp_path: Path
) -> None:
    head = [*HEAD, "职称"]
    for name, meant in (("甲", "高级工程师"), ("乙", "正高级工程师")):
        page = upload(
            client, tmp_path, [head, [f"张{name}", f"1391111{ord(name) % 10000:04}", "结构高工"]]
        )
        if meant == "正高级工程师":
            older = upload(client, tmp_path, [head, ["张丙", "13911110003", "结构高工"]])
        run = page.context["run"]
        typed = {key: meant for key in standing(page) if key.startswith("word-title")}
        page = post(client, "answers", run, standing(page) | typed)
        post(client, "confirm", run, standing(page))
    # What was said since counts, and what the older one was read with does not.
    post(client, "confirm", older.context["run"], standing(older))
    assert ImportMemory.objects.get(said="结构高工").meant == "正高级工程师"
    older = upload(client, tmp_path, [head, ["张丁", "13911110004", "结构高工"]])
    ImportMemory.objects.all().delete()
    post(client, "confirm", older.context["run"], standing(older))
    assert not ImportMemory.objects.exists()


@pytest.mark.shows("EXP-07")
def test_what_stands_beside_a_code_is_taken_and_not_the_code(
    client: Client, tmp_path: Path
) -> None:
    head = [*HEAD, "单位ID", "单位名", "专业ID", "专业名", "状态码", "状态名"]
    rows = [
        [f"张{at}", f"1391111000{at}", f"00{at}", "甲院", f"9{at}", "道路工程", "1", state]
        for at, state in enumerate(["正常", "注销", "正常"])
    ]
    run = upload(client, tmp_path, [head, *rows]).context["run"]
    assert run.mapping[2:] == ["", "employer", "", "specialties", "", "state"]


@pytest.mark.shows("EXP-08")
def test_who_was_taken_although_he_is_gone_is_not_remembered(
    client: Client, tmp_path: Path
) -> None:
    """That the 注销 of one list were taken says nothing of those of the next."""
    head = [*HEAD, "专家状态"]
    page = upload(client, tmp_path, [head, ["张伟", "13911110001", "注销"]])
    typed = {key: "-" for key in standing(page) if key.startswith("word-state")}
    page = post(client, "answers", page.context["run"], standing(page) | typed)
    assert page.context["run"].accepted == 1
    post(client, "confirm", page.context["run"], standing(page))
    assert not ImportMemory.objects.exists()
    # Nor is what was kept of it before.
    remember(page.context["run"].user, page.context["run"].importer, {"state": {"注销": "-"}})
    page = upload(client, tmp_path, [head, ["李娜", "13911110002", "注销"]])
    assert page.context["run"].accepted == 0


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize("over", ["紧急联系人", "推荐人信息", "单位负责人"])
@pytest.mark.parametrize("is_first", [False, True])
def test_where_all_headers_stand_below_joined_ones_it_is_told_whose_they_are(
    client: Client, tmp_path: Path, over: str, is_first: bool
) -> None:
    """Together the two rows name no more columns than the lower one alone, and only they say whose."""
    own = [
        ["专家基本信息", "", ""],
        ["姓名", "手机", "工作单位"],
        *[[f"张{at}", f"1391111000{at}", "甲院"] for at in range(4)],
    ]
    others = [[over, ""], ["姓名", "手机"], *[["李娜", f"1381111000{at}"] for at in range(4)]]
    pairs = zip(others, own, strict=True) if is_first else zip(own, others, strict=True)
    run = upload(client, tmp_path, [[*left, *right] for left, right in pairs]).context["run"]
    codes = ["name", "phone", "employer"]
    # Who recommended somebody is kept of him, too.
    theirs = ["recommender" if over == "推荐人信息" else "", ""]
    assert run.mapping == ([*theirs, *codes] if is_first else [*codes, *theirs])
    assert run.header_row == 2


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize("remark", ["（拼音）", "(英文)", "［曾用名］"])
@pytest.mark.parametrize("own", ["专家姓名", "评委姓名"])
def test_how_somebody_is_called_elsewhere_is_not_proposed_beside_his_name(
    client: Client, tmp_path: Path, own: str, remark: str
) -> None:
    rows = [[f"姓名{remark}", own, "手机号"]]
    rows += [["Li Na", f"张{at}", f"1391111000{at}"] for at in range(4)]
    assert upload(client, tmp_path, rows).context["run"].mapping == ["", "name", "phone"]
    # Alone it is his.
    alone = [[f"姓名{remark}", "手机号"], ["Li Na", "13911110001"]]
    assert upload(client, tmp_path, alone).context["run"].mapping == ["name", "phone"]


@pytest.mark.shows("EXP-07")
def test_a_known_header_over_what_only_its_kinds_name_loses_nothing_else(
    client: Client, tmp_path: Path
) -> None:
    """Titles stand in columns by level: the second row is none of the list, and no other table's header."""
    rows = [
        ["姓名", "职称", "", "", "手机号", "评审专业"],
        ["", "正高", "副高", "中级", "", ""],
        ["张伟", "主任医师", "", "", "13911110001", "道路工程"],
        ["李娜", "主任药师", "", "", "13911110002", "道路工程"],
        ["王芳", "", "", "主治医师", "13911110003", "道路工程"],
    ]
    run = upload(client, tmp_path, rows).context["run"]
    assert run.header_row == 2
    assert run.headers[:4] == ["姓名", "正高", "副高", "中级"]
    assert run.mapping[:2] == ["name", "title"]
    assert run.mapping[4:] == ["phone", "specialties"]


@pytest.mark.shows("EXP-07")
def test_what_was_said_of_a_header_is_said_of_it_in_a_further_table(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        [*HEAD, "工作单位", "从事专业"],
        ["张伟", "13911110001", "甲院", "道路工程"],
        ["姓名", "工作单位", "手机号", "从事专业"],
        ["李娜", "乙院", "13911110002", "道路工程"],
    ]
    run = upload(client, tmp_path, rows).context["run"]
    page = post(client, "mapping", run, said(run))
    post(client, "confirm", page.context["run"], standing(page))
    assert all(one.specialties.count() == 1 for one in Expert.objects.all())
    assert Expert.objects.count() == 2


@pytest.mark.shows("EXP-07")
def test_lines_broken_to_fit_part_no_specialty(client: Client, tmp_path: Path) -> None:
    """道路, and 工程 on the next line, is no 工程 with all that belongs to it."""
    cells = ["道路\n工程", "电梯\n工程；道路工程", "道路工程\n电梯工程", "A080107\n钢结构\n工程"]
    rows = [[f"张{at}", f"1391111000{at}", cell] for at, cell in enumerate(cells)]
    page = upload(client, tmp_path, [[*HEAD, "评审专业"], *rows])
    post(client, "confirm", page.context["run"], standing(page))
    held = {
        one.name: sorted(one.specialties.values_list("name", flat=True))
        for one in Expert.objects.all()
    }
    assert held == {
        "张0": ["道路工程"],
        "张1": sorted(["道路工程", "电梯工程"]),
        "张2": sorted(["道路工程", "电梯工程"]),
        "张3": ["钢结构工程"],
    }


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("another", "own"),
    [
        ("手机号（负责人）", "手机号"),
        ("手机号［收款人］", "手机号"),
        ("手机号（财务）", "手机"),
        ("手机号(专家助理)", "联系电话"),
        ("直属领导手机号", "手机"),
    ],
)
def test_a_remark_that_nobody_knows_gives_way_to_the_header_without_one(
    client: Client, tmp_path: Path, another: str, own: str
) -> None:
    rows = [["姓名", another, own]]
    rows += [[f"张{at}", f"1381111000{at}", f"1391111000{at}"] for at in range(4)]
    assert upload(client, tmp_path, rows).context["run"].mapping == ["name", "", "phone"]


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize("over", ["推荐单位", "代理机构信息"])
def test_who_recommends_is_left_apart_though_only_its_headers_name_a_unit(
    client: Client, tmp_path: Path, over: str
) -> None:
    """Below 推荐单位 stand a unit and its telephone, below 专家 the expert's: together the rows name fewer columns than the
    lower one alone, which are his."""
    rows = [
        [over, "", "专家", "", ""],
        ["单位名称", "联系电话", "姓名", "联系电话", "评审专业"],
        *[["甲院", f"1381111000{at}", f"张{at}", f"1391111000{at}", "A0401"] for at in range(3)],
    ]
    run = upload(client, tmp_path, rows).context["run"]
    assert run.mapping == ["", "", "name", "phone", "specialties"]


@pytest.mark.shows("EXP-07")
def test_a_contact_is_not_the_expert_whose_name_stands_in_the_row_above(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        ["姓名", "评审专业", "单位信息", "", "联系人", ""],
        ["", "", "单位名称", "地址", "姓名", "手机"],
        *[["张伟", "A0401", "甲院", "长沙", "王秘书", f"1391111000{at}"] for at in range(3)],
    ]
    run = upload(client, tmp_path, rows).context["run"]
    assert run.mapping[:3] == ["name", "specialties", "employer"]
    assert "phone" not in run.mapping  # it is asked whose is meant


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    "above",
    [
        ["推荐单位", "甲大学", "", "填报人", "李娜"],
        ["推荐单位", "", "", "联系人", ""],
        ["推荐单位：", "", "甲大学", "", "联系人"],
        ["推荐单位专家名单", "", "", "", ""],
    ],
)
def test_who_hands_a_list_in_is_no_header_of_it(
    client: Client, tmp_path: Path, above: list[str]
) -> None:
    rows = [
        above,
        ["序号", "姓名", "性别", "手机", "职称"],
        *[[str(at), f"张{at}", "男", f"1391111000{at}", "教授"] for at in range(3)],
    ]
    run = upload(client, tmp_path, rows).context["run"]
    assert run.mapping == ["", "name", "sex", "phone", "title"]
    assert run.is_previewed


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("header", "codes"),
    [
        (
            [
                ["单位信息", "", "联系人", "", ""],
                ["单位名称", "性质", "姓名", "职务", "手机"],
            ],
            ["name", "", "contact_person", "", "phone"],
        ),
        (
            [
                ["单位信息", "", "联系人信息", "", ""],
                ["名称", "性质", "姓名", "职务", "联系电话"],
            ],
            ["name", "", "contact_person", "", "phone"],
        ),
        (
            [["单位名称", "性质", "联系人姓名", "联系人职务", "联系人手机"]],
            ["name", "", "contact_person", "", "phone"],
        ),
    ],
)
def test_a_list_of_units_with_their_contacts_is_no_list_of_persons(
    client: Client, tmp_path: Path, header: list[list[str]], codes: list[str]
) -> None:
    people = [
        [f"甲{at}有限公司", "民营", f"张{one}", "经理", f"1391111000{at}"]
        for at, one in enumerate("伟娜芳")
    ]
    run = upload(client, tmp_path, [*header, *people]).context["run"]
    assert run.mapping == codes
    assert run.options["list_kind"] == "organisation"


@pytest.mark.shows("EXP-07")
def test_the_contact_of_a_unit_is_reached_and_not_who_leads_it(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        ["单位", "负责人", "负责人电话", "联系人", "联系人电话"],
        *[
            [f"{one}有限公司", "李娜", f"1381111000{at}", "张伟", f"1391111000{at}"]
            for at, one in enumerate("甲乙丙")
        ],
    ]
    run = upload(client, tmp_path, rows).context["run"]
    assert run.mapping == ["name", "", "", "contact_person", "phone"]


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("theirs", "his"),
    [("手机（单位）", "手机（个人）"), ("单位电话", "个人电话"), ("工作手机", "私人手机")],
)
@pytest.mark.parametrize("is_first", [False, True])
def test_his_own_telephone_goes_before_that_of_his_office(
    client: Client, tmp_path: Path, theirs: str, his: str, is_first: bool
) -> None:
    head = [his, theirs] if is_first else [theirs, his]
    people = [[f"张{one}", f"1391111000{at}", f"1381111000{at}"] for at, one in enumerate("伟娜芳")]
    run = upload(client, tmp_path, [["姓名", *head], *people]).context["run"]
    assert run.mapping[1:] == (["phone", ""] if is_first else ["", "phone"])


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize("over", ["个人信息", "专家信息"])
def test_the_telephone_of_a_unit_is_not_the_experts(
    client: Client, tmp_path: Path, over: str
) -> None:
    people = [
        [f"张{one}", "甲院", f"1381111000{at}", f"1391111000{at}", "教授"]
        for at, one in enumerate("伟娜芳")
    ]
    rows = [
        ["姓名", "单位信息", "", over, ""],
        ["", "名称", "电话", "手机", "职称"],
        *people,
    ]
    codes = ["name", "employer", "", "phone", "title"]
    assert upload(client, tmp_path, rows).context["run"].mapping == codes


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    "others", [["紧急联系人", "电话"], ["负责人", "联系电话"], ["紧急联系人", "与本人关系", "手机"]]
)
@pytest.mark.parametrize("his", ["本人手机", "电话"])
def test_the_telephone_beside_somebody_elses_name_is_not_the_experts(
    client: Client, tmp_path: Path, others: Sequence[str], his: str
) -> None:
    people = [
        [f"张{one}", f"李{one}", *["父"] * (len(others) - 2), f"1381111000{at}", f"1391111000{at}"]
        for at, one in enumerate("伟娜芳")
    ]
    run = upload(client, tmp_path, [["姓名", *others, his], *people]).context["run"]
    assert run.mapping == ["name", *[""] * len(others), "phone"]


@pytest.mark.shows("EXP-07")
def test_where_only_the_one_beside_somebody_elses_name_is_left_it_is_asked_about(
    client: Client, tmp_path: Path
) -> None:
    people = [[f"张{one}", f"李{one}", f"1391111000{at}"] for at, one in enumerate("伟娜芳")]
    run = upload(client, tmp_path, [["姓名", "推荐人", "联系电话"], *people]).context["run"]
    assert not run.is_previewed
    assert run.mapping[-1] == "phone"


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize("sign", ["联系人", "经办人：", "审 核 人"])
def test_who_made_the_list_is_no_expert_of_it(client: Client, tmp_path: Path, sign: str) -> None:
    rows = [
        ["序号", "姓名", "手机号", "工作单位"],
        ["1", "张伟", "13911110001", "甲院"],
        ["2", "李娜", "13911110002", "甲院"],
        [sign, "王科长", "13812345678", "市财政局"],
    ]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].accepted == 2
    assert "王科长" in page.content.decode()  # told as a remark


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("headers", "row"),
    [
        (["姓名", "职称", "手机号"], ["联系人", "王科长", "13812345678"]),
        (["姓名", "职称", "手机号"], ["联 系 人：王科长", "", "13812345678"]),
        (["姓名", "工作单位", "手机号"], ["填表人：王科长", "市财政局", "13812345678"]),
        (["工作单位", "姓名", "手机号"], ["联系人", "王科长", "13812345678"]),
        (["部门", "姓名", "手机号"], ["经办人：", "王科长", "13812345678"]),
        (["序号", "姓名", "职称", "手机号"], ["", "联系人", "王科长", "13812345678"]),
    ],
)
def test_who_made_a_list_without_numbers_is_no_expert_of_it(
    client: Client, tmp_path: Path, headers: list[str], row: list[str]
) -> None:
    people = {"姓名": ["张伟", "李娜"], "手机号": ["13911110001", "13911110002"]}
    rows = [[people.get(one, ["甲院", "甲院"])[at] for one in headers] for at in range(2)]
    run = upload(client, tmp_path, [headers, *rows, row]).context["run"]
    if run.state == "mapping":  # 部门 is asked about
        page = post(client, "mapping", run, said(run))
    else:
        page = client.get(f"/experts/import/{run.pk}/")
    assert page.context["run"].accepted == 2
    assert page.context["run"].total == 2
    assert "王科长" in page.content.decode()  # told as a remark


@pytest.mark.shows("EXP-07")
def test_a_member_of_a_panel_may_be_whom_the_others_reach(client: Client, tmp_path: Path) -> None:
    rows = [
        ["角色", "姓名", "手机号"],
        ["组长", "张伟", "13911110001"],
        ["联系人", "李娜", "13911110002"],
    ]
    run = upload(client, tmp_path, rows).context["run"]
    page = post(client, "mapping", run, said(run))
    assert page.context["run"].accepted == 2


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(("before", "end"), [("发证日期", "有效期至"), ("签发机关", "有效期限")])
def test_until_when_a_document_counts_is_no_end_of_a_term(
    client: Client, tmp_path: Path, before: str, end: str
) -> None:
    people = [[f"张{one}", f"1391111000{at}", "X", "2030-01-01"] for at, one in enumerate("伟娜芳")]
    run = upload(client, tmp_path, [["姓名", "手机号", before, end], *people]).context["run"]
    assert run.mapping[-1] == ""
