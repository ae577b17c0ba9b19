from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from psycopg.errors import AdminShutdown, QueryCanceled
from pytest_django.fixtures import Settings

from expertpool.accounts.models import User
from expertpool.core.client import IN_DOUBT
from expertpool.files.services import attach
from tests.api.caller import ROOT, Caller, assert_problem
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db


def send(caller: Caller, body: bytes, content_type: str = "application/json") -> Any:
    return caller._client.post(
        f"{ROOT}/projects", body, content_type=content_type, headers=caller._headers()
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_is_told(applicant: Caller, body: bytes) -> None:
    assert_problem(send(applicant, body), 400, "malformed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"budget": NaN}', "budget"),
        (b'{"budget": -Infinity}', "budget"),
        (b'{"representatives": %s}' % (b"9" * 5000), "representatives"),
        (b'{"name": "a\\u0000b"}', "name"),
        (b'{"purchaser": {"name": "\\ud800"}}', "purchaser.name"),
        (b'{"fields": {"x1": ["\\u202e"]}}', "fields.x1.0"),
        (b'{"a\\u0000": 1}', ""),
    ],
)
def test_what_nothing_can_hold_is_named(applicant: Caller, body: bytes, field: str) -> None:
    problem = assert_problem(send(applicant, body), 422, "invalid-values")
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_body_that_is_too_big_is_told(applicant: Caller, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert_problem(send(applicant, b'{"name": "%s"}' % (b"x" * 200)), 413, "too-big")


def test_a_broken_form_is_told(applicant: Caller) -> None:
    answer = applicant._client.post(
        f"{ROOT}/attachments",
        b"nonsense",
        content_type="multipart/form-data",
        headers=applicant._headers(),
    )
    assert_problem(answer, 400, "malformed")


def test_a_nul_in_the_address_is_told(applicant: Caller) -> None:
    problem = assert_problem(applicant.get("/projects", {"q": "a\x00"}), 422, "invalid-values")
    assert [error["field"] for error in problem["errors"]] == ["q"]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"name": None}, "name", "应为文字"),
        ({"name": "  "}, "name", "至少 1 个字"),
        ({"name": "长" * 201}, "name", "最多 200 个字"),
        ({"regime": "other"}, "regime", "只能是 'tender', 'procurement' 或 'internal'"),
        ({"budget": "1.234"}, "budget", "小数最多 2 位"),
        ({"budget": -1}, "budget", "不能小于 0"),
        ({"duration_minutes": 1.5}, "duration_minutes", "应为整数"),
        (
            {"opening_at": "2030-01-01T09:30:00"},
            "opening_at",
            "时间应带时区，如 2026-12-01T09:30:00+08:00",
        ),
        ({"opening_at": "0001-01-01T00:00:00Z"}, "opening_at", "应在 2000 年至 2099 年之间"),
        ({"purchaser": {"uscc": "x" * 19}}, "purchaser.uscc", "最多 18 个字"),
        ({"colour": "red"}, "colour", "没有这个字段，请核对名称"),
    ],
)
def test_wrong_values_are_named_in_chinese(
    applicant: Caller, application: dict[str, Any], change: Any, field: str, message: str
) -> None:
    problem = assert_problem(
        applicant.post("/projects", application | change), 422, "invalid-values"
    )
    assert problem["errors"] == [{"field": field, "message": message}]
    assert problem["detail"] == f"{message}。"


def test_missing_values_are_all_named(applicant: Caller) -> None:
    problem = assert_problem(applicant.post("/projects", {}), 422, "invalid-values")
    fields = {error["field"] for error in problem["errors"]}
    assert {"name", "regime", "department_id", "opening_at", "place"} <= fields
    assert {error["message"] for error in problem["errors"]} == {"必须填写"}


def test_what_the_model_refuses_is_named(applicant: Caller, application: dict[str, Any]) -> None:
    application["check_in_at"] = "2099-01-01T00:00:00Z"
    problem = assert_problem(applicant.post("/projects", application), 422, "invalid-values")
    assert problem["errors"] == [
        {"field": "check_in_at", "message": "报到时间不能晚于评审开始时间。"}
    ]


def test_wrong_parameters_are_named(applicant: Caller) -> None:
    problem = assert_problem(applicant.get("/projects", {"size": 101}), 422, "invalid-values")
    assert problem["errors"] == [{"field": "size", "message": "不能大于 100"}]
    problem = assert_problem(applicant.get("/projects/abc"), 422, "invalid-values")
    assert problem["errors"] == [{"field": "project_id", "message": "应为整数"}]


def test_what_does_not_exist_is_told(applicant: Caller) -> None:
    assert_problem(applicant.get("/projects/9223372036854775807"), 404, "not-found")


def test_an_unexpected_error_is_told_without_its_cause(
    applicant: Caller, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The storage of files breaks in a way that nobody has thought of."""
    project = make_project(applicant=applicant.user)
    stored = attach(
        subject=project,
        uploaded_file=SimpleUploadedFile("a.pdf", b"%PDF-1.7"),
        actor=applicant.user,
        now=timezone.now(),
    )

    def broken(_storage: object, name: str, _mode: str) -> None:
        raise RuntimeError(f"{name} 的磁盘不见了")

    monkeypatch.setattr(FileSystemStorage, "_open", broken)
    answer = applicant.get(f"/attachments/{stored.pk}/content")
    assert_problem(answer, 500, "internal")
    assert str(stored.file.name) not in answer.content.decode()
    # Of the name itself whatever looks like a number of somebody is masked in the log.
    assert "的磁盘不见了" in caplog.text
    assert "的磁盘不见了" not in answer.content.decode()


def test_other_methods_are_refused(applicant: Caller) -> None:
    answer = applicant._client.delete(f"{ROOT}/projects", headers=applicant._headers())
    assert_problem(answer, 405, "wrong-method")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize("path", ["/nothing", "/projects/1/nothing"])
def test_a_wrong_address_is_told(applicant: Caller, path: str) -> None:
    assert_problem(applicant.get(path), 404, "unknown-address")
    assert_problem(applicant.post(path, {}), 404, "unknown-address")


def test_answers_are_not_html(applicant: Caller) -> None:
    assert Client().get(f"{ROOT}/projects")["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("cause", "detail"), [(AdminShutdown, IN_DOUBT), (QueryCanceled, "没有改动任何内容")]
)
def test_where_the_database_does_not_answer_it_says_what_a_page_says(
    admin: User, monkeypatch: pytest.MonkeyPatch, cause: type[Exception], detail: str
) -> None:
    """Of what was sent, that it may not be kept, unless the database itself has stopped it; a read keeps nothing."""

    def find_token(*_: Any, **__: Any) -> None:
        raise OperationalError("gone") from cause("gone")

    caller = Caller(admin)
    monkeypatch.setattr("expertpool.accounts.api.find_token", find_token)
    assert detail in assert_problem(caller.post("/projects", {}), 503, "unanswered")["detail"]
    read = assert_problem(caller.get("/projects"), 503, "unanswered")
    assert "没有改动任何内容" in read["detail"]
