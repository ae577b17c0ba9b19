"""A list that says when terms begin, and not when they end."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.services.import_terms import BY_OFFICE, TERM
from tests.core.importing.test_import_pages import HEAD, post, standing, upload
from tests.fixtures import login

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("media"),
    pytest.mark.shows("EXP-07"),
]
ROWS = [
    [*HEAD, "聘期开始"],
    ["甲真", "13911110001", "2026-03-01"],
    ["甲善", "13911110002", ""],
]
SAID = {"column-0": "name", "column-1": "phone", "column-2": "term_start_date"}


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def ends(client: Client, page: Any) -> dict[str, date | None]:
    post(client, "confirm", page.context["run"], standing(page))
    return {one.name: one.term_end_date for one in Expert.objects.all()}


@pytest.mark.parametrize(
    ("said", "end"), [({}, None), ({TERM: ""}, None), ({TERM: BY_OFFICE}, date(2029, 2, 28))]
)
def test_until_when_is_asked_and_for_good_is_the_default(
    client: Client, tmp_path: Path, said: dict[str, str], end: date | None
) -> None:
    page = upload(client, tmp_path, ROWS)
    run = page.context["run"]
    assert run.needs_mapping
    assert "每位自聘期开始起 3 年" in page.content.decode()
    assert page.context["form"][TERM].value() == ""
    page = client.post(reverse("experts:import_mapping", args=[run.pk]), SAID | said, follow=True)
    found = ends(client, page)
    assert found["甲真"] == end


def test_a_beginning_that_is_chosen_by_hand_is_asked_about_once(
    client: Client, tmp_path: Path
) -> None:
    rows = [[*ROWS[0][:2], "某日"], *ROWS[1:]]
    run = upload(client, tmp_path, rows).context["run"]
    mapping = reverse("experts:import_mapping", args=[run.pk])
    page = client.post(mapping, SAID)
    assert page.status_code == 422
    assert "请回答上面新出现的问题（聘期到什么时候）" in page.content.decode()
    assert f'name="{TERM}"' in page.content.decode()
    page = client.post(mapping, SAID | {TERM: BY_OFFICE}, follow=True)
    assert ends(client, page)["甲真"] == date(2029, 2, 28)


def test_where_a_column_says_it_nothing_is_asked(client: Client, tmp_path: Path) -> None:
    rows = [[*ROWS[0], "聘期至"], [*ROWS[1], "2027-01-01"], [*ROWS[2], ""]]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].is_previewed
    assert ends(client, page)["甲真"] == date(2027, 1, 1)
