"""Conditions that keep the database busy for minutes: bounded when asked, ended when they take long."""

from __future__ import annotations

import json
from contextlib import nullcontext
from time import process_time
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config import commands, database
from config.unfinished import UnfinishedMiddleware, was_ended
from expertpool.accounts.models import User
from expertpool.core.criteria import CriteriaError, parse
from expertpool.core.criteria.fields import VALUELESS
from expertpool.core.criteria.registry import all_criteria
from expertpool.core.locks import allow_seconds
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
SUBJECT = "experts.expert"


def together(*ids: str) -> dict[str, Any]:
    return {"field": "specialty", "op": "all", "value": list(ids)}


@pytest.mark.shows("OPS-04")
def test_a_hundred_and_fifty_that_must_hold_together_are_refused(admin: User) -> None:
    codes = [str(number) for number in range(149)]
    with pytest.raises(CriteriaError, match="最多选择 10 项"):
        parse(SUBJECT, {"all": [{"not": together(*codes)}]}, viewer=admin)


def test_nor_by_many_conditions(admin: User) -> None:

    codes = [f"A{number}" for number in range(10)]
    parse(SUBJECT, {"any": [together(*codes)] * 3}, viewer=admin, known=True)
    with pytest.raises(CriteriaError, match="合计最多 30 项"):
        parse(SUBJECT, {"any": [together(*codes)] * 4}, viewer=admin, known=True)


MANY = [str(number) for number in range(20_000)]  # ten times as many as a list may hold
LONG = "9" * 20_000  # a hundred times as long as a text may be


@pytest.mark.shows("OPS-04")
def test_no_operator_of_any_field_takes_what_has_no_end(admin: User) -> None:
    """Refused before it costs anything, whatever the subject."""
    taken, slow, asked = [], [], 0
    with CaptureQueriesContext(connection) as statements:
        for subject, field in list(all_criteria()):
            for op in field.operator_labels():
                if op in VALUELESS:
                    continue
                # Nor where somebody else wrote it into a row.
                many = {"field": field.code, "op": op, "value": MANY}
                if is_taken(subject, many, None, stored=True):
                    taken.append((subject, field.code, op, "stored"))
                for value in (MANY, LONG, [LONG, LONG]):
                    asked += 1
                    leaf = {"field": field.code, "op": op, "value": value}
                    began = process_time()
                    if is_taken(subject, leaf, admin):
                        taken.append((subject, field.code, op, str(value)[:9]))
                    if process_time() - began > 1:
                        slow.append((subject, field.code, op, str(value)[:9]))
    assert asked > 500
    assert not slow
    assert not taken
    # Nor is the database asked which of them there are.
    assert max(len(one["sql"]) for one in statements) < 5 * len(MANY)


def is_taken(
    subject: str, leaf: dict[str, Any], viewer: User | None, *, stored: bool = False
) -> bool:
    try:
        parse(subject, leaf, viewer=viewer, stored=stored)
    except CriteriaError:
        return False
    return True


def test_a_statement_that_takes_too_long_is_ended_and_told() -> None:
    with pytest.raises(OperationalError) as ended:
        sleep_beyond(1)
    assert was_ended(ended.value)
    request = RequestFactory().get("/experts/")
    request.resolver_match = None
    answer = UnfinishedMiddleware(lambda _: None).process_exception(request, ended.value)  # type: ignore[arg-type, return-value]
    assert answer is not None
    assert answer.status_code == 503
    assert "减少条件" in answer.content.decode()
    # Who writes has waited for an import, say.
    request = RequestFactory().post("/directory/units/1/merge/", headers={"hx-request": "true"})
    request.resolver_match = None
    answer = UnfinishedMiddleware(lambda _: None).process_exception(request, ended.value)  # type: ignore[arg-type, return-value]
    assert answer is not None
    told = json.loads(answer["HX-Trigger"])["toast"]["message"]
    assert "减少条件" not in told
    assert "可能正在导入或批量更新同样的内容，请等它完成后再试" in told


def test_each_kind_of_process_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_most_seconds", 0)
    assert "statement_timeout" not in str(database.database_settings())
    database.limit_statements(database.PAGE_SECONDS)
    assert "-c statement_timeout=20s" in database.database_settings()["OPTIONS"]["options"]


@pytest.mark.parametrize(
    ("command", "seconds"), [("work", [database.JOB_SECONDS]), ("shell", []), ("migrate", [])]
)
def test_jobs_have_theirs_and_commands_none(
    command: str, seconds: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    monkeypatch.setattr(commands, "limit_statements", given.append)
    monkeypatch.setattr(commands, "database_running", nullcontext)
    for name in ("end_on_signals", "end_with_supervisor", "connect_as_owner"):
        monkeypatch.setattr(commands, name, lambda: None)
    monkeypatch.setattr(commands, "_execute", lambda _arguments: None)
    commands.django_command([command])
    assert given == seconds


def test_a_draw_has_its_own() -> None:
    for _ in range(2):
        make_expert()
    with CaptureQueriesContext(connection) as asked:
        make_draw(now=timezone.now(), seats=1)
    assert any("statement_timeout" in one["sql"] and "120s" in one["sql"] for one in asked)


@transaction.atomic
def sleep_beyond(seconds: int) -> None:
    allow_seconds(seconds)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")
