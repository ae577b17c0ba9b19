"""Without the database a page answers 503 and tries again, not 500."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
import pytest
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.test import Client
from psycopg.errors import UniqueViolation


def refuse(cause: Exception) -> Callable[[object], None]:
    def get_user(_request: object) -> None:
        raise OperationalError(str(cause)) from cause

    return get_user


def answer(monkeypatch: pytest.MonkeyPatch, cause: Exception, **headers: str) -> HttpResponse:
    monkeypatch.setattr("django.contrib.auth.middleware.get_user", refuse(cause))
    client = Client(raise_request_exception=False)
    found: HttpResponse = client.get("/experts/", headers=headers)
    return found


@pytest.mark.django_db
def test_a_page_says_that_the_database_is_away_and_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    away = psycopg.OperationalError("connection failed: Connection refused")
    found = answer(monkeypatch, away)
    assert found.status_code == 503
    assert found["Refresh"] == found["Retry-After"] == "15"
    assert "数据库暂时连不上" in found.content.decode()
    told = answer(monkeypatch, away, hx_request="true")
    toast = json.loads(told["HX-Trigger"])["toast"]
    assert "数据库暂时连不上，没有改动任何内容" in toast["message"]


@pytest.mark.django_db
def test_what_the_database_answers_is_an_error_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    found = answer(monkeypatch, UniqueViolation("duplicate key"))
    assert found.status_code == 500
    assert "数据库暂时连不上" not in found.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("is_htmx", [False, True])
def test_of_what_was_sent_it_says_that_it_may_be_kept(
    monkeypatch: pytest.MonkeyPatch, is_htmx: bool
) -> None:
    """The server may have died between keeping it and saying so, and the transaction then cannot be undone either."""

    def get_user(_request: object) -> None:
        try:
            raise OperationalError("gone") from psycopg.errors.AdminShutdown("gone")
        except OperationalError:
            raise transaction.TransactionManagementError("cannot be undone")  # noqa: B904

    monkeypatch.setattr("django.contrib.auth.middleware.get_user", get_user)
    client = Client(raise_request_exception=False)
    found = client.post("/experts/", headers={"hx-request": "true"} if is_htmx else {})
    told = found["HX-Trigger"] if is_htmx else found.content.decode()
    told = json.loads(told)["toast"]["message"] if is_htmx else told
    assert "数据库暂时连不上" in told
    assert "可能没有保存" in told
    assert "没有改动任何内容" not in told
    assert is_htmx or (found.status_code == 503 and "Refresh" not in found)
