from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from expertpool.accounts.models import Role, User
from expertpool.audit.actions import FORMER_NAMES, LOG_ACTIONS, Action, FormerName
from expertpool.audit.exports import EntryExport
from expertpool.audit.queries import entries_for
from tests.audit.conftest import Note
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/audit/", "/audit/1/"])
def test_only_holders_of_the_right_see_the_log(
    client: Client, operator: User, admin: User, path: str
) -> None:
    assert login(client, operator).get(path).status_code == 403


@pytest.mark.shows("PRJ-20")
def test_no_role_has_a_way_to_change_the_log(client: Client, admin: User, note: Note) -> None:
    entry = note("原文")
    login(client, admin)
    for path in ("/audit/", f"/audit/{entry.pk}/"):
        for method in (client.post, client.put, client.patch, client.delete):
            method(path, {"note": "改过"})
    entry.refresh_from_db()
    assert entry.note == "原文"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_for_any_number_of_rows(
    client: Client,
    auditor: User,
    note: Note,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    for _ in range(rows):
        note(subject=auditor, actor=auditor)
    login(client, auditor)
    with django_assert_num_queries(7):
        # session, user, rights, count, rows, head of the chain, settings of the office
        client.get("/audit/", headers={"HX-Request": "true", "HX-Target": "list"})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["丙", "乙", "甲"]),
        ("actor=老张", ["乙"]),
        ("action=test.note&subject=丙", ["丙"]),
        ("action=user.create", []),
        ("address=10.", ["甲"]),
        ("days=2000-01-01", []),
        ("days=写错了", []),
    ],
)
def test_filters(
    client: Client, auditor: User, admin: User, note: Note, query: str, found: list[str]
) -> None:
    from expertpool.audit.context import address

    token = address.set("10.0.0.1")
    note("甲", actor=auditor)
    address.reset(token)
    note("乙", actor=admin)
    note("丙", subject=auditor)
    page = login(client, auditor).get(f"/audit/?{query}").context["page"]
    assert [entry.note for entry in page if entry.action == "test.note"] == found


def test_the_drawer_shows_what_was_before_and_after(
    client: Client, auditor: User, note: Note
) -> None:
    entry = note(
        "换手机", subject=auditor, before={"phone": "138****0001"}, after={"phone": "139****0002"}
    )
    page = login(client, auditor).get(f"/audit/{entry.pk}/").content.decode()
    for text in ("手机号", "138****0001", "139****0002", "换手机", bytes(entry.digest).hex()):
        assert text in page


def test_what_was_written_is_shown_as_text(client: Client, auditor: User, note: Note) -> None:
    entry = note("<script>alert(1)</script>", after={"<b>": "<img src=x>"})
    login(client, auditor)
    for path in ("/audit/", f"/audit/{entry.pk}/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x>" not in page


def test_the_export_has_the_rows_of_the_list(auditor: User, operator: User, note: Note) -> None:
    from django.http import QueryDict

    note("甲", actor=auditor)
    note("乙")
    export = EntryExport()
    rows = export.rows(auditor, QueryDict("actor=审计"))
    assert [[str(column.value(row)) for column in export.columns][7] for row in rows] == ["甲"]
    assert not export.rows(operator, QueryDict("")).exists()


def test_checking_the_chain_from_the_page(client: Client, auditor: User) -> None:
    response = login(client, auditor).post("/audit/verify/")
    assert response.status_code == 204


def test_an_entry_from_before_a_renaming_is_shown_and_found_by_todays_name(
    client: Client, auditor: User, note: Note
) -> None:
    entry = note("从前", subject=auditor)
    renamed = FormerName("test.note", "test.written"), FormerName("accounts.user", "accounts.role")
    written = Action("test.written", "写一笔")
    with LOG_ACTIONS.holding(written, alone=True), FORMER_NAMES.holding(*renamed, alone=True):
        login(client, auditor)
        page = client.get("/audit/", {"action": "test.written"}).content.decode()
        assert "从前" in page
        assert "写一笔" in page
        assert "角色" in client.get(f"/audit/{entry.pk}/").content.decode()
        assert list(entries_for(Role(pk=auditor.pk))) == [entry]
