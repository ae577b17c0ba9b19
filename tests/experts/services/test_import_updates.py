"""An import that changes records that are in the pool."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import RoleField, User
from expertpool.audit.services import record
from expertpool.core.exporting import Stamp
from expertpool.core.exporting import write_xlsx as write_export
from expertpool.core.importing import Answers, check_rows
from expertpool.core.importing.findings import read_findings
from expertpool.core.importing.runs import perform_import
from expertpool.experts.exports import ExpertExport
from expertpool.experts.models import Expert, ExpertVersion
from expertpool.experts.queries.names import called
from expertpool.experts.services import import_updates
from expertpool.experts.services.demo import ensure_demo_experts
from tests.attacks.test_rights import make_role
from tests.core.importing.sheets import refused_of, write_xlsx
from tests.factories.accounts import change, make_user
from tests.factories.experts import make_division, make_expert, make_id_number, make_unit
from tests.factories.fields import make_field
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def upload(client: Client, tmp_path: Path, rows: Sequence[Sequence[Any]]) -> Any:
    content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    posted = {"file": SimpleUploadedFile("更新.xlsx", content)}
    return client.post(reverse("experts:update"), posted, follow=True)


@pytest.mark.shows("EXP-07")
def test_a_row_finds_whose_document_it_names(admin: User, tmp_path: Path) -> None:
    """The document alone: no number of ours, and no telephone stands beside it."""
    # No built-in role sees documents plain: the office gives it to one.
    change(RoleField.objects.filter(role__code="admin"), level="plain")
    held = make_id_number("19550101")
    some = (make_id_number("19660202", serial=at) for at in range(1, 100))
    odd = next(number for number in some if number.endswith("X"))
    experts = [
        make_expert("张伟", id_number=held, id_kind="resident"),
        make_expert("李娜", id_number=odd, id_kind="resident"),
        make_expert("Anna", id_number="E12345678", id_kind="passport"),
    ]
    other = make_expert("赵六", phone="13911110006")
    rows = [["证件号码", "手机号", "职务"]]
    rows.append([held, "", "处长"])
    rows.append([f"{odd[:6]} {odd[6:14]} {odd[14:].lower()}", "", "主任"])
    rows.append(["e12345678", "", "顾问"])
    rows.append([make_id_number("19770303"), "", "局长"])
    rows.append([held, "13911110006", "司长"])
    client = login(Client(), admin)
    page = upload(client, tmp_path, rows)
    run = page.context["run"]
    assert [one["name"] for one in page.context["found"]["changed"]] == [*map(str, experts)]
    assert run.reasons == {"库中没有这位专家": 1, "号码属于不同的人": 1}
    client.post(reverse("experts:update_confirm", args=[run.pk]), {"chosen": [2, 3, 4]})
    found = dict(Expert.objects.values_list("number", "position"))
    assert [found[one.number] for one in experts] == ["处长", "主任", "顾问"]
    assert found[other.number] == ""


@pytest.mark.shows("EXP-07")
def test_a_document_that_somebody_does_not_see_finds_nobody(tmp_path: Path) -> None:
    clerk = make_user(roles=(make_role("experts.edit", "experts.view"),))
    held = make_id_number("19550101")
    make_expert("张伟", position="科长", id_number=held, id_kind="resident")
    rows = [["证件号码", "职务"], [held, "处长"], [make_id_number("19660202"), "处长"]]
    run = upload(login(Client(), clerk), tmp_path, rows).context["run"]
    # In the pool or not, it is the same to him.
    assert (run.accepted, run.reasons) == (0, {"库中没有这位专家": 2})


@pytest.mark.shows("EXP-07")
def test_differences_are_shown_and_those_chosen_become_one_version_each(
    admin: User, tmp_path: Path
) -> None:
    first = make_expert("张伟", phone="13911110001", position="科长")
    second = make_expert("李娜", phone="13911110002", position="科长")
    client = login(Client(), admin)
    page = upload(
        client,
        tmp_path,
        [
            ["姓名", "手机号", "职务", "职称", "专家编号"],
            ["", "13911110001", "处长", "高级工程师", ""],
            ["", "13911110009", "主任", "", second.number],
            ["王芳", "13911110003", "主任", "", ""],
            ["", "13911110001", "司长", "", ""],
        ],
    )
    run, found = page.context["run"], page.context["found"]
    assert run.reasons == {"库中没有这位专家": 1, "同一专家出现两次": 1}
    changes = {one["name"]: one["changes"] for one in found["changed"]}
    assert changes[str(first)] == [
        {"label": "职称", "before": "", "after": "高级工程师", "code": "title"},
        {"label": "职称级别", "before": "无", "after": "副高", "code": "title_level"},
        {"label": "职务", "before": "科长", "after": "处长", "code": "position"},
    ]
    assert changes[str(second)][0] == {
        "label": "手机号",
        "before": "13911110002",
        "after": "13911110009",
        "code": "phone",
    }
    posted = {"chosen": [2]}
    page = client.post(reverse("experts:update_confirm", args=[run.pk]), posted, follow=True)
    assert page.context["run"].accepted == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.position, first.title, first.title_level) == ("处长", "高级工程师", 3)
    assert (second.position, second.phone) == ("科长", "13911110002")
    # Version 1 is what he was before.
    versions = ExpertVersion.objects.filter(expert=first).order_by("number")
    assert [(one.number, one.changed) for one in versions] == [
        (1, []),
        (2, ["title", "title_level", "position"]),
    ]
    assert not ExpertVersion.objects.filter(expert=second).exists()


def test_what_the_form_would_refuse_is_refused_in_its_row(admin: User, tmp_path: Path) -> None:
    expert = make_expert("张伟", phone="13911110001")
    make_expert("李娜", phone="13911110002")
    rows = [["专家编号", "手机号", "聘期开始", "聘期至"]]
    rows += [[expert.number, "13911110002", "", ""]]
    run = upload(login(Client(), admin), tmp_path, rows).context["run"]
    assert (run.accepted, run.reasons) == (0, {"号码属于不同的人": 1})
    told = refused_of(run)[0]["cells"][0]["detail"]
    assert "编号是张伟" in told
    assert "手机号是李娜" in told
    rows[1] = [expert.number, "", "2027-01-01", "2026-01-01"]
    run = upload(login(Client(), admin), tmp_path, rows).context["run"]
    assert run.reasons == {"聘期至不能这样改": 1}


@pytest.mark.shows("EXP-07")
def test_numbers_of_ours_below_another_header_are_known(admin: User, tmp_path: Path) -> None:
    make_expert("王芳", phone="13911110001", number="ZJ2026000304")
    make_expert("李娜", phone="13911110002", number="ZJ2026000305")
    client = login(Client(), admin)
    page = upload(client, tmp_path, [["编号", "职务"], [" zj2026000304 ", "处长"]])
    assert [one["name"][:2] for one in page.context["found"]["changed"]] == ["王芳"]
    assert "“编号”一列按内容当作专家编号" in page.content.decode()
    rows = [["编号", "手机", "职务"], ["ZJ2026000304", "13911110002", "处长"]]
    run = upload(client, tmp_path, rows).context["run"]
    assert (run.accepted, run.reasons) == (0, {"号码属于不同的人": 1})


def test_numbers_of_the_office_are_told_as_not_used_and_those_of_rows_are_not(
    admin: User, tmp_path: Path
) -> None:
    make_expert("王芳", phone="13911110001")
    client = login(Client(), admin)
    for number, is_told in (("荆专-017", True), (17, False)):
        rows = [["编号", "手机", "职务"], [number, "13911110001", "处长"]]
        page = upload(client, tmp_path, rows)
        assert page.context["unused"] == (["“编号”（A 列）"] if is_told else [])
        assert page.context["run"].accepted == 1


@pytest.mark.shows("EXP-07")
def test_another_name_by_the_telephone_alone_is_not_ticked_and_warned_about(
    admin: User, tmp_path: Path
) -> None:
    expert = make_expert("陈三", phone="13911110001", position="科长")
    make_expert("李娜", phone="13911110002", position="科长")
    rows = [["姓名", "手机号", "身份证号", "职务"]]
    rows.append(["马大帅", "13911110001", make_id_number("19550101"), "处长"])
    rows.append([" 李 娜", "13911110002", "", "主任"])
    client = login(Client(), admin)
    page = upload(client, tmp_path, rows)
    assert page.context["passed_over"] == {2}
    assert "只有手机号对上，而姓名是“马大帅”" in page.content.decode()
    run = page.context["run"]
    # Whoever ticks it knows; a further check keeps what he has said.
    answers = reverse("experts:update_answers", args=[run.pk])
    page = client.post(answers, {"chosen": [2, 3]}, follow=True)
    assert page.context["passed_over"] == set()
    confirm = reverse("experts:update_confirm", args=[run.pk])
    client.post(confirm, {"chosen": [3], "check": page.context["run"].checks})
    expert.refresh_from_db()
    assert (expert.name, expert.position) == ("陈三", "科长")


@pytest.mark.shows("EXP-07")
def test_another_name_by_the_number_alone_is_not_ticked_and_warned_about(
    admin: User, tmp_path: Path
) -> None:
    first, second = make_expert("陈三"), make_expert("李娜")
    rows = [
        ["专家编号", "姓名", "职务"],
        [first.number, "马大帅", "处长"],
        [second.number, "李娜", "主任"],
    ]
    page = upload(login(Client(), admin), tmp_path, rows)
    assert page.context["passed_over"] == {2}
    text = page.content.decode()
    assert "只有编号对上，而姓名是“马大帅”" in text
    assert "只按一部分列排过序" not in text


@pytest.mark.shows("EXP-07")
def test_a_list_of_which_only_some_columns_were_sorted_is_told_and_not_ticked(
    admin: User, tmp_path: Path
) -> None:
    experts = [make_expert(name, phone=f"1391111000{at}") for at, name in enumerate("甲乙丙丁", 1)]
    rows = [["专家编号", "手机号", "姓名", "职务"]]
    names = ["乙", "丙", "甲", "丁"]  # sorted apart from the numbers
    rows += [
        [one.number, one.phone, name, "处长"] for one, name in zip(experts, names, strict=True)
    ]
    page = upload(login(Client(), admin), tmp_path, rows)
    assert page.context["passed_over"] == {2, 3, 4}
    assert "有 3 行：名单可能只按一部分列排过序" in page.content.decode()


@pytest.mark.parametrize(
    ("header", "given", "reason"),
    [("邮箱", ("a@b.cn", "A@b.cn"), "邮箱重复"), ("手机号", ("13911110009",) * 2, "手机号重复")],
)
def test_what_two_rows_give_is_refused_in_the_check_and_the_others_are_updated(
    admin: User, tmp_path: Path, header: str, given: tuple[str, str], reason: str
) -> None:
    experts = [make_expert(name) for name in ("张伟", "李娜")]
    rows = [["专家编号", header, "职务"]]
    rows += [[one.number, value, "处长"] for one, value in zip(experts, given, strict=True)]
    client = login(Client(), admin)
    run = upload(client, tmp_path, rows).context["run"]
    assert (run.accepted, run.reasons) == (1, {reason: 1})
    assert "与第 2 行相同" in refused_of(run)[0]["cells"][0]["detail"]
    client.post(reverse("experts:update_confirm", args=[run.pk]), {"chosen": [2]})
    assert [one.position for one in Expert.objects.order_by("pk")] == ["处长", ""]


@pytest.mark.shows("EXP-07")
def test_an_exported_list_comes_back_unharmed(admin: User, tmp_path: Path) -> None:
    """All that the export writes names what the pool has: no row of it changes, or is refused."""
    count = ensure_demo_experts(now=timezone.now())
    stream = BytesIO()
    stamp = Stamp(str(admin), timezone.now(), "127.0.0.1")
    params = QueryDict("")
    write_export(ExpertExport(), user=admin, params=params, stamp=stamp, stream=stream)
    file = SimpleUploadedFile("专家信息.xlsx", stream.getvalue())
    client = login(Client(), admin)
    page = client.post(reverse("experts:update"), {"file": file}, follow=True)
    run = page.context["run"]
    if run.needs_mapping:
        mapping = {f"column-{at}": code for at, code in enumerate(run.mapping)}
        page = client.post(reverse("experts:update_mapping", args=[run.pk]), mapping, follow=True)
        run = page.context["run"]
    assert (run.total, run.reasons) == (count, {"没有变化": count})
    assert "导出人" in page.content.decode()


@pytest.mark.shows("EXP-07")
def test_what_is_changed_far_below_is_shown_before_what_is_in_order(
    admin: User, tmp_path: Path
) -> None:
    make_expert("张伟", phone="13911110001", position="科长")
    make_expert("李娜", phone="13911110002", position="科长")
    same = [["张伟", "13911110001", "科长"]] * 2_100
    rows = [
        ["姓名", "手机号", "职务"],
        *same,
        ["李娜", "13911110002", "处长"],
        ["王", "139", "处长"],
    ]
    client = login(Client(), admin)
    page = upload(client, tmp_path, rows)
    run, found = page.context["run"], page.context["found"]
    assert (run.total, run.accepted, run.partial) == (2_102, 1, False)
    assert [one["row"] for one in found["changed"]] == [2_102]
    assert (found["refused"][0]["row"], found["refused"][1]["row"]) == (2_103, 2)
    client.post(reverse("experts:update_confirm", args=[run.pk]), {"chosen": [2_102]})
    perform_import(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    assert (run.accepted, run.reasons["没有变化"]) == (1, 2_100)
    assert Expert.objects.get(called(["李娜"])).position == "处长"


def test_a_term_is_updated_as_a_list_writes_it(admin: User, tmp_path: Path) -> None:
    """长期 is the one way to write that a term has no end: an empty cell changes nothing."""
    first = make_expert("张伟", term_end_date="2027-12-31")
    second = make_expert("李娜", term_end_date="2027-12-31")
    rows = [["专家编号", "聘期"], [first.number, "长期"], [second.number, "2026.1-2028.12"]]
    client = login(Client(), admin)
    page = upload(client, tmp_path, rows)
    shown = [
        [tuple(one.values())[:3] for one in row["changes"]]
        for row in page.context["found"]["changed"]
    ]
    assert shown == [
        [("聘期至", "2027-12-31", "长期")],
        [("聘期开始", "", "2026-01-01"), ("聘期至", "2027-12-31", "2028-12-31")],
    ]
    run = page.context["run"]
    chosen = {"chosen": [one["row"] for one in page.context["found"]["changed"]]}
    client.post(reverse("experts:update_confirm", args=[run.pk]), chosen)
    ends = Expert.objects.order_by("pk").values_list("term_end_date", flat=True)
    assert [end and end.isoformat() for end in ends] == [None, "2028-12-31"]


@pytest.mark.shows("EXP-07")
def test_a_field_of_the_office_is_shown_as_it_changes_and_changed(
    admin: User, tmp_path: Path
) -> None:
    code = make_field("执业资格").code
    expert = make_expert("张伟", phone="13911110001", extra={code: "二级注册"})
    client = login(Client(), admin)
    page = upload(client, tmp_path, [["手机号", "执业资格"], ["13911110001", "一级注册"]])
    (changed,) = page.context["found"]["changed"]
    told = {"label": "执业资格", "before": "二级注册", "after": "一级注册", "code": code}
    assert changed["changes"] == [told]
    confirm = reverse("experts:update_confirm", args=[page.context["run"].pk])
    page = client.post(confirm, {"chosen": 2}, follow=True)
    assert page.context["run"].reasons == {}
    expert.refresh_from_db()
    assert expert.extra == {code: "一级注册"}


def test_what_says_nothing_leaves_the_record_as_it_is_and_says_so(
    admin: User, tmp_path: Path
) -> None:
    make_expert("张伟", phone="13911110001", employer=make_unit("甲院"))
    rows = [["手机号", "职务", "工作单位"], ["13911110001", "处长", "无"]]
    (noted,) = upload(login(Client(), admin), tmp_path, rows).context["found"]["notes"]
    assert [(one["was"], one["now"]) for one in noted["notes"]] == [("无", "（不改动）")]


def test_nobody_overwrites_what_he_has_not_seen(admin: User, tmp_path: Path) -> None:
    expert = make_expert("张伟", phone="13911110001", position="科长")
    client = login(Client(), admin)
    rows = [["手机号", "职务"], ["13911110001", "处长"]]
    run = upload(client, tmp_path, rows).context["run"]
    Expert.objects.filter(pk=expert.pk).update(position="局长")
    posted = {"chosen": 2}
    page = client.post(reverse("experts:update_confirm", args=[run.pk]), posted, follow=True)
    assert page.context["run"].reasons == {"档案刚被改过": 1}
    expert.refresh_from_db()
    assert expert.position == "局长"


def test_who_has_met_too_many_numbers_is_told_so_in_each_row(tmp_path: Path) -> None:
    clerk = make_user(roles=(make_role("experts.edit", "experts.view"),))
    expert = make_expert("张伟", position="科长")
    client = login(Client(), clerk)
    run = upload(client, tmp_path, [["专家编号", "职务"], [expert.number, "处长"]]).context["run"]
    for _ in range(10):
        record("expert.taken", actor=clerk, now=timezone.now())
    posted = {"chosen": 2}
    run = client.post(
        reverse("experts:update_confirm", args=[run.pk]), posted, follow=True
    ).context["run"]
    assert (run.state, run.reasons) == ("done", {"没有更新": 1})
    assert "一小时内" in refused_of(run)[0]["cells"][0]["detail"]


def test_an_unknown_division_changes_nothing_and_the_rest_is_updated(
    admin: User, tmp_path: Path
) -> None:
    expert = make_expert("张伟", position="科长", division=make_division("430000", "湖南省"))
    client = login(Client(), admin)
    rows = [["专家编号", "所在地区", "职务"], [expert.number, "长沙", "处长"]]
    page = upload(client, tmp_path, rows)
    run = page.context["run"]
    assert (run.accepted, run.left) == (1, {"所在地区不存在": 1})
    assert "不改动的内容" in page.content.decode()
    posted = {"chosen": 2}
    client.post(reverse("experts:update_confirm", args=[run.pk]), posted)
    expert.refresh_from_db()
    assert (expert.position, expert.division_id) == ("处长", "430000")


@pytest.mark.parametrize(("header", "column"), [("所在地区", "所在地区"), ("评审专业", "评审专业")])
def test_a_word_is_refused_in_its_own_column(
    admin: User, tmp_path: Path, header: str, column: str
) -> None:
    expert = make_expert("张伟")
    rows = [["专家编号", "职务", header], [expert.number, "处长", "天外地区"]]
    found = upload(login(Client(), admin), tmp_path, rows).context["found"]
    refused = [*found["refused"], *found["left"]]
    assert [(one["column"], one["content"]) for one in refused[0]["cells"]] == [
        (column, "天外地区")
    ]


@pytest.mark.shows("EXP-08")
def test_specialties_that_cannot_be_read_stay_and_the_rest_is_updated(
    admin: User, tmp_path: Path
) -> None:
    first, second = make_expert("张伟", position="科长"), make_expert("李娜")
    rows = [
        ["专家编号", "职务", "评审专业"],
        [first.number, "处长", "A010101；火星学"],
        [second.number, "", "A999999"],
    ]
    client = login(Client(), admin)
    run = upload(client, tmp_path, rows).context["run"]
    assert (run.accepted, run.left, run.reasons) == (
        *(1, {"专业名称不存在": 1}),
        {"专业代码不存在": 1},
    )
    client.post(reverse("experts:update_confirm", args=[run.pk]), {"chosen": 2})
    first.refresh_from_db()
    assert (first.position, list(first.specialties.all())) == ("处长", [])


def test_a_row_is_compared_with_the_record_not_with_one_that_was_refused(
    admin: User, tmp_path: Path
) -> None:
    expert = make_expert("张伟", phone="13911110001", position="科长")
    rows = [["专家编号", "职务", "聘期开始", "聘期至"]]
    rows += [[expert.number, "处长", "2027-01-01", "2026-01-01"], [expert.number, "处长", "", ""]]
    run = upload(login(Client(), admin), tmp_path, rows).context["run"]
    assert (run.accepted, run.reasons) == (1, {"聘期至不能这样改": 1})


def test_a_record_as_it_is_gets_no_version(admin: User, tmp_path: Path) -> None:
    expert = make_expert("张伟", phone="13911110001", position="科长")
    rows = [["姓名", "手机号", "职务"], ["张 伟", "139 1111 0001", "科长"]]
    run = upload(login(Client(), admin), tmp_path, rows).context["run"]
    assert (run.accepted, run.reasons) == (0, {"没有变化": 1})
    assert not ExpertVersion.objects.filter(expert=expert).exists()


def test_numbers_that_somebody_does_not_see_find_nobody_and_stay(tmp_path: Path) -> None:
    clerk = make_user(roles=(make_role("experts.edit", "experts.view"),))
    expert = make_expert("张伟", phone="13911110001", position="科长")
    client = login(Client(), clerk)
    by_phone = [["手机号", "职务"], ["13911110001", "处长"], ["13911110002", "处长"]]
    run = upload(client, tmp_path, by_phone).context["run"]
    # In the pool or not, it is the same to him.
    assert run.reasons == {"库中没有这位专家": 2}
    assert "编号、证件号码、手机号都没有对上" in upload(client, tmp_path, by_phone).content.decode()
    by_number = [["专家编号", "手机号", "职务"], [expert.number, "13911110009", "处长"]]
    page = upload(client, tmp_path, by_number)
    assert [one["label"] for one in page.context["found"]["changed"][0]["changes"]] == ["职务"]
    run = page.context["run"]
    client.post(reverse("experts:update_confirm", args=[run.pk]), {"chosen": 2})
    expert.refresh_from_db()
    assert (expert.position, expert.phone) == ("处长", "13911110001")


@pytest.mark.shows("EXP-07")
def test_what_somebody_does_not_see_is_neither_called_the_same_nor_another(tmp_path: Path) -> None:
    """It was said to be as in the record, though nobody had looked, and the number was another."""
    clerk = make_user(roles=(make_role("experts.edit", "experts.view"),))
    held = make_id_number("19550101")
    expert = make_expert("张伟", position="科长", id_number=held)
    client = login(Client(), clerk)
    told = []
    for number in (held, make_id_number("19660202")):
        rows = [["专家编号", "证件号码", "职务"], [expert.number, number, "科长"]]
        page = upload(client, tmp_path, rows)
        run = page.context["run"]
        assert (run.unchanged, run.unread, run.unable) == (0, 1, 0)
        assert "请由能查看的人核对" in run.verdict
        told.append(refused_of(run)[0]["cells"])
        assert "没有变化" not in page.content.decode()
    assert told[0] == told[1]  # whether it is the same, he does not learn
    assert told[0][0]["detail"].startswith("证件号码：您看不到全文，没有与档案比较")


def test_a_form_that_is_saved_says_what_is_odd(admin: User) -> None:
    posted = {
        "name": "王 芳",
        "phone": "+86 139-1111-0003",
        "bank_account": "6217 0000 1234 5678 902",
        "practice_years": "15年",
        "asked": "6217000012345678902",  # the form has asked, and was saved once more
    }
    answer = login(Client(), admin).post(reverse("experts:create"), posted)
    expert = Expert.objects.get(called(["王芳"]))
    assert (expert.phone, expert.practice_years) == ("13911110003", 15)
    assert "银行卡号的最后一位校验不符" in str(json.loads(answer["HX-Trigger"]))


def test_an_id_number_of_no_province_is_odd(admin: User) -> None:
    client = login(Client(), admin)
    for serial, (division, is_odd) in enumerate(
        {"160101": True, "830000": False, "430102": False}.items(), 1
    ):
        number = make_id_number(division=division)
        posted = {"name": "王芳芳"[:serial], "phone": f"1391111000{serial}", "id_number": number}
        answer = client.post(reverse("experts:create"), posted)
        assert ("不是任何省份的代码" in str(json.loads(answer["HX-Trigger"]))) is is_odd


@pytest.mark.shows("EXP-07")
def test_a_title_of_no_list_takes_no_level_away(admin: User, tmp_path: Path) -> None:
    expert = make_expert("顾念慈", phone="13911110001", title="高级工程师", title_level=3)
    rows = [["手机号", "职称", "职称级别"], ["13911110001", "无此职称", ""]]
    page = upload(login(Client(), admin), tmp_path, rows)
    (changed,) = page.context["found"]["changed"]
    assert [one["label"] for one in changed["changes"]] == ["职称"]
    assert "职称级别不改动（副高）" in page.content.decode()
    login(Client(), admin).post(
        reverse("experts:update_confirm", args=[page.context["run"].pk]), {"chosen": [2]}
    )
    expert.refresh_from_db()
    assert (expert.title, expert.title_level) == ("无此职称", 3)


@pytest.mark.shows("EXP-07")
def test_a_term_that_is_over_is_not_ticked(admin: User, tmp_path: Path) -> None:
    make_expert("顾念慈", phone="13911110001")
    make_expert("白若谷", phone="13911110002")
    rows = [["手机号", "聘期至"], ["13911110001", "2020-01-01"], ["13911110002", "2099-01-01"]]
    page = upload(login(Client(), admin), tmp_path, rows)
    assert set(page.context["passed_over"]) == {2}
    assert "聘期至 2020-01-01 已过，更新后不再抽取他" in page.content.decode()


@pytest.mark.shows("EXP-07")
def test_what_does_not_change_is_counted_apart(admin: User, tmp_path: Path) -> None:
    make_expert("顾念慈", phone="13911110001", position="科长")
    rows = [["手机号", "职务"], ["13911110001", "科长"], ["13911110009", "主任"]]
    page = upload(login(Client(), admin), tmp_path, rows)
    run = page.context["run"]
    assert (run.unchanged, run.unable) == (1, 1)
    assert "没有变化" in page.content.decode()


def test_a_row_costs_few_statements(admin: User, tmp_path: Path) -> None:
    client, division, unit = (
        login(Client(), admin),
        make_division("430100", "长沙市"),
        make_unit("甲院"),
    )

    def asked(count: int) -> int:
        rows = [["专家编号", "职务"]]
        for at in range(count):
            phone = f"139{count:04d}{at:04d}"
            rows.append([make_expert(phone=phone, division=division, employer=unit).number, "处长"])
        run = upload(client, tmp_path, rows).context["run"]
        posted = {"chosen": [*range(2, count + 2)]}
        with CaptureQueriesContext(connection) as queries:
            client.post(reverse("experts:update_confirm", args=[run.pk]), posted)
        run.refresh_from_db()
        assert run.accepted == count
        return len(queries)

    asked(1)
    few, many = asked(2), asked(10)
    assert (many - few) / 8 < 26


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("remark", "ticked"), [("已退休", False), ("去世", False), ("退休返聘", True)]
)
def test_a_remark_that_somebody_has_left_is_not_ticked(
    admin: User, tmp_path: Path, remark: str, ticked: bool
) -> None:
    one = make_expert("张伟", remark="")
    rows = [["专家编号", "备注"], [one.number, remark]]
    page = upload(login(Client(), admin), tmp_path, rows)
    assert page.context["passed_over"] == (set() if ticked else {2})
    assert ("只改备注，仍会抽取他" in page.content.decode()) is not ticked


@pytest.mark.shows("EXP-08")
def test_who_is_beyond_what_one_run_takes_is_said_to_be_though_some_were_not_ticked(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_updates, "MOST", 2)
    monkeypatch.setattr(import_updates.ExpertUpdater, "most", 2)
    experts = [make_expert(name, position="科长") for name in ("张伟", "李娜", "王芳")]
    client = login(Client(), admin)
    rows = [["专家编号", "职务"], *([one.number, "处长"] for one in experts)]
    run = upload(client, tmp_path, rows).context["run"]
    client.post(reverse("experts:update_confirm", args=[run.pk]), {"chosen": [2]})
    run.refresh_from_db()
    assert run.accepted == 1
    assert run.reasons == {"没有勾选": 1, "超过一次更新的人数": 1}
    assert [one.position for one in Expert.objects.order_by("pk")] == ["处长", "科长", "科长"]


@pytest.mark.shows("EXP-07")
def test_an_update_speaks_of_updating(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_updates, "MOST", 2)
    monkeypatch.setattr(import_updates.ExpertUpdater, "most", 2)
    experts = [make_expert(name, position="科长") for name in ("张伟", "李娜", "王芳")]
    client = login(Client(), admin)
    rows = [["专家编号", "职务"], *([one.number, "处长"] for one in experts)]
    page = upload(client, tmp_path, rows)
    assert "一次最多 2 行，其余的请分批" in page.content.decode()
    run = page.context["run"]
    told: list[int] = []
    run.state, run.confirmed_at = "running", timezone.now() - timedelta(hours=1)
    run.save()
    page = client.get(reverse("experts:update_run", args=[run.pk]))
    text = page.content.decode()
    assert "更新停下了" in text
    assert "没有任何档案会更新两次" in text
    assert "导入停下了" not in text
    assert "继续导入" not in text
    importer = import_updates.ExpertUpdater(actor=admin, now=timezone.now(), options={})
    table = [(at, row) for at, row in enumerate(rows[1:], 2)]
    codes = ["number", "position"]
    answers = Answers(shown={one["row"]: one["changes"] for one in read_findings(run)["changed"]})
    check_rows(
        importer,
        table,
        codes,
        keep=True,
        refused=lambda _: None,
        progress=told.append,
        answers=answers,
    )
    assert told[-1] == 2  # of those that are changed, not of the rows of the file
