"""One value that cannot be opened any more takes no page down that shows many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.experts.models import Expert
from tests.core.importing.sheets import refused_of
from tests.experts.services.test_import_updates import upload
from tests.experts.views.test_files import content, table
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def altered(db: None) -> Expert:
    expert = make_expert("王小明", phone="13800138000", email="wang@example.cn")
    with connection.cursor() as cursor:
        cursor.execute(
            r"UPDATE experts_expert SET phone = '\x03deadbeef' || substr(phone, 6) WHERE id = %s",
            [expert.pk],
        )
    return expert


def test_the_list_says_so_in_its_cell(
    client: Client, admin: User, altered: Expert, caplog: pytest.LogCaptureFixture
) -> None:
    make_expert("李二", phone="13900139000")
    page = login(client, admin).get(reverse("experts:list"))
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count("无法读取") == 1
    assert "李二" in text
    assert any(f"phone of experts.Expert {altered.pk}" in line for line in caplog.messages)


def test_the_panorama_says_so_too(client: Client, admin: User, altered: Expert) -> None:
    page = login(client, admin).get(reverse("experts:detail", args=[altered.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "无法读取" in text
    assert "王小明" in text


def test_it_is_mended_by_the_form(client: Client, admin: User, altered: Expert) -> None:
    address = reverse("experts:edit", args=[altered.pk])
    page = login(client, admin).get(address)
    assert page.status_code == 200
    assert page.context["form"]["phone"].value() in (None, "")
    assert "无法读取" in page.context["form"]["phone"].help_text
    values = {
        name: value
        for name in page.context["form"].fields
        if (value := page.context["form"][name].value()) not in (None, "")
    }
    values |= {"version": page.context["editing"].version, "read": page.context["editing"].read}
    left = client.post(address, values)
    assert left.status_code == 422
    assert "无法读取" in left.content.decode() or "请填写" in left.content.decode()
    saved = client.post(address, values | {"phone": "13900139001"})
    assert saved.status_code == 204
    altered = Expert.objects.get(pk=altered.pk)
    assert altered.phone == "13900139001"
    entry = Entry.objects.filter(action="expert.update").latest("id")
    assert entry.before["phone"] == "无法读取"


def test_the_rest_of_an_export_is_written(client: Client, admin: User, altered: Expert) -> None:
    other = make_expert("李二", phone="13900139000")
    login(client, admin)
    rows = table(content(client.post(reverse("core:export", args=["experts.experts"]))))
    phones = {row["姓名"]: row["手机号"] for row in rows}
    assert phones == {altered.name: "无法读取", other.name: "13900139000"}


def test_an_update_by_a_table_leaves_his_row_out_and_takes_the_others(
    admin: User, altered: Expert, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    other = make_expert("李二", phone="13900139000")
    rows = [["专家编号", "职务"], [altered.number, "主任"], [other.number, "主任"]]
    run = upload(login(Client(), admin), tmp_path, rows).context["run"]
    assert (run.accepted, run.reasons) == (1, {"手机号不能这样改": 1})
    assert "无法读取" in refused_of(run)[0]["cells"][0]["detail"]


def test_an_update_that_gives_the_cell_mends_it(
    admin: User, altered: Expert, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    rows = [["专家编号", "手机号"], [altered.number, "13900139002"]]
    client = login(Client(), admin)
    page = upload(client, tmp_path, rows)
    (found,) = page.context["found"]["changed"]
    assert found["changes"] == [
        {"code": "phone", "label": "手机号", "before": "无法读取", "after": "13900139002"}
    ]
    confirm = reverse("experts:update_confirm", args=[page.context["run"].pk])
    client.post(confirm, {"chosen": [2]}, follow=True)
    assert Expert.objects.get(pk=altered.pk).phone == "13900139002"
