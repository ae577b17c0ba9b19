"""Whoever reads the lines of the log has no link by which he could answer for somebody."""

from __future__ import annotations

import logging
import re
import secrets
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.logs import JsonFormatter, LastLines, without_links
from expertpool.experts.models import Expert
from expertpool.operations.services.bundle import support_bundle
from expertpool.operations.services.robots import Robot, send
from tests.factories.experts import make_expert, make_unit
from tests.webhooks.receiver import Receiver

TOKEN = "Qm9va2luZy1saW5rLTEyMzQ1Njc4OTA"


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What the process writes, by the format of the settings."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    form = settings.LOGGING["formatters"]["line"]
    module, _, name = form["class"].rpartition(".")
    handler.setFormatter(getattr(__import__(module, fromlist=[name]), name)(form["format"]))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
def test_a_refused_link_is_logged_without_what_makes_it_live(written: StringIO) -> None:
    Client().get(reverse("selfservice:reply", args=[TOKEN]))
    assert "/r/" in written.getvalue()
    assert TOKEN not in written.getvalue()


def test_a_traceback_has_no_link(written: StringIO) -> None:
    try:
        raise ValueError(f"https://example.cn/r/{TOKEN}/ ep_{TOKEN}")
    except ValueError:
        logging.getLogger("expertpool").exception("failed")
    assert "ValueError" in written.getvalue()
    assert TOKEN not in written.getvalue()


@pytest.mark.django_db
def test_a_broken_constraint_is_logged_without_the_row(written: StringIO) -> None:
    """PostgreSQL adds the row, or the value that is there already."""
    expert = make_expert("王大为\n二行")
    code, day = "91110000000000001H", date(1800, 1, 2)
    make_unit("甲院", uscc=code)
    for change in (
        lambda: Expert.objects.filter(pk=expert.pk).update(birth_date=day),
        lambda: make_unit("乙院", uscc=code),
    ):
        try:
            with transaction.atomic():
                change()
        except IntegrityError:
            logging.getLogger("expertpool").exception("failed")
    text = written.getvalue()
    assert text.count("IntegrityError") >= 2
    assert text.count("DETAIL") >= 2
    for value in ("王大为", "二行", str(day), code):
        assert value not in text


@pytest.mark.django_db
@pytest.mark.shows("SYS-01")
def test_a_robot_is_asked_without_a_line_of_its_address(
    written: StringIO, settings: Settings, tmp_path: Path
) -> None:
    """Whoever has it writes into the group; so does whoever has a webhook's, which go the same way."""
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.0/8"]
    settings.LAST_LINES = tmp_path / "recent.jsonl"
    handler = LastLines(str(settings.LAST_LINES))
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    with Receiver(status=200, answer=b'{"errcode":0}') as chat:
        send(Robot("wecom", chat.url(path=f"/send?key={TOKEN}")), "报警", now=timezone.now())
    logging.getLogger("expertpool").info("sent")
    logging.getLogger().removeHandler(handler)
    handler.close()
    assert [call.path for call in chat.calls] == [f"/send?key={TOKEN}"]
    assert TOKEN not in written.getvalue()
    with zipfile.ZipFile(BytesIO(support_bundle(actor=None, now=timezone.now()))) as bundle:
        lines = bundle.read("最近日志.jsonl").decode()
    assert "sent" in lines
    assert TOKEN not in lines


@pytest.mark.parametrize("name", ["httpx", "httpcore", "urllib3", "botocore", "of.tomorrow"])
def test_a_library_tells_only_what_is_wrong(name: str) -> None:
    """Whatever level an operator sets: what it was given is in its other lines."""
    assert logging.getLogger(name).getEffectiveLevel() == logging.WARNING


def test_every_address_with_a_token_is_known() -> None:
    """A new one has to be: its route is in none of the lines."""
    found = [route for route in routes(get_resolver()) if "<str:token>" in route]
    assert len(found) >= 3
    for route in found:
        address = "/" + route.replace("<str:token>", TOKEN)
        assert TOKEN not in without_links(f"Not Found: {address}"), route


def test_nor_does_the_proxy_keep_one_that_is_set_up_as_the_guide_says() -> None:
    """Its lines have address and time beside it: of the calendar of an expert, or of a notice to him."""
    guide = (settings.BASE_DIR / "docs/howto/run.md").read_text()
    (quiet,) = re.findall(r"location ~ (\S+) \{\n +access_log off", guide)
    for route in routes(get_resolver()):
        if "<str:token>" in route:
            assert re.match(quiet, "/" + route), route


@pytest.mark.parametrize("before", ["", "\xa0", "%C2%A0", "x", "\\xa0", "0"])
def test_a_token_is_left_out_whatever_stands_before_it(before: str) -> None:
    """A blank that is none comes along from Word or WeChat, and is written as its code."""
    token = f"ep_{secrets.token_urlsafe(32)}"
    for address in ("/draws/wall/", "/api/v1/experts/", "Bearer "):
        assert token not in without_links(f"Not Found: {address}{before}{token}/"), address
    assert "_keep_files" in without_links("in _keep_files")


def routes(resolver: URLResolver | URLPattern, before: str = "") -> Iterator[str]:
    here = before + str(resolver.pattern)
    if isinstance(resolver, URLPattern):
        yield here
        return
    for one in resolver.url_patterns:
        yield from routes(one, "" if here == "^/" else here)
