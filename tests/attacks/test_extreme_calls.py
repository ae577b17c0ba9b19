"""Each value that a caller can send, once with each extreme: what lies outside is refused by the
name of its field, in Chinese, and nothing fails. Operations and fields come from the description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema_rs
import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.api.test_fuzzing import one_connection, place, world  # noqa: F401 - fixtures
from tests.architecture.test_extremes import CONSTRAINT, ENGLISH
from tools.openapi import description

DESCRIPTION = json.loads(description())
PARTS = {"components": DESCRIPTION["components"]}
EXTREMES: dict[str, Any] = {
    "last year": "9999-12-31T23:59:59+08:00",
    "first year": "0001-01-01T00:00:00+00:00",
    "last day": "9999-12-31",
    "first day": "0001-01-01",
    "negative": -5,
    "nought": 0,
    "large": 10**10,
    "larger": 10**30,
    "digits": "9" * 5000,
    "number of digits": "@digits",  # not as text
    "no number": float("nan"),
    "endless": float("inf"),
    "half": "\ud800",
    "NUL": "a\x00b",
    "turned": "a\u202eb",
    "long": "长" * 100_000,
    "empty": "",
    "nothing": None,
    "list": [],
    "object": {},
    "lists": [[["x"]]],
    "mark": "'",
}
NEVER = {"half", "NUL", "turned", "no number", "endless", "number of digits"}  # whatever the field
PLAN_VERSION = 1  # of the world's plan; an older one would be refused before anything else
Path = tuple[str | int, ...]


def resolved(shape: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        return resolved(PARTS["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]])
    if "allOf" in shape:
        return resolved(shape["allOf"][0])
    if "anyOf" in shape:
        return resolved(next(one for one in shape["anyOf"] if one.get("type") != "null"))
    return shape


def sample(shape: dict[str, Any]) -> Any:
    """A value that the description takes, complete down to the last field."""
    shape = resolved(shape)
    if "enum" in shape or "const" in shape:
        return shape["const"] if "const" in shape else shape["enum"][0]
    match shape.get("type"):
        case "object":
            return {name: sample(one) for name, one in shape.get("properties", {}).items()}
        case "array":
            return [sample(shape["items"]) for _ in range(max(shape.get("minItems", 1), 1))]
        case "integer" | "number":
            return shape.get("minimum", 1)
        case "boolean":
            return False
        case _:
            soon = timezone.localtime() + timedelta(days=9)
            formats = {"date": soon.date().isoformat(), "date-time": soon.isoformat()}
            return formats.get(shape.get("format", ""), "1" * max(shape.get("minLength", 1), 1))


def fields(shape: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each field of a body with its shape, the first row standing for its likes."""
    inside = resolved(shape)
    if path:
        yield path, shape
    for name, one in inside.get("properties", {}).items():
        yield from fields(one, (*path, name))
    if "items" in inside:
        yield from fields(inside["items"], (*path, 0))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DESCRIPTION["paths"].items():
        for method, one in methods.items():
            yield path, method, one


def is_outside(shape: dict[str, Any], name: str, value: Any) -> bool:
    """Whether no value like this may be taken."""
    if name in NEVER:
        return True
    if resolved(shape).get("format") in {"date", "date-time"}:
        return value is not None and value != ""
    return not jsonschema_rs.validator_for(shape | PARTS).is_valid(value)


def put(body: Any, path: Path, value: Any) -> Any:
    """Return a copy of ``body`` with ``value`` at ``path``."""
    if not path:
        return value
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[path[0]] = put(copy[path[0]], path[1:], value)
    return copy


class Sweep:
    """Calls, and keeps what was answered wrongly."""

    def __init__(self, rows: dict[str, Any]) -> None:
        self.rows = rows
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {rows['caller'].token.text}"}
        self.failed: list[str] = []
        self.asked = 0

    def ask(self, about: str, path: str, method: str, **sent: Any) -> HttpResponse:
        address = path.format(**place(path, self.rows))
        with transaction.atomic():
            answer: HttpResponse = self.client.generic(
                method.upper(), address, headers=self.headers, **sent
            )
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
        self.asked += 1
        told = answer.content.decode()
        if answer.status_code >= 500:
            self.failed.append(f"{about}: {answer.status_code} {told:.300}")
        elif answer.status_code >= 400 and (CONSTRAINT.search(told) or self._is_foreign(answer)):
            self.failed.append(f"{about}: says {told:.300}")
        return answer

    def _is_foreign(self, answer: HttpResponse) -> bool:
        problem = answer.json()
        texts = [problem["detail"], *(one["message"] for one in problem["errors"])]
        return any(text.isascii() or ENGLISH.search(text) for text in texts)

    def expect_name(self, about: str, answer: HttpResponse, name: str) -> None:
        """A refusal says which field it is about."""
        if answer.status_code not in {400, 422}:
            self.failed.append(
                f"{about}: taken, {answer.status_code} {answer.content.decode():.200}"
            )
            return
        named = [one["field"] for one in answer.json()["errors"]]
        if not any(one == name or one.startswith(f"{name}.") for one in named):
            self.failed.append(f"{about}: does not name it, {answer.content.decode():.300}")


def send_bodies(sweep: Sweep, extreme: str, value: Any) -> None:
    for path, method, one in operations():
        shape = one.get("requestBody", {}).get("content", {}).get("application/json", {})
        if not shape:
            continue
        body = sample(shape["schema"])
        if "version" in body:
            body["version"] = PLAN_VERSION
        for where, field in fields(shape["schema"]):
            name = ".".join(map(str, where))
            about = f"{method} {path} {name} {extreme}"
            content = json.dumps(put(body, where, value)).replace('"@digits"', "9" * 5000)
            answer = sweep.ask(about, path, method, data=content, content_type="application/json")
            if is_outside(field, extreme, value):
                sweep.expect_name(about, answer, name)


def send_addresses(sweep: Sweep, extreme: str, value: Any) -> None:
    text = "9" * 5000 if value == "@digits" else str(value)
    # What is half a character is bytes that are none; the server reads a mark in their place.
    kind = extreme if extreme in {"NUL", "turned"} else ""
    for path, method, one in operations():
        for parameter in one["parameters"]:
            name, shape = parameter["name"], parameter["schema"]
            about = f"{method} {path} {name} in the {parameter['in']} {extreme}"
            if parameter["in"] == "path":
                twisted = path.replace(f"{{{name}}}", quote(text[:60], safe="", errors="replace"))
                sweep.ask(about, twisted, method)
            elif parameter["in"] == "query":
                query = urlencode({name: text}, errors="surrogatepass")
                answer = sweep.ask(about, path, method, QUERY_STRING=query)
                is_number = resolved(shape).get("type") == "integer"
                is_whole = text.lstrip("-").isdecimal()
                read = text.encode(errors="replace").decode()
                typed = int(text[:40]) if is_number and is_whole else read
                if text and is_outside(shape, kind, typed):
                    sweep.expect_name(about, answer, name)


@pytest.mark.django_db
@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("extreme", EXTREMES)
def test_nothing_is_taken_that_lies_outside(world: dict[str, Any], extreme: str) -> None:  # noqa: F811
    sweep = Sweep(world)
    send_bodies(sweep, extreme, EXTREMES[extreme])
    send_addresses(sweep, extreme, EXTREMES[extreme])
    assert sweep.failed == [], "\n".join(sweep.failed)
    assert sweep.asked > 100
