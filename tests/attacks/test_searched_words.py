"""Whoever searches by a telephone leaves it in clear nowhere: not in the log, in which somebody reads it who sees it masked at its
expert; not in the tables of exports and of searches that are kept (docs/decisions/0525)."""

from __future__ import annotations

from importlib import import_module
from urllib.parse import parse_qs, urlencode

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations import RunPython
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.mandates import forged_rows
from expertpool.core.models import ExportRun, SavedSearch
from expertpool.core.saved_searches import delete_search, kept_on
from expertpool.core.text import masked_query
from tests.factories.accounts import make_user
from tests.factories.experts import NOW, make_expert
from tests.fixtures import login

PHONE, ID = "13800000007", "110101199003074514"


def said(table: str, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(encode({column}, 'escape'), '') FROM {table}")  # noqa: S608 (ours)
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (PHONE, "138****0007"),
        (f"张 {PHONE}，李", "张 138****0007，李"),
        ("138 0000 0007", "138******0007"),
        ("１３８００００0007", "138****0007"),
        # So does a search read it.
        ("１３８００００\u3000０００７", "138*****0007"),
        ("13-800-000-007", "13-*******-007"),
        ("1380000 0007", "138*****0007"),
        ("+86\u00a0138\t0000\u20030007", "*" * 13 + "0007"),
        ("1990-1 2020-10", "199*******0-10"),
        ("王小明 1380000\u30000007", "王小明 138*****0007"),
        # So does whoever reads the log.
        ("138.0000.0007", "138******0007"),
        ("138/0000/0007", "138******0007"),
        ("138–0000–0007", "138******0007"),
        ("1380000\u00ad0007", "138****0007"),
        ("١٣٨٠٠٠٠٠٠٠٧", "138****0007"),
        ("手机13800000007呀", "手机138****0007呀"),
        ("tel13800000007", "tel138****0007"),
        ("1380\u200b0000007", "138****0007"),
        ("0571-88776655", "*********6655"),
        (ID, "1101************14"),
        ("11010119900307451X", "1101************1X"),
        ("6222021234567890123", "***************0123"),
        ("6222 0212 3456 7890 123", "*" * 19 + " 123"),
        ("E12345678", "E1*****78"),
        ("mi@example.org", "m***@example.org"),
        # Nothing of a person.
        *((same, same) for same in ("ZJ2026000263", "2026-11-30", "高工", "20261130", "x2")),
        *((same, same) for same in ("2026-11-30 2026-12-01", "20261130-20261201", "（甲）　乙")),
    ],
)
def test_what_is_of_a_person_is_masked(typed: str, shown: str) -> None:
    assert parse_qs(masked_query(urlencode({"q": typed, "tab": "formal"}))) == {
        "q": [shown],
        "tab": ["formal"],
    }


def test_a_search_that_names_nobody_is_logged_as_it_was() -> None:
    asked = "q=%E9%AB%98%E5%B7%A5&tab=formal&columns="
    assert masked_query(asked) == asked


@pytest.mark.django_db
@pytest.mark.parametrize("number", [PHONE, ID])
def test_an_export_leaves_it_nowhere(admin: User, number: str) -> None:
    make_expert("王小明", phone=PHONE)
    client = login(Client(), admin)
    address = reverse("core:export", args=["experts.experts"])
    assert client.post(f"{address}?q={number}").status_code == 200
    entry = Entry.objects.get(action="export.finish")
    assert number not in str(entry.after)
    assert number[-2:] in str(entry.after)
    assert number not in said("core_exportrun", "params")
    run = ExportRun.objects.get()
    assert run.params == f"q={number}"
    # What somebody writes there, or takes from another run, is nobody's order.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_exportrun SET params = 'q=1'")
    assert forged_rows(now=run.created_at) == {"导出": 1}


@pytest.mark.django_db
def test_a_search_that_is_kept_leaves_it_nowhere_and_works(admin: User, operator: User) -> None:
    client = login(Client(), operator)
    address = f"{reverse('core:saved_add', args=['experts'])}?q={PHONE}"
    assert client.post(address, {"name": "他", "shared": "on"}).status_code < 400
    assert PHONE not in said("core_savedsearch", "query")
    (offered,) = kept_on(operator, "experts")["saved"]
    assert offered.url.endswith(f"?q={PHONE}")
    delete_search(search=SavedSearch.objects.get(), actor=admin, now=NOW)
    (entry,) = Entry.objects.filter(action="notifications.search_clear")
    assert PHONE not in str(entry.before)


@pytest.mark.django_db
def test_one_that_somebody_altered_stops_no_page(admin: User) -> None:
    make_user("operator", username="other")
    SavedSearch.objects.create(page="experts", name="甲", query="q=1", owner=admin, created_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_savedsearch SET query = 'q=2'")
    (offered,) = kept_on(admin, "experts")["saved"]
    assert (offered.name, offered.url) == ("甲（无法读取）", "")
    assert login(Client(), admin).get(reverse("experts:list")).status_code == 200


@pytest.mark.django_db
def test_what_stood_there_is_encrypted(admin: User) -> None:
    SavedSearch.objects.create(page="experts", name="甲", query="", owner=admin, created_at=NOW)
    module = import_module("expertpool.core.migrations.0027_searches_are_sealed")
    seal = [one for one in module.Migration.operations if isinstance(one, RunPython)][-1]
    connection.check_constraints()
    with connection.schema_editor() as editor:
        editor.execute("ALTER TABLE core_savedsearch ADD query_clear text NOT NULL DEFAULT ''")
        editor.execute(f"UPDATE core_savedsearch SET query_clear = 'q={PHONE}'")  # noqa: S608 (ours)
        seal.code(apps, editor)
    assert SavedSearch.objects.get().query == f"q={PHONE}"
    assert PHONE not in said("core_savedsearch", "query")
    with connection.schema_editor() as editor:
        editor.execute("UPDATE core_savedsearch SET query_clear = ''")
        seal.reverse_code(apps, editor)
        with connection.cursor() as cursor:
            cursor.execute("SELECT query_clear FROM core_savedsearch")
            assert cursor.fetchone() == (f"q={PHONE}",)
        editor.execute("ALTER TABLE core_savedsearch DROP query_clear")
