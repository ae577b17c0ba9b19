"""A list of people who are in the pool, and the imports that somebody began."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.models import ImportRun
from expertpool.core.models.imports import ImportState
from tests.core.importing.sheets import write_xlsx
from tests.factories.experts import NOW, make_expert
from tests.fixtures import login

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("media"),
    pytest.mark.shows("EXP-07"),
]


def uploaded(client: Client, folder: Path) -> Any:
    rows = [
        ["姓名", "手机号", "职务"],
        ["甲真", "13911110001", "所长"],
        ["甲善", "13911110002", ""],
    ]
    path = write_xlsx(folder / "a.xlsx", rows)
    posted = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "status": "formal"}
    return client.post(reverse("experts:import"), posted, follow=True)


def test_people_who_are_in_the_pool_lead_to_an_update_with_the_same_file(
    admin: User, tmp_path: Path
) -> None:
    make_expert(name="甲真", phone="13911110001")
    client = login(Client(), admin)
    page = uploaded(client, tmp_path)
    run = page.context["run"]
    link = reverse("experts:import_update", args=[run.pk])
    assert page.context["updates"] == link
    assert "用这个文件批量更新" in page.content.decode()
    page = client.post(link, follow=True)
    again = page.context["run"]
    assert (again.importer, again.file_name) == ("expert-updates", "a.xlsx")
    (changed,) = page.context["found"]["changed"]
    assert changed["name"].startswith("甲真")
    run.refresh_from_db()
    assert run.is_previewed
    client.post(reverse("experts:import_confirm", args=[run.pk]), {"check": run.checks})
    page = client.get(reverse("experts:import_run", args=[run.pk]))
    assert page.context["updates"] == reverse("experts:update")


def test_what_stands_twice_in_the_file_alone_leads_to_no_update(
    admin: User, tmp_path: Path
) -> None:
    rows = [["姓名", "手机号"], ["甲真", "13911110001"], ["甲善", "13911110001"]]
    content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    posted = {"file": SimpleUploadedFile("a.xlsx", content), "status": "formal"}
    page = login(Client(), admin).post(reverse("experts:import"), posted, follow=True)
    assert page.context["run"].reasons == {"手机号重复": 1}
    assert page.context["updates"] == ""


def test_a_list_of_new_people_leads_to_no_update(admin: User, tmp_path: Path) -> None:
    page = uploaded(login(Client(), admin), tmp_path)
    assert page.context["updates"] == ""


def test_imports_that_wait_come_first_and_all_can_be_found(admin: User) -> None:
    for at in range(25):
        state = ImportState.PREVIEWED if at == 0 else ImportState.DONE
        ImportRun.objects.create(
            user=admin,
            importer="experts",
            file_name=f"{at}.xlsx",
            state=state,
            created_at=NOW.replace(minute=at),
            finished_at=NOW if at else None,
            expires_at=NOW,
        )
    client = login(Client(), admin)
    names = [one.file_name for one in client.get(reverse("experts:import")).context["recent"]]
    assert names[:2] == ["0.xlsx", "24.xlsx"]
    page = client.get(f"{reverse('experts:import')}?page=2")
    assert [one.file_name for one in page.context["recent"]] == [f"{at}.xlsx" for at in "54321"]
