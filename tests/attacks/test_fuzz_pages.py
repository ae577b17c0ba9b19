"""More than five thousand requests that nobody sends in earnest, to every address: none may fail.

The addresses come from the resolver, the names of fields from the pages, the values from a seed:
`FUZZ_SEED=7 make test ARGS=tests/attacks` asks others. Each complaint tells what was sent.
"""

from __future__ import annotations

import os
import random
import traceback
from copy import copy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from expertpool.accounts.models import User
from tests.architecture.forms import NOT_ASKED, forms_of, read
from tests.architecture.test_extremes import CONSTRAINT, NAMES
from tests.architecture.url_roles import RULES, furnish
from tests.architecture.world import World, make_world
from tests.fixtures import login

SEED = os.environ.get("FUZZ_SEED", "1")
# How often each role goes through all addresses: no more than five thousand requests need, see decision 0223.
ROUNDS = {"admin": 2, "operator": 1, "supervisor": 1, "expert": 1, "anonymous": 1}
LEAST = 834  # addresses, so that there are five thousand requests

DEEP = '{"all":' * 1000 + "[]" + "}" * 1000
TEXTS = (
    *("", " ", "0", "-1", "-5", "1.5", "1e400", "NaN", "Infinity", "-0", "１２", "²", "1" * 20),
    *("9" * 5000, str(2**31), str(2**63), str(-(2**63) - 1), "0x10", "true", "null", "None"),
    *("0001-01-01", "9999-12-31", "9999-12-31 23:59", "2026-02-30", "2026-13-01T25:61", "24:00"),
    *("0001-01-01 至 9999-12-31", "至", "2026-01-01T00:00:00+99:99", "00:00-00:00"),
    *(
        "\x00",
        "a\x00b",
        "\ud800",
        "\u202e",
        "\x07",
        "\r\nSet-Cookie: a=b",
        "é" * 300,
        "字" * 70_000,
    ),
    *("'", '"', "'; --", "%", "%%s", "%(a)s", "{", "{}", "{{x}}", "{% x %}", "<script>", "\\", "/"),
    *("..", "../../etc/passwd", "//example.com", "javascript:alert(1)", "http://[", "mailto:a"),
    *("[]", "[[]]", "{}", '"', "[1,", '{"all": []}', '{"field": "x", "op": "eq", "value": {}}'),
    *('{"any": [null]}', '{"not": {"not": 1}}', '{"field": [], "op": "in"}', DEEP, "[" * 6000),
    *(",", "a,b,,c", "1,2,x", "-", "--name", "name", "-pk", "all", "1 OR 1=1", "🀄" * 50),
)
HEADERS = (
    {},
    {"HX-Request": "true"},
    {"HX-Request": "true", "HX-Target": "list", "HX-Current-URL": "http://["},
    {"Range": "bytes=9-1,-,x"},
    {"Range": "bytes=-" + "9" * 30},
    {"Accept": ";q=x", "Accept-Language": "x" * 900, "Referer": "http://[::"},
    {"If-None-Match": '"', "If-Modified-Since": "Mon, 99 Foo 99999 99:99:99 GMT"},
    {"X-Forwarded-For": "999.1.1.1, ,", "User-Agent": "\x01" * 600},
)
RAW = (
    (b"", "application/json"),
    (b"{", "application/json"),
    (b"\xff\xfe", "text/plain; charset=utf-7"),
    (b"a=%ff%fe&%00=%00&=&&&", "application/x-www-form-urlencoded"),
    (b"a=1", "application/x-www-form-urlencoded; charset=nonsense"),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\n", "multipart/form-data"),
    (b"--x\r\n", "multipart/form-data; boundary=\xff".encode().decode("latin-1")),
)
FILES = (
    ("a", b""),
    ("a.xlsx", b"PK\x03\x04"),
    ("../../a\x00.pdf", b"%PDF-1.4"),
    ("名" * 400 + ".docx", b"PK\x05\x06" + b"\x00" * 18),
    ("a.csv", b"\xff\xfe\x00"),
    ("a.png", b"\x89PNG\r\n\x1a\n" + b"\xff" * 60),
)


@dataclass
class Fuzzer:
    """Asks as one role and keeps what went wrong."""

    world: World
    user: User
    client: Client
    rnd: random.Random
    fields: dict[str, dict[str, str]] = field(default_factory=dict)  # by the name of the address
    methods: dict[str, list[str]] = field(default_factory=dict)
    asked: int = 0
    failed: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Read the pages once: which forms are sent where, and what stands in them."""
        for name, rule in RULES.items():
            if name not in NOT_ASKED:
                with transaction.atomic():
                    self._read_forms(name, reverse(name, kwargs=rule.kwargs(self.world, self.user)))
                    transaction.set_rollback(True)

    def _read_forms(self, name: str, url: str) -> None:
        page = read(self.client.get(url))
        if page.status_code == 405:
            self.methods[name] = page["Allow"].split(", ")
        if page.status_code != 200 or not page.get("Content-Type", "").startswith("text/html"):
            return
        shown = page.context.get("filter_form") if page.context else None
        self.fields.setdefault(name, {}).update(dict.fromkeys(getattr(shown, "fields", ()), ""))
        for form in forms_of(page.content.decode()):
            path = (form.address or url).split("?")[0]
            values = {name: next(iter(given), "") for name, given in form.values.items()}
            try:
                self.fields.setdefault(resolve(path).view_name, {}).update(values)
            except Resolver404:
                self.failed.append(f"{name}: a form is sent to {path}, which is nowhere")

    def go_round(self) -> None:
        for name, rule in RULES.items():
            if name in NOT_ASKED:
                continue
            with transaction.atomic():
                self._ask(name, self._address(name, rule.kwargs(self.world, self.user)))
                transaction.set_rollback(True)

    def _address(self, name: str, kwargs: dict[str, Any]) -> str:
        """Mostly that of a row; sometimes of none there can be."""
        if kwargs and self.rnd.random() < 0.15:
            twisted = {
                key: self.rnd.choice((0, 2**63, 10**30))
                if isinstance(value, int)
                else self.rnd.choice(TEXTS[1:40]).replace("\ud800", "")
                for key, value in kwargs.items()
            }
            try:
                return reverse(name, kwargs=twisted)
            except NoReverseMatch:
                pass
        return reverse(name, kwargs=kwargs)

    def _values(self, name: str) -> dict[str, Any]:
        """What the form holds, with a few or all of its values spoilt, and a few that it has not."""
        usual = self.fields.get(name, {})
        share = self.rnd.choice((0.1, 0.3, 1.0))
        spoilt = [one for one in usual if self.rnd.random() < share]
        others = self.rnd.sample((*NAMES, "pk", "all", "op", "columns", "reason", "key"), 3)
        return usual | {one: self._value() for one in (*spoilt, *others)}

    def _value(self) -> str | list[str]:
        if self.rnd.random() < 0.1:
            return [self.rnd.choice(TEXTS) for _ in range(3)]
        return self.rnd.choice(TEXTS)

    def _ask(self, name: str, url: str) -> None:
        before = copy(self.client.cookies)
        sent = self._sent(name)
        answer = self._answer(url, sent)
        self.client.cookies = before
        self.asked += 1
        told = "" if answer.streaming else answer.content.decode(errors="replace")
        if answer.status_code >= 500 or CONSTRAINT.search(told):
            what = f"{name}: {answer.status_code} {reason(answer)}"
            self.failed.append(f"{what}\n   {url[:99]} {sent!r:.600}")

    def _sent(self, name: str) -> dict[str, Any]:
        """What goes into the call of the client, so that a complaint can show it."""
        method = self.rnd.choice(self.methods.get(name, ("GET", "POST")))
        if self.rnd.random() < 0.05:
            method = self.rnd.choice(("GET", "POST", "PUT", "DELETE", "HEAD"))
        sent: dict[str, Any] = {"method": method, "headers": self.rnd.choice(HEADERS)}
        if method != "POST":
            return sent | {"QUERY_STRING": packed(self._values(name))}
        if self.rnd.random() < 0.1:
            data, kind = self.rnd.choice(RAW)
        elif self.rnd.random() < 0.2:
            texts = {key: f"{one}".replace("\ud800", "") for key, one in self._values(name).items()}
            file, content = self.rnd.choice(FILES)
            files = {"file": SimpleUploadedFile(file, content)}
            data, kind = encode_multipart(BOUNDARY, texts | files), MULTIPART_CONTENT
        else:
            data, kind = packed(self._values(name)).encode(), "application/x-www-form-urlencoded"
        return sent | {"data": data, "content_type": kind}

    def _answer(self, url: str, sent: dict[str, Any]) -> HttpResponse:
        answer: HttpResponse = read(self.client.generic(path=url, **sent))
        # Every bound of the database holds, also those that wait for the commit.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return answer


def packed(values: dict[str, Any]) -> str:
    """As a browser would, yet with halves of surrogate pairs."""
    return urlencode(values, doseq=True, errors="surrogatepass")


def reason(answer: HttpResponse) -> str:
    """The last places of what was raised, and its name."""
    info = getattr(answer, "exc_info", None)
    if not info:
        return ""
    places = traceback.extract_tb(info[2])[-3:]
    return " ".join(
        [
            f"{info[0].__name__}: {info[1]!s:.200}",
            *(f"{p.filename[-50:]}:{p.lineno}" for p in places),
        ]
    )


@pytest.fixture(scope="module")
def world(once: Any, media_once: None) -> World:
    with once():
        return furnish(make_world())


@pytest.mark.long
@pytest.mark.parametrize("role", ROUNDS)
@pytest.mark.django_db
def test_no_request_fails(world: World, role: str) -> None:
    user = world.users["expert" if role == "anonymous" else role]  # whose rows the addresses name
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        login(client, user)
    fuzzer = Fuzzer(world, user, client, random.Random(f"{SEED} {role}"))
    fuzzer.look()
    for _ in range(ROUNDS[role]):
        fuzzer.go_round()
    assert fuzzer.failed == [], "\n".join(fuzzer.failed)
    assert fuzzer.asked >= ROUNDS[role] * LEAST


def test_they_are_five_thousand() -> None:
    assert sum(ROUNDS.values()) * LEAST >= 5000
