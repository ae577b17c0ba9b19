"""Pages of simple tables, shown by titles and divisions of the directory."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.directory.models import Division, Title
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def test_the_list_searches_sorts_and_tabs(client: Client, admin: User) -> None:
    login(client, admin)
    page = client.get("/directory/titles/?q=会计&sort=name").content.decode()
    assert "高级会计师" in page
    assert "主治医师" not in page
    assert "新增职称" in page
    part = client.get(
        "/directory/titles/?tab=1", headers={"HX-Request": "true", "HX-Target": "list"}
    )
    assert part["Vary"].startswith("HX-Request, HX-Target")
    text = part.content.decode()
    assert "<html" not in text
    assert "助教" in text
    assert "副教授" not in text


def test_the_list_costs_the_same_for_more_rows(client: Client, admin: User) -> None:
    login(client, admin)
    costs = []
    for query in ("q=济源", "size=100"):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/directory/divisions/?{query}")
        costs.append(len(queries))
    assert costs[0] == costs[1] < 12


def test_a_row_is_added_and_logged(client: Client, admin: User) -> None:
    login(client, admin)
    form = client.get("/directory/titles/new/?level=4")
    assert '<option value="4" selected>' in form.content.decode()
    response = client.post("/directory/titles/new/", {"name": "首席专家", "level": 4})
    assert (response.status_code, "list:refresh" in response["HX-Trigger"]) == (204, True)
    assert Title.objects.get(name="首席专家").level == 4
    entry = Entry.objects.get(action="directory.create")
    assert (entry.actor, entry.before, entry.after) == (
        admin,
        None,
        {"name": "首席专家", "level": 4},
    )


def test_what_is_wrong_comes_back_with_the_form(client: Client, admin: User) -> None:
    response = login(client, admin).post("/directory/titles/new/", {"name": "教授", "level": 4})
    assert response.status_code == 422
    assert "这个职称已经有了，请换一个。" in response.content.decode()
    assert 'value="教授"' in response.content.decode()


def test_a_row_is_changed_and_without_a_change_nothing_is_logged(
    client: Client, admin: User
) -> None:
    login(client, admin)
    title = Title.objects.get(name="教授")
    url = f"/directory/titles/{title.pk}/"
    assert client.post(url, {"name": "教授", "level": 4}).status_code == 204
    assert not Entry.objects.filter(action__startswith="directory.").exists()
    assert client.post(url, {"name": "二级教授", "level": 4}).status_code == 204
    entry = Entry.objects.get(action="directory.update")
    assert (entry.before["name"], entry.after["name"]) == ("教授", "二级教授")


def test_a_row_is_deleted_unless_in_use(client: Client, admin: User) -> None:
    login(client, admin)
    title = Title.objects.get(name="教授")
    assert client.post(f"/directory/titles/{title.pk}/delete/").status_code == 204
    assert not Title.objects.filter(name="教授").exists()
    refused = client.post("/directory/divisions/410000/delete/")
    assert refused.status_code == 409
    assert Division.objects.filter(pk="410000").exists()
    assert client.get("/directory/divisions/410000/delete/").status_code == 405


def test_rows_that_are_not_there_are_404(client: Client, admin: User) -> None:
    login(client, admin)
    for pk in ("999999999", "x", "%20"):
        assert client.get(f"/directory/titles/{pk}/").status_code == 404


def test_who_may_only_see_finds_no_buttons(client: Client, admin: User) -> None:
    admin.roles.get().permissions.filter(code="directory.edit").delete()
    login(client, admin)
    page = client.get("/directory/titles/").content.decode()
    assert "新增职称" not in page
    assert "/delete/" not in page
    assert client.get("/directory/titles/new/").status_code == 403
    assert client.post("/directory/titles/new/", {"name": "x", "level": 1}).status_code == 403


def test_an_empty_table_says_so_and_a_search_in_vain_says_otherwise(
    client: Client, admin: User
) -> None:
    login(client, admin)
    assert "还没有专家分组" in client.get("/experts/tags/").content.decode()
    assert "没有符合条件的记录" in client.get("/experts/tags/?q=执业").content.decode()
