"""Without the database a page answers 503 and tries again, not 500."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
import pytest
from django.db import OperationalError
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
