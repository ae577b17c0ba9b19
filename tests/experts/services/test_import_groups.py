"""Rows and headers that speak for others are asked about; so is who is said to have left."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.models import ImportMemory
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.names import BY_NAME
from expertpool.notifications.models import Message
from tests.core.importing.test_import_pages import HEAD, post, standing, upload, word_field
from tests.core.importing.test_told import notes_of
from tests.experts.services.test_import_updates import upload as upload_update
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
UNIT = "湘潭市规划建筑设计院"
LISTED = [HEAD, [UNIT], ["组甲", "13911110001"], ["组乙", "13911110002"]]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


@pytest.mark.shows("EXP-08")
def test_the_unit_above_its_people_is_theirs_and_is_asked_about(
    client: Client, tmp_path: Path
) -> None:
    page = upload(client, tmp_path, LISTED)
    run, found = page.context["run"], page.context["found"]
    assert (run.total, run.accepted) == (2, 2)
    assert found["remarks"] == {"2": f"{UNIT}（作为其下各行的工作单位）"}
    assert notes_of(page)["组甲"][0][:3] == ("按推测填写", "工作单位", "第 2 行")
    (line,) = page.context["form"].word_lines()
    assert line["count"] == 2
    post(client, "confirm", run, standing(page))
    assert {str(one.employer) for one in Expert.objects.all()} == {UNIT}


@pytest.mark.shows("EXP-08")
def test_a_unit_that_is_not_theirs_is_not_given_to_them(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, LISTED)
    said = standing(page, **{word_field(page, f"{UNIT}（独占一行）"): "-"})
    page = post(client, "answers", page.context["run"], said)
    assert "2 行没有工作单位" in page.content.decode()
    (line,) = page.context["form"].word_lines()  # it can be taken back
    assert line["meant"] == ""
    post(client, "confirm", page.context["run"], standing(page))
    assert {one.employer for one in Expert.objects.all()} == {None}
    # What was said of the row is not said of the unit.
    page = upload(client, tmp_path, [[*HEAD, "工作单位"], ["组丙", "13911110003", UNIT]])
    assert notes_of(page) == {}
    assert page.context["found"]["first"][0]["工作单位"] == UNIT


@pytest.mark.shows("EXP-07")
def test_columns_to_tick_are_asked_about_and_are_no_memory(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "男", "女"], ["勾甲", "13911110001", "√", ""], ["勾乙", "13911110002", "", "√"]]
    page = upload(client, tmp_path, rows)
    run = page.context["run"]
    assert (run.state, run.mapping) == ("mapping", ["name", "phone", "sex", "sex"])
    assert "打勾的列，按列名填，请核对" in page.content.decode()
    chosen = {f"column-{at}": code for at, code in enumerate(run.mapping)}
    page = post(client, "mapping", run, chosen)
    post(client, "confirm", page.context["run"], standing(page))
    assert [one.sex for one in BY_NAME.of(Expert.objects.all())] == ["female", "male"]
    assert not ImportMemory.objects.exists()


@pytest.mark.shows("EXP-07")
def test_columns_to_tick_can_be_said_by_hand(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "A0401", "A0402"], ["勾甲", "13911110001", "已报", ""]]
    rows += [["勾乙", "13911110002", "√", "√"], ["勾丙", "13911110003", "", "√"]]
    run = upload(client, tmp_path, rows).context["run"]
    codes = ["name", "phone", "specialties", "specialties"]
    page = post(client, "mapping", run, {f"column-{at}": code for at, code in enumerate(codes)})
    assert page.context["run"].accepted == 3
    assert "已报" in page.content.decode()  # is no tick, and is not lost


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize(("answer", "names"), [("", {"态甲"}), ("-", {"态甲", "态乙"})])
@pytest.mark.parametrize("column", [("状态", "正式", "黑名单"), ("黑名单", "否", "是")])
def test_who_has_left_by_the_list_goes_in_only_where_somebody_says_so(
    client: Client, tmp_path: Path, answer: str, names: set[str], column: tuple[str, str, str]
) -> None:
    header, here, out = column
    rows = [[*HEAD, header], ["态甲", "13911110001", here], ["态乙", "13911110002", out]]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].accepted == 1
    (line,) = page.context["form"].word_lines()
    assert (line["word"], line["question"]["meanings"][""]) == (out, "这些行不导入")
    page = post(
        client,
        "answers",
        page.context["run"],
        standing(page, **{word_field(page, out): answer}),
    )
    post(client, "confirm", page.context["run"], standing(page))
    assert {one.name for one in Expert.objects.all()} == names


@pytest.mark.shows("EXP-08")
def test_a_range_of_specialties_is_to_be_looked_at(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "专业"], ["段甲", "13911110001", "A0401-A0403"]]
    (note,) = notes_of(upload(client, tmp_path, rows))["段甲"]
    assert note[0] == "请核对"
    assert note[3] == "按 3 个专业导入：A0401、A0402、A0403，请核对。"


@pytest.mark.shows("EXP-08")
def test_units_to_be_avoided_are_kept_as_declared(
    client: Client, admin: User, tmp_path: Path
) -> None:
    rows = [[*HEAD, "回避单位"], ["避甲", "13911110001", f"{UNIT}；湖南大学"]]
    page = upload(client, tmp_path, rows)
    assert page.context["found"]["first"][0]["需回避单位"] == f"{UNIT}；湖南大学"
    post(client, "confirm", page.context["run"], standing(page))
    kept = AvoidanceUnit.objects.order_by("pk")
    assert [(str(one.unit), one.kind, one.created_by) for one in kept] == [
        (UNIT, "declared", admin),
        ("湖南大学", "declared", admin),
    ]
    assert Entry.objects.filter(action="expert.avoidance_add").count() == 2


@pytest.mark.shows("EXP-07")
def test_rows_that_are_struck_through_are_told(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        struck = book.add_format({"font_strikeout": True})
        for at, row in enumerate([HEAD, ["划甲", "13911110001"], ["划乙", "13911110002"]]):
            sheet.write_row(at, 0, row, struck if at == 2 else None)
        sheet.write_blank(5, 0, None, struck)
    posted = {"file": SimpleUploadedFile("a.xlsx", path.read_bytes()), "status": "formal"}
    page = client.post(reverse("experts:import"), posted, follow=True)
    assert page.context["found"]["outline"]["struck_rows"] == [3]
    assert "有加了删除线的行" in page.content.decode()


@pytest.mark.shows("EXP-07")
def test_a_doubtful_row_keeps_no_other_row_from_its_expert(client: Client, tmp_path: Path) -> None:
    expert = make_expert("张伟", phone="13911110001")
    rows = [["姓名", "手机", "职务"], ["改甲", "13911110001", "科长"]]
    rows += [["张伟", "13911110001", "处长"]]
    page = upload_update(client, tmp_path, rows)
    run, found = page.context["run"], page.context["found"]
    assert run.accepted == 2
    assert [bool(one["doubt"]) for one in found["changed"]] == [True, False]
    assert "两行只能更新一行" in page.content.decode()
    for chosen, position in (([3], "处长"),):
        confirm = reverse("experts:update_confirm", args=[run.pk])
        page = client.post(confirm, {"chosen": chosen}, follow=True)
        assert page.context["run"].accepted == 1
        expert.refresh_from_db()
        assert (expert.name, expert.position) == ("张伟", position)


@pytest.mark.shows("EXP-07")
def test_of_two_rows_of_one_expert_that_are_chosen_one_is_taken(
    client: Client, tmp_path: Path
) -> None:
    expert = make_expert("张伟", phone="13911110001")
    rows = [["姓名", "手机", "职务"], ["张 伟伟", "13911110001", "科长"]]
    rows += [["张伟", "13911110001", "处长"]]
    run = upload_update(client, tmp_path, rows).context["run"]
    confirm = reverse("experts:update_confirm", args=[run.pk])
    page = client.post(confirm, {"chosen": [2, 3]}, follow=True)
    assert page.context["run"].accepted <= 1
    assert "同一专家出现两次" in page.context["run"].reasons
    expert.refresh_from_db()
    assert expert.position != "处长"


@pytest.mark.shows("EXP-10")
def test_a_second_press_opens_no_account_and_says_so(client: Client) -> None:
    expert = make_expert(email="wang@example.cn")
    url = reverse("experts:open_account", args=[expert.pk])
    assert "已开通账号" in _said(client.post(url))
    told = _said(client.post(url))
    assert "没有重复开通，也没有再发链接" in told
    assert Message.objects.count() == 1


def _said(answer: object) -> str:
    headers = getattr(answer, "headers", {})
    return str(headers.get("HX-Trigger", "")).encode().decode("unicode_escape")


@pytest.mark.shows("EXP-07")
def test_a_part_of_people_who_have_left_is_asked_about(client: Client, tmp_path: Path) -> None:
    rows = [HEAD, ["退休人员"], ["部甲", "13911110001"], ["在职人员"], ["部乙", "13911110002"]]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].reasons == {"名单上写的像是不在库": 1}
    assert "第 2 行写的是“退休人员”" in page.content.decode()
    said = standing(page, **{word_field(page, "退休人员（独占一行）"): "-"})
    page = post(client, "answers", page.context["run"], said)
    assert page.context["run"].accepted == 2
    post(client, "confirm", page.context["run"], standing(page))
    assert Expert.objects.count() == 2


@pytest.mark.shows("EXP-07")
def test_why_somebody_left_is_asked_about_where_all_have(client: Client, tmp_path: Path) -> None:
    left = [("甲", "受到处罚"), ("乙", "去世"), ("丙", "去世")]
    people = [
        [f"退{name}", f"1391111000{at}", why, "2025-06-30"]
        for at, (name, why) in enumerate(left, 1)
    ]
    page = upload(client, tmp_path, [[*HEAD, "退出原因", "退出时间"], *people])
    assert page.context["run"].state == "previewed"
    assert page.context["run"].reasons == {"写有退出原因": 3}
    said = standing(page, **{word_field(page, "受到处罚"): "-"})
    page = post(client, "answers", page.context["run"], said)
    said = standing(page, **{word_field(page, "有日期"): "-"})
    page = post(client, "answers", page.context["run"], said)
    assert (page.context["run"].accepted, page.context["run"].refused) == (1, 2)
