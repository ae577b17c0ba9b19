"""Somebody with a new phone is found by name, employer and birthday, and is nobody's until he is ticked."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import RoleField, User
from tests.attacks.test_rights import make_role
from tests.core.importing.sheets import read_xlsx, refused_of, write_xlsx
from tests.experts.services.test_import_updates import upload
from tests.factories.accounts import change, make_user
from tests.factories.experts import make_expert, make_id_number, make_unit
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
HEAD = ["姓名", "手机号", "工作单位", "出生年月", "职务"]
UNIT = "湘潭市设计院"


@pytest.mark.shows("EXP-07")
def test_a_new_phone_is_shown_unticked_with_whose_it_may_be(admin: User, tmp_path: Path) -> None:
    expert = make_expert(
        "季昭钧", phone="13911110001", employer=make_unit(UNIT), birth_date="1975-10-15"
    )
    make_expert("季昭钧", phone="13911110003", birth_date="1960-01-01")
    client = login(Client(), admin)
    rows = [HEAD, ["季昭钧", "13911110002", UNIT, "1975-10", "处长"]]
    rows.append(["没有人", "13911110009", UNIT, "1975-10", "处长"])
    rows.append(["季昭钧", "13911110008", UNIT, "1981-10", "处长"])  # born at another time
    page = upload(client, tmp_path, rows)
    run, found = page.context["run"], page.context["found"]
    assert (run.accepted, run.reasons) == (1, {"库中没有这位专家": 2})
    assert [one["name"] for one in found["changed"]] == [str(expert)]
    assert page.context["passed_over"] == {2}
    assert "只有姓名、工作单位、出生日期相同：可能换了号码" in page.content.decode()
    confirm = reverse("experts:update_confirm", args=[run.pk])
    page = client.post(confirm, {"chosen": [2], "check": run.checks}, follow=True)
    if page.context["run"].state == "previewed":  # what was ticked was checked once more
        said = {"chosen": [2], "check": page.context["run"].checks}
        client.post(confirm, said, follow=True)
    expert.refresh_from_db()
    assert (expert.phone, expert.position) == ("13911110002", "处长")


def test_of_several_who_are_alike_the_number_is_asked_for(admin: User, tmp_path: Path) -> None:
    unit = make_unit(UNIT)
    experts = [make_expert("季昭钧", employer=unit) for _ in range(2)]
    rows = [HEAD, ["季昭钧", "13911110002", UNIT, "", "处长"]]
    run = upload(login(Client(), admin), tmp_path, rows).context["run"]
    told = refused_of(run)[0]["cells"][0]["detail"]
    assert "、".join(one.number for one in experts) in told
    assert "请在“专家编号”一列写明是哪一位" in told


def test_another_document_is_another_person(admin: User, tmp_path: Path) -> None:
    change(RoleField.objects.filter(role__code="admin"), level="plain")
    make_expert("季昭钧", employer=make_unit(UNIT), id_number=make_id_number("19751015"))
    rows = [["姓名", "身份证号", "工作单位", "职务"]]
    rows.append(["季昭钧", make_id_number("19751016"), UNIT, "处长"])
    run = upload(login(Client(), User.objects.get(pk=admin.pk)), tmp_path, rows).context["run"]
    assert run.reasons == {"库中没有这位专家": 1}


@pytest.mark.shows("EXP-08")
def test_the_import_names_him_to_whoever_gives_his_name(tmp_path: Path) -> None:
    clerk = make_user(roles=(make_role("experts.import", "experts.view"),))
    documents = [make_id_number("19751015"), make_id_number("19751016")]
    expert = make_expert("季昭钧", id_number=documents[0])
    make_expert("李娜", id_number=documents[1])
    rows = [["姓名", "手机号", "身份证号"]]
    rows += [["季昭钧", "13911110002", documents[0]], ["王芳", "13911110003", documents[1]]]
    content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    client = login(Client(), clerk)
    posted = {"file": SimpleUploadedFile("名单.xlsx", content)}
    run = client.post(reverse("experts:import"), posted, follow=True).context["run"]
    client.post(reverse("experts:import_confirm", args=[run.pk]), follow=True)
    refused = client.get(reverse("experts:import_refused", args=[run.pk]))
    whys = [row[1] for row in read_xlsx(io.BytesIO(refused.content))[1:]]
    assert f"已属于专家{expert}" in whys[0]
    assert "请由能查看的人核对" in whys[1]
    assert "李娜" not in whys[1]
