"""A specialty and a region that a list gives over several columns, and a name that two specialties have."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.importing.sheets import template_bytes
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import called
from expertpool.experts.services.importing import ExpertImporter
from tests.core.importing.sheets import read_xlsx
from tests.core.importing.test_import_pages import HEAD, post, standing, upload, word_field
from tests.core.importing.test_told import notes_of
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
LEVELS = ["一级专业", "二级专业", "三级专业"]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("设计", ["A04", "C120303"]),
        ("水资源调查评价", ["A0305", "C011201"]),
        ("水运工程", ["A0407", "A0507", "A052112", "A0807"]),
        ("电力工程", ["A0410", "A050402", "A0510", "A080403", "A0810"]),
        ("医药", ["A010155", "A020135", "A060121", "A060221", "B08"]),
    ],
)
def test_a_name_that_a_branch_has_too_is_asked_about(
    client: Client, tmp_path: Path, word: str, codes: list[str]
) -> None:
    page = upload(client, tmp_path, [[*HEAD, "专业"], ["甲", "13911110001", word]])
    assert page.context["run"].accepted == 0
    (line,) = page.context["form"].word_lines()
    assert [one.split(" ")[0] for one in line["proposals"]] == codes


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("设计（建筑工程）", {"A0401"}),
        ("建筑工程（设计）", {"A0401"}),
        ("设计-建筑工程", {"A0401"}),
        ("监理（公路）", {"A0503"}),
        ("工程施工（市政公用工程）", {"A0802"}),
        ("工程造价(土建)", {"A0601"}),
        ("A06工程造价-土建工程", {"A0601"}),
        ("A06 工程造价（土建）", {"A0601"}),
        ("A0401 建筑工程（设计）", {"A0401"}),
        ("主：A0401；辅：A0402", {"A0401", "A0402"}),
        ("主评专业:建筑工程（A0401），辅评专业:A0402", {"A0401", "A0402"}),
        ("项目管理（含代建）", {"A07"}),
    ],
)
def test_what_stands_beside_a_name_narrows_it(
    client: Client, tmp_path: Path, cell: str, codes: set[str]
) -> None:
    page = upload(client, tmp_path, [[*HEAD, "专业"], ["甲", "13911110001", cell]])
    post(client, "confirm", page.context["run"], standing(page))
    assert {one.code for one in Expert.objects.get().specialties.all()} == codes


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize(
    ("cell", "proposed"),
    [
        ("建筑工程设计", ["A0401"]),
        ("公路工程监理", ["A0503"]),
        ("市政公用工程施工", ["A0802"]),
        ("A0401等", ["A0401"]),
        ("AO401", ["A0401"]),
        ("A-04-01", ["A0401"]),
        ("建筑工程造价（从未有过）", []),
        ("采矿工程（从未有过）", []),
        ("设计（从未有过）", ["A04", "C120303"]),
        ("A06 工程造价（从未有过）", []),
    ],
)
def test_what_is_not_known_beside_a_name_is_asked_about(
    client: Client, tmp_path: Path, cell: str, proposed: list[str]
) -> None:
    page = upload(client, tmp_path, [[*HEAD, "专业"], ["甲", "13911110001", cell]])
    assert not any("评审专业" in one for one in page.context["found"]["first"])  # none is guessed
    (line,) = page.context["form"].word_lines()
    assert [one.split(" ")[0] for one in line["proposals"]] == proposed


@pytest.mark.shows("EXP-08")
def test_a_part_that_several_hold_is_asked_about_with_each(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, [[*HEAD, "专业"], ["甲", "13911110001", "货物（空调）"]])
    assert not any("评审专业" in one for one in page.context["found"]["first"])
    (line,) = page.context["form"].word_lines()
    assert line["proposals"]
    assert all(one.startswith("B") and "空调" in one for one in line["proposals"])


@pytest.mark.shows("EXP-08")
def test_a_name_typed_once_more_answers_nothing(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, [[*HEAD, "专业"], ["甲", "13911110001", "设计"]])
    said = standing(page, **{word_field(page, "设计"): "设计"})
    page = post(client, "answers", page.context["run"], said)
    (line,) = page.context["form"].word_lines()
    assert len(line["proposals"]) == 2
    assert line["meant"] is None


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize("header", ["申报专业（可填3个）", "评标专业及代码"])
def test_a_column_of_what_is_applied_for_is_read(
    client: Client, tmp_path: Path, header: str
) -> None:
    page = upload(client, tmp_path, [[*HEAD, header], ["甲", "13911110001", "A0401"]])
    assert "没有评审专业" not in page.content.decode()


@pytest.mark.shows("EXP-08")
def test_a_list_without_specialties_says_so(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, [HEAD, ["甲", "13911110001"]])
    assert page.context["run"].accepted == 1
    assert "1 行没有评审专业" in page.content.decode()


@pytest.mark.shows("EXP-08")
def test_a_branch_chosen_for_a_name_is_what_is_saved(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, [[*HEAD, "专业"], ["甲", "13911110001", "设计"]])
    (line,) = page.context["form"].word_lines()
    said = {word_field(page, "设计"): line["proposals"][0]}
    page = post(client, "answers", page.context["run"], standing(page, **said))
    post(client, "confirm", page.context["run"], standing(page))
    assert [one.code for one in Expert.objects.get().specialties.all()] == ["A04"]


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize(
    ("word", "read", "others"),
    [("物流", "A010142", ["C0907"])],
)
def test_a_name_that_may_mean_another_is_taken_and_asked_about(
    client: Client, tmp_path: Path, word: str, read: str, others: list[str]
) -> None:
    rows = [[*HEAD, "专业"], ["甲", "13911110001", word], ["乙", "13911110002", read]]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].accepted == 2
    (line,) = page.context["form"].word_lines()
    kept, *said = line["question"]["meanings"]
    assert line["question"]["meanings"][kept].startswith("请选择")  # nothing is chosen for anybody
    assert (kept, [one.split(" ")[0] for one in said]) == ("", [read, *others])
    ((kind, _, _, told),) = notes_of(page)["甲"]
    assert kind == "请核对"
    assert read in told
    assert "乙" not in notes_of(page)
    answered = standing(page, **{word_field(page, word): said[-1]})
    page = post(client, "answers", page.context["run"], answered)
    assert "甲" not in notes_of(page)
    post(client, "confirm", page.context["run"], standing(page))
    (saved,) = Expert.objects.get(called(["甲"])).specialties.all()
    assert saved.code == others[-1]


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize("word", ["土建", "机电安装", "建筑工程"])
def test_a_name_of_several_is_not_taken_until_one_is_chosen(
    client: Client, tmp_path: Path, word: str
) -> None:
    page = upload(client, tmp_path, [[*HEAD, "专业"], ["甲", "13911110001", word]])
    assert page.context["run"].reasons == {"专业名称有歧义": 1}
    (line,) = page.context["form"].word_lines()
    assert len(line["proposals"]) > 1
    said = standing(page, **{word_field(page, word): line["proposals"][-1]})
    page = post(client, "answers", page.context["run"], said)
    post(client, "confirm", page.context["run"], standing(page))
    (saved,) = Expert.objects.get().specialties.all()
    assert line["proposals"][-1].startswith(saved.code)


@pytest.mark.shows("EXP-08")
def test_a_broad_level_alone_is_to_be_looked_at(client: Client, tmp_path: Path) -> None:
    rows = [
        [*HEAD, *LEVELS],
        ["甲", "13911110001", "设计", "", ""],
        ["乙", "13911110002", "设计", "建筑工程", "给水排水"],
    ]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].accepted == 2
    assert [note[0] for note in notes_of(page)["甲"]] == ["请核对"]
    assert "乙" not in notes_of(page)


@pytest.mark.shows("EXP-08")
def test_a_path_that_is_none_is_asked_about_and_the_answer_counts(
    client: Client, tmp_path: Path
) -> None:
    rows = [[*HEAD, *LEVELS], ["甲", "13911110001", "规划", "建筑工程", "给水排水"]]
    page = upload(client, tmp_path, rows)
    name = word_field(page, "规划/建筑工程/给水排水")
    page = post(client, "answers", page.context["run"], standing(page, **{name: "A040104"}))
    post(client, "confirm", page.context["run"], standing(page))
    assert [one.code for one in Expert.objects.get().specialties.all()] == ["A040104"]


@pytest.mark.shows("EXP-08")
def test_short_names_in_columns_of_their_own_are_told(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "省", "市", "区县"], ["甲", "13911110001", "湖南", "长沙", "岳麓"]]
    page = upload(client, tmp_path, rows)
    assert notes_of(page)["甲"] == [("按推测填写", "所在地区", "湖南长沙岳麓", "岳麓区")]


@pytest.mark.shows("EXP-08")
def test_a_city_after_its_province_goes_before_the_county_of_its_name(
    client: Client, tmp_path: Path
) -> None:
    page = upload(client, tmp_path, [[*HEAD, "所在地区"], ["甲", "13911110001", "湖南长沙"]])
    (line,) = page.context["form"].word_lines()
    assert (line["word"], line["suggestion"]) == ("湖南长沙", "长沙市")


def test_the_levels_are_no_columns_of_the_template() -> None:
    (headers, *_) = read_xlsx(BytesIO(template_bytes(ExpertImporter)))
    assert "评审专业" in headers
    assert not {*LEVELS, "省", "市", "区县"} & {*headers}


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize(
    ("word", "reason", "first"),
    [
        ("A0401X", "专业代码格式", "A0401"),
        ("A-04-01", "专业代码格式", "A0401"),
        ("AO4Ol", "专业代码格式", "A0401"),
        ("HVAC", "专业名称不存在", ""),
    ],
)
def test_what_is_written_as_no_code_is_costs_its_cell(
    client: Client, tmp_path: Path, word: str, reason: str, first: str
) -> None:
    page = upload(client, tmp_path, [[*HEAD, "专业"], ["甲", "13911110001", word]])
    run = page.context["run"]
    assert (run.accepted, run.reasons, run.left) == (1, {}, {reason: 1})
    (line,) = page.context["form"].word_lines()
    assert next(iter(line["proposals"]), "").split(" ")[0] == first
    answer = {word_field(page, word): first or "这一格留空"}
    page = post(client, "answers", run, standing(page, **answer))
    post(client, "confirm", page.context["run"], standing(page))
    codes = [one.code for one in Expert.objects.get().specialties.all()]
    assert codes == [first] * bool(first)


@pytest.mark.shows("EXP-08")
def test_a_code_that_is_none_is_asked_once_with_its_neighbours_and_can_be_left(
    client: Client, tmp_path: Path
) -> None:
    rows = [[f"甲{'一二三'[at]}", f"1391111000{at}", "A040177"] for at in range(3)]
    page = upload(client, tmp_path, [[*HEAD, "专业"], *rows])
    assert page.context["run"].reasons == {"专业代码不存在": 3}
    (line,) = page.context["form"].word_lines()
    assert (line["count"], line["proposals"][0].split(" ")[0]) == (3, "A040101")
    said = standing(page, **{word_field(page, "A040177"): "这一格留空"})
    page = post(client, "answers", page.context["run"], said)
    post(client, "confirm", page.context["run"], standing(page))
    assert Expert.objects.filter(specialties=None).count() == 3
