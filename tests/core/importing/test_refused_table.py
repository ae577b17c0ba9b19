"""The table of what cannot be taken, before anything is confirmed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from expertpool.accounts.models import User
from expertpool.core.models import ImportRun
from expertpool.experts.models import Expert
from expertpool.experts.services.importing import ExpertImporter
from tests.core.importing.test_import_pages import post, upload
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
BAD = 150  # more than the page shows


def tables(client: Client, run: ImportRun) -> list[list[list[Any]]]:
    """Return the rows below the headers of each sheet of the table."""
    answer = client.get(reverse("experts:import_refused", args=[run.pk]))
    assert answer.status_code == 200
    content = b"".join(answer) if answer.streaming else answer.content
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [book.get_sheet_by_index(at).to_python()[1:] for at in range(3)]


@pytest.mark.shows("EXP-07")
def test_all_that_cannot_be_taken_is_in_the_table_before_it_is_confirmed(
    admin: User, tmp_path: Path
) -> None:
    client = login(Client(), admin)
    bad = [[f"甲{at}", f"139{at:08d}", "wang.example"] for at in range(BAD)]
    page = upload(client, tmp_path, [["姓名", "手机号", "邮箱"], *bad])
    run = page.context["run"]
    if run.state == "mapping":  # of which no cell can be taken is asked first
        said = {f"column-{at}": code for at, code in enumerate(("name", "phone", "email"))}
        page = post(client, "mapping", run, said)
        run = page.context["run"]
    assert (run.state, run.accepted) == ("previewed", 0)
    assert reverse("experts:import_refused", args=[run.pk]) in page.content.decode()
    rows, cells, _ = tables(client, run)
    assert [row[2:] for row in rows] == bad
    assert len(cells) == BAD
    assert cells[-1][1:4] == [f"甲{BAD - 1}", "邮箱", "wang.example"]
    assert (bool(cells[-1][4]), cells[-1][5]) == (True, "整行不能导入")
    # After what was typed on the page it is that of the new check.
    run.refresh_from_db()
    post(client, "answers", run, {"check": run.checks, "cell-2-email": "a@example.cn"})
    rows, cells, _ = tables(client, run)
    assert (len(rows), len(cells), rows[0][2]) == (BAD - 1, BAD - 1, "甲1")
    run.refresh_from_db()
    assert (run.state, run.accepted, Expert.objects.count()) == ("previewed", 1, 0)
    # Once it is confirmed, it is what was really left out.
    client.post(reverse("experts:import_confirm", args=[run.pk]), {"check": run.checks})
    _, cells, _ = tables(client, run)
    assert {cell[5] for cell in cells} == {"整行没有导入"}


def test_the_table_of_a_long_file_says_how_far_it_was_checked(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ExpertImporter, "previewed", 2)
    client = login(Client(), admin)
    rows = [["姓名", "手机号"], ["甲0", "13911110001"], *([f"甲{at}", "139"] for at in (1, 2, 3))]
    run = upload(client, tmp_path, rows).context["run"]
    told, _, _ = tables(client, run)
    assert [row[2] for row in told] == ["甲1", ""]
    assert told[-1][1] == "只检查了前 2 行，其余的在确认以后检查。"
