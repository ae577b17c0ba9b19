"""Two lists side by side: nobody gets what stands beside his neighbour."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from tests.core.importing.test_import_pages import HEAD, post, said, standing, upload
from tests.core.importing.test_series import held
from tests.experts.services.test_import_updates import upload as upload_update
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("left", "right"),
    [
        (["姓名", "手机号", "专业", ""], ["姓名", "手机号", "专业"]),
        (["姓名1", "手机号1", "专业1", ""], ["姓名2", "手机号2", "专业2"]),
        (["专业", "姓名", "手机号"], ["专业", "姓名", "手机号"]),
    ],
    ids=["a gap", "numbers", "no gap"],
)
def test_a_second_list_is_another_persons(
    client: Client, tmp_path: Path, left: list[str], right: list[str]
) -> None:
    cells = {"姓": ("甲", "乙"), "手": ("13911110001", "13911110002"), "专": ("A010101", "A080101")}
    row = [cells[header[0]][0] if header else "" for header in left]
    row += [cells[header[0]][1] for header in right]
    last = ["" for _ in left] + row[len(left) :]
    page = upload(client, tmp_path, [[*left, *right], row, last])
    run = page.context["run"]
    assert not run.is_previewed
    assert "像是左右两栏" in page.content.decode()
    codes = {"姓": "name", "手": "phone", "专": "specialties"}
    chosen = {f"column-{at}": codes[header[0]] for at, header in enumerate(left) if header}
    page = post(client, "mapping", run, said(run) | chosen)
    run = page.context["run"]
    assert (run.total, run.accepted) == (1, 1)
    letter = "E" if "" in left else "D"
    assert f"{letter} 列起像是右边一栏的人，没有导入" in page.content.decode()
    assert list(page.context["found"]["remarks"]) == ["3"]  # the right half alone
    post(client, "confirm", run, standing(page))
    assert held() == {"甲": ["A010101"]}


@pytest.mark.shows("EXP-07")
def test_two_telephones_and_two_specialties_are_one_persons(client: Client, tmp_path: Path) -> None:
    head = [*HEAD, "手机号", "职务", "职务", "评审专业", "评审专业"]
    row = ["甲", "13911110001", "", "", "处长", "A010101", "A080101"]
    page = upload(client, tmp_path, [head, row])
    assert page.context["run"].is_previewed
    post(client, "confirm", page.context["run"], standing(page))
    assert held() == {"甲": ["A010101", "A080101"]}


@pytest.mark.shows("EXP-07")
def test_a_list_that_updates_is_looked_at_likewise(client: Client, tmp_path: Path) -> None:
    head = ["手机号", "职务", "专业"]
    rows = [[*head, *head], ["13911110001", "处长", "A010101", "13911110002", "科长", "A080101"]]
    run = upload_update(client, tmp_path, rows).context["run"]
    assert run.mapping == ["phone", "position", "specialties", "", "", ""]
    assert not Expert.objects.exists()
