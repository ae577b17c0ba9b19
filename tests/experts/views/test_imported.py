"""The experts of one import are found together, and can be taken back together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.models import ImportRun
from expertpool.experts.models import Expert
from tests.core.importing.sheets import write_xlsx
from tests.core.importing.test_import_pages import HEAD, post, post_update, standing, upload
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def names_on(page: Any) -> set[str]:
    return {row.name for row in page.context["page"]}


def imported(client: Client, tmp_path: Path, *names: str) -> Any:
    rows = [[name, f"139{hash(name) % 10**8:08d}"] for name in names]
    page = upload(client, tmp_path, [HEAD, *rows])
    return post(client, "confirm", page.context["run"], standing(page))


@pytest.mark.shows("EXP-08")
def test_the_page_of_an_import_leads_to_exactly_its_experts(client: Client, tmp_path: Path) -> None:
    make_expert(name="在先")
    imported(client, tmp_path, "甲", "乙")
    page = imported(client, tmp_path, "丙", "丁")
    link = page.context["kept_link"]
    assert f'href="{link}"' in page.content.decode()
    listed = client.get(link)
    assert names_on(listed) == {"丙", "丁"}
    assert "导入 名单.xlsx（" in listed.context["conditions"]
    assert "2 行" in listed.context["conditions"]
    asked = {"all": "1", "count": 2, "at": timezone.now().isoformat(), "reason": "名单有误"}
    address = reverse("experts:delete_many") + link[link.index("?") :]
    client.post(address, asked, headers={"HX-Request": "true"})
    kept = Expert.objects.exclude(status="deleted")
    assert {one.name for one in kept} == {"在先", "甲", "乙"}


@pytest.mark.shows("EXP-08")
def test_the_page_of_an_update_leads_to_whom_it_changed(client: Client, tmp_path: Path) -> None:
    make_expert(name="张伟", phone="13911110001")
    make_expert(name="李娜", phone="13911110002")
    rows = [[*HEAD, "职务"], ["张伟", "13911110001", "处长"]]
    content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    posted = {"file": SimpleUploadedFile("职务.xlsx", content)}
    page = client.post(reverse("experts:update"), posted, follow=True)
    done = post_update(client, page, standing(page))
    listed = client.get(done.context["kept_link"])
    assert names_on(listed) == {"张伟"}
    assert "更新 1 行" in listed.context["conditions"]


@pytest.mark.shows("EXP-08")
def test_an_import_of_somebody_else_or_long_ago_finds_nobody_and_says_so(
    client: Client, tmp_path: Path
) -> None:
    link = imported(client, tmp_path, "甲").context["kept_link"]
    other = login(Client(), make_user("operator"))
    for page in (other.get(link), client.get(link + "0")):
        assert not names_on(page)
        assert "没有您的这次导入，或记录已过期删除" in page.content.decode()
    ImportRun.objects.all().delete()
    assert not names_on(client.get(link))


def test_experts_are_found_by_the_day_they_came_in(client: Client) -> None:
    old, new = make_expert(name="旧"), make_expert(name="新")
    Expert.objects.filter(pk=old.pk).update(created_at="2025-03-01T10:00:00+08:00")
    Expert.objects.filter(pk=new.pk).update(created_at="2026-03-01T23:30:00+08:00")
    page = client.get(reverse("experts:list"), {"entered": "2026-03-01 至 2026-03-01"})
    assert names_on(page) == {"新"}
    assert "入库时间 2026-03-01 至 2026-03-01" in page.context["conditions"]


@pytest.mark.shows("EXP-08")
def test_who_admits_finds_the_experts_of_an_import_of_somebody_else(
    client: Client, tmp_path: Path
) -> None:
    operator = make_user("operator")
    imported(login(Client(), operator), tmp_path, "甲", "乙")
    run = ImportRun.objects.get()
    make_expert(name="丙", status="pending")
    pending = client.get(reverse("experts:list"), {"tab": "pending", "run": run.pk})
    assert names_on(pending) == {"甲", "乙"}
    assert f"{operator.name}：名单.xlsx" in pending.content.decode()
    # Nobody waits any more: there is nothing to find.
    Expert.objects.filter(source="import").update(status="formal")
    listed = client.get(reverse("experts:list"), {"tab": "pending"})
    assert f"{operator.name}：名单.xlsx" not in listed.content.decode()
