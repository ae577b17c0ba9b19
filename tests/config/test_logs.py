"""The log: a number for each request, an object a line where that is wanted, and nobody's name."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from http import HTTPStatus
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.template import Context, Engine, TemplateSyntaxError
from django.test import Client
from django.urls import NoReverseMatch
from pytest_django.fixtures import Settings

from config import logs
from config.logs import JsonFormatter, LastLines, LineFormatter, statement_of, trace_of
from config.numbers import current_number, numbering_jobs
from expertpool.accounts.models import HeldRole, RolePermission, User, contact_index
from expertpool.joining.queries.public import may_set_password
from tests.factories.accounts import make_department, make_user
from tests.fixtures import login

NAME, PHONE, ID, MAIL = "欧阳文静", "13911110002", "11010519491231002X", "wenjing@example.cn"
PEOPLE = (NAME, PHONE, ID, MAIL, "欧阳")


@pytest.fixture
def written() -> Iterator[dict[str, StringIO]]:
    """What the process writes, in both forms."""
    streams = {}
    root = logging.getLogger()
    handlers = []
    for name, form in (("json", JsonFormatter()), ("line", LineFormatter("%(name)s %(message)s"))):
        streams[name] = StringIO()
        handlers.append(logging.StreamHandler(streams[name]))
        handlers[-1].setFormatter(form)
        root.addHandler(handlers[-1])
    yield streams
    for handler in handlers:
        root.removeHandler(handler)


def lines(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.django_db
@pytest.mark.shows("SYS-01")
def test_a_request_full_of_people_leaves_none_in_the_log(
    admin: User, written: dict[str, StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = login(Client(raise_request_exception=False), admin)
    everything = {"q": f"{NAME} {PHONE} {ID} {MAIL}"}
    form = {"name": NAME, "phone": PHONE, "id_number": ID, "email": MAIL, "username": PHONE}
    client.get("/experts/", everything)
    client.get(f"/experts/{NAME}/{PHONE}/")  # there is none
    client.post("/experts/new/", form)
    client.post("/login/", form | {"password": "x"})
    client.post("/api/v1/projects", json.dumps(form), content_type="application/json")
    client.get("/search/", everything, headers={"Host": f"{PHONE}.example.cn"})

    def broken(request: Any) -> Any:
        name, phone = request.POST["name"], request.POST["phone"]
        try:
            return {}[name]
        except KeyError:
            raise ValueError(
                f"{name}的手机号 {phone}、“{ID}” 不对：{MAIL} {name!r}\n{name}"
            ) from None

    monkeypatch.setattr("django.contrib.auth.middleware.get_user", broken)
    answer = client.post(f"/experts/new/?q={NAME}", form)
    assert answer.status_code == 500
    for stream in written.values():
        text = stream.getvalue()
        assert "ValueError" in text
        assert "Internal Server Error" in text
        for value in PEOPLE:
            assert value not in text
            assert json.dumps(value)[1:-1] not in text
    found = lines(written["json"])
    (failed,) = (line for line in found if "ValueError" in line.get("trace", ""))
    assert failed["request"] == answer["X-Request-ID"]
    assert "test_logs.py" in failed["trace"]
    assert failed.keys() == {"time", "level", "logger", "message", "process", "request", "trace"}
    # A user can name it.
    assert f"<code>{answer['X-Request-ID']}</code>" in answer.content.decode()


@pytest.mark.django_db
def test_a_refused_request_is_a_line_and_a_fault_a_traceback(
    operator: User, written: dict[str, StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = login(Client(raise_request_exception=False), operator)
    assert client.get("/users/").status_code == HTTPStatus.FORBIDDEN
    [refused] = lines(written["json"])
    assert refused["level"] == "WARNING"
    assert "trace" not in refused

    def broken(request: Any) -> Any:
        raise LookupError

    monkeypatch.setattr("django.contrib.auth.middleware.get_user", broken)
    assert client.get("/").status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "LookupError" in lines(written["json"])[-1]["trace"]


def test_while_the_database_is_away_each_request_is_a_line_and_the_first_a_traceback(
    written: dict[str, StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(request: Any) -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr("django.contrib.auth.middleware.get_user", away)
    for one in logging.getLogger("django.request").filters:
        monkeypatch.setattr(one, "_quiet_until", 0)
    client = Client(raise_request_exception=False)
    for _ in range(3):
        assert client.get("/").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    told = [line for line in lines(written["json"]) if line["logger"] == "django.request"]
    assert ["trace" in line for line in told] == [True, False, False]
    assert all(line["message"].endswith("(the database is away)") for line in told)


@pytest.mark.django_db
def test_each_request_has_a_number_of_its_own(client: Client, settings: Settings) -> None:
    first, second = client.get("/health/"), client.get("/health/")
    assert first["X-Request-ID"] != second["X-Request-ID"]
    given = {"X-Request-ID": "proxy-1234"}
    assert client.get("/health/", headers=given)["X-Request-ID"] != "proxy-1234"
    settings.TRUST_PROXY = True
    assert client.get("/health/", headers=given)["X-Request-ID"] == "proxy-1234"
    bad = {"X-Request-ID": "x\r\ny: 张三"}
    assert len(client.get("/health/", headers=bad)["X-Request-ID"]) == 10
    assert current_number() == ""


def test_a_job_is_numbered_too(written: dict[str, StringIO]) -> None:
    job = SimpleNamespace(job=SimpleNamespace(id=77))
    numbering_jobs(lambda: logging.getLogger("expertpool.x").warning("slow"), job, None)
    assert lines(written["json"])[-1]["request"] == "job-77"
    assert written["line"].getvalue() == "expertpool.x slow [job-77]\n"


def test_our_own_words_stay_and_those_of_others_lose_what_may_be_a_name(
    written: dict[str, StringIO],
) -> None:
    logging.getLogger("expertpool.core").warning("磁盘已满 %s %s", PHONE, MAIL)
    logging.getLogger("django.request").warning("Not Found: /x/%s/", NAME)
    ours, others = lines(written["json"])
    assert ours["message"] == "磁盘已满 […] […]"
    assert others["message"] == "Not Found: /x/[…]/"


@pytest.mark.django_db
def test_an_account_that_was_altered_is_told_by_its_number(written: dict[str, StringIO]) -> None:
    """Accounts are called as their owners are, in letters that no mask knows for a name."""
    operator = make_user("operator", username="zhangsan")
    applicant = make_user("applicant", username="lisi", phone="13812340001")
    HeldRole.objects.filter(user=operator).update(proof=b"x")
    User.objects.filter(pk=operator.pk).update(department=make_department(NAME))
    User.objects.filter(pk=applicant.pk).update(phone_index=contact_index("phone", PHONE))
    assert not User.objects.get(pk=operator.pk).given(RolePermission)
    assert User.objects.get(pk=operator.pk).proven_department_id is None
    assert not may_set_password(User.objects.get(pk=applicant.pk), "phone", PHONE)
    text = written["line"].getvalue()
    for told in (
        f"user {operator.pk}: ",
        f"user {operator.pk} was not put into department",
        f"phone of user {applicant.pk} is not the one",
    ):
        assert told in text
    for name in ("zhangsan", "lisi", *PEOPLE):
        assert name not in text


def test_a_traceback_keeps_its_places() -> None:
    try:
        raise LookupError(f"没有{NAME}")
    except LookupError as error:
        text = trace_of("".join(traceback.format_exception(error)))
    assert "raise LookupError(f" in text
    assert "LookupError: […]" in text
    assert NAME not in text


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("\n{% if x %}\n{% endblock %}", "Template page.html, line 3: endblock"),
        ("\n\n{% url 'nowhere' person %}", "Template page.html, line 3: url"),
        ("{% include 'part.html' %}", "Template part.html, line 2: url"),
    ],
)
def test_a_fault_of_a_template_names_it_and_nothing_that_it_shows(
    written: dict[str, StringIO], source: str, place: str
) -> None:
    sources = {"page.html": source, "part.html": "\n{% url 'nowhere' person %}"}
    loader = ("django.template.loaders.locmem.Loader", sources)
    try:
        Engine(loaders=[loader]).get_template("page.html").render(Context({"person": NAME}))
    except (TemplateSyntaxError, NoReverseMatch):
        logging.getLogger("django.request").exception("Internal Server Error")
    assert lines(written["json"])[-1]["trace"].splitlines()[-1].strip() == place
    assert written["line"].getvalue().splitlines()[-1].strip() == place
    assert NAME not in written["line"].getvalue()


@pytest.mark.django_db
def test_a_slow_query_is_logged_without_its_values(written: dict[str, StringIO]) -> None:
    timer = logs._Timer(0.05)
    with connection.execute_wrapper(timer), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.06), %s, 'x''王'", [NAME])
        cursor.execute("SELECT %s", [NAME])
    (line,) = lines(written["json"])
    assert line["message"].startswith("slow query, ")
    assert line["message"].endswith("ms: SELECT pg_sleep(0.06), %s, '…'")
    places = ", ".join(["%s"] * 900)
    shown = statement_of("SELECT a\n FROM b WHERE c IN (" + places + ")")  # noqa: S608
    assert shown == "SELECT a FROM b WHERE c IN (%s, …)"
    assert any(isinstance(one, logs._Timer) for one in connection.execute_wrappers)


def test_the_last_lines_are_kept_in_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "KEPT_BYTES", 2000)
    path = tmp_path / "log/recent.jsonl"
    handlers = [LastLines(str(path)), LastLines(str(path))]  # of two processes
    for handler in handlers:
        handler.setFormatter(JsonFormatter())
    for at in range(200):
        record = logging.LogRecord("config", 30, "", 1, "line %s", (at,), None)
        handlers[at % 2].handle(record)
    kept = path.with_suffix(".1").read_text().splitlines() + (
        path.read_text().splitlines() if path.exists() else []
    )
    numbers = [int(json.loads(line)["message"].split()[1]) for line in kept]
    assert numbers == list(range(numbers[0], 200))
    assert len(numbers) < 60
    assert path.with_suffix(".1").stat().st_mode & 0o777 == 0o600
    for handler in handlers:
        handler.close()
    # A disk that takes nothing ends nothing.
    monkeypatch.setattr(handlers[0], "_open", refuse)
    handlers[0].handle(logging.LogRecord("config", 30, "", 1, "lost", (), None))


def refuse() -> None:
    raise OSError(28, "full")
