"""A list with two columns that may both be what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from tests.core.importing.test_import_pages import post, said, standing, upload
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def mobile(at: int) -> str:
    return f"1391111000{at}"


def another(at: int) -> str:
    return f"1382222000{at}"


def listed(first: str, second: str, beside: Callable[[int], str]) -> list[list[str]]:
    rows = [[f"甲{at}", mobile(at), beside(at), "某设计院"] for at in range(4)]
    return [["姓名", first, second, "工作单位"], *rows]


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("联系电话", "移动电话"),
        ("移动电话", "联系电话"),
        ("手机", "联系方式"),
        ("手机号码", "电话"),
    ],
)
def test_of_two_mobile_numbers_the_clerk_says_which_is_meant(
    client: Client, tmp_path: Path, first: str, second: str
) -> None:
    rows = listed(first, second, another)
    page = upload(client, tmp_path, rows)
    run = page.context["run"]
    assert (run.state, run.mapping) == ("mapping", ["name", "phone", "", "employer"])
    assert "也可能是这一项，请核对是哪一列" in page.content.decode()
    page = post(client, "mapping", run, said(run) | {"column-1": "-", "column-2": "phone"})
    post(client, "confirm", page.context["run"], standing(page))
    assert {one.name: one.phone for one in Expert.objects.all()} == {
        f"甲{at}": another(at) for at in range(4)
    }
    # He has said it once.
    assert upload(client, tmp_path, rows).context["run"].state == "previewed"


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("first", "second", "beside"),
    [
        ("联系电话", "移动电话", mobile),
        ("联系电话", "移动电话", lambda at: f"139 1111 000{at}"),
        ("移动电话", "联系电话", lambda at: f"0731-8411000{at}"),
        ("手机号", "联系电话", another),
        ("手机1", "手机2", another),
        ("手机", "备用手机", another),
    ],
)
def test_nothing_is_asked_where_headers_or_numbers_say_it(
    client: Client, tmp_path: Path, first: str, second: str, beside: Callable[[int], str]
) -> None:
    run = upload(client, tmp_path, listed(first, second, beside)).context["run"]
    assert (run.state, run.mapping) == ("previewed", ["name", "phone", "", "employer"])
