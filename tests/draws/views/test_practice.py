"""The pages of the practice draw: from the checklist to the record, by whoever may draw, and nothing is written."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus
from expertpool.draws.services.practice_pool import MOST_SEATS, SPECIALTIES
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.fixtures import login
from vdraw import verify

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OPS-08")]

PAGE = reverse("draws:practice")
SAID = "演练：人是虚构的，不发通知，不留记录。"
CONDITIONS = {"seats": "2", "specialty": SPECIALTIES[1]}
VALUES = {"operator": "3 点", "supervisor": "5 点"}


def go(client: Client, address: str, data: dict[str, str]) -> tuple[str, str]:
    """Take a step; return the address to which it leads, and the page there."""
    answer = client.post(address, data)
    assert answer.status_code == 302, answer.content.decode()
    address = answer["Location"]
    page = client.get(address).content.decode()
    assert SAID in page
    return address, unescape(page)


def ordered(client: Client) -> tuple[str, str]:
    sealed, _ = go(client, PAGE, CONDITIONS)
    return go(client, sealed, VALUES)


def waiting(page: str) -> list[str]:
    return re.findall(r'name="line" value="(\d+)"', page)


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - of the database itself
            counts[table] = cursor.fetchone()[0]
    return counts


def test_from_the_conditions_to_the_record_and_nothing_is_written(
    client: Client, operator: User
) -> None:
    login(client, operator).get(PAGE)
    before = rows()
    first = client.get(PAGE).content.decode()
    assert SAID in first
    assert first.count("<tr>") == 31
    sealed, page = go(client, PAGE, CONDITIONS)
    for words in ("单位回避", "采购单位 虚构市中心医院 ← 现任职单位", "请假", "封存值"):
        assert words in page
    assert "种子" not in page
    address, page = go(client, sealed, VALUES)
    for words in ("种子", "3 点", "5 点", "没有发出", "邀您", "（演练，没有链接）"):
        assert words in page
    assert waiting(page) == ["1", "2"]
    address, page = go(client, address, {"line": "1", "answer": "declined"})
    assert waiting(page) == ["2", "3"]
    assert "补抽" in page
    for line in ("2", "3"):
        address, page = go(client, address, {"line": line, "answer": "accepted"})
    assert waiting(page) == []
    assert DrawStatus.SUCCESS.label in page
    found = re.search(r'href="([^"]*record\.json\?[^"]*)"', page)
    assert found
    answer = client.get(found[1])
    assert "attachment" in answer["Content-Disposition"]
    assert verify.find_difference(json.loads(answer.content)) is None
    assert rows() == before
    assert mail.outbox == []


def test_nobody_of_the_pool_is_shown(client: Client, operator: User) -> None:
    experts = [make_expert("王小明"), make_expert("李建国")]
    login(client, operator)
    pages = [client.get(PAGE).content.decode(), ordered(client)[1]]
    for expert in experts:
        assert not any(expert.name in page or expert.number in page for page in pages)


def test_one_goes_back_and_practises_in_two_windows(client: Client, operator: User) -> None:
    login(client, operator)
    asked, _ = ordered(client)
    refused, one = go(client, asked, {"line": "1", "answer": "no_answer"})
    # Back, and otherwise; the other window stays as it is.
    _, other = go(client, asked, {"line": "1", "answer": "accepted"})
    assert waiting(one) == ["2", "3"]
    assert waiting(other) == ["2"]
    assert waiting(unescape(client.get(refused).content.decode())) == ["2", "3"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"seats": "", "specialty": SPECIALTIES[0]}, "请填写正选人数。"),
        ({"seats": "0", "specialty": SPECIALTIES[0]}, f"请填 1 至 {MOST_SEATS}"),
        ({"seats": str(MOST_SEATS + 1), "specialty": SPECIALTIES[0]}, f"请填 1 至 {MOST_SEATS}"),
        ({"seats": "9" * 4000, "specialty": SPECIALTIES[0]}, f"请填 1 至 {MOST_SEATS}"),
        ({"seats": "三", "specialty": SPECIALTIES[0]}, "请填整数"),
        ({"seats": "2", "specialty": "没有的"}, "没有这个专业"),
    ],
)
def test_odd_conditions_are_said_and_stay(
    client: Client, operator: User, given: dict[str, str], words: str
) -> None:
    answer = login(client, operator).post(PAGE, given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert f'value="{given["seats"]}"' in page or not given["seats"]


def test_odd_values_are_said_and_stay(client: Client, operator: User) -> None:
    sealed, _ = go(login(client, operator), PAGE, CONDITIONS)
    answer = client.post(sealed, {"operator": "三点", "supervisor": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请填写随机值" in page
    assert 'value="三点"' in page


def test_what_cannot_go_on_leads_back_with_words(client: Client, operator: User) -> None:
    login(client, operator)
    asked, _ = ordered(client)
    for address in (f"{PAGE}?state=x", f"{PAGE}?state={'x' * 9000}"):
        assert "请重新开始" in client.get(address, follow=True).content.decode()
        assert client.post(address, CONDITIONS)["Location"] == PAGE
    again = client.post(asked, {"line": "7", "answer": "accepted"}, follow=True)
    assert "已经答复过了" in again.content.decode()
    assert waiting(again.content.decode()) == ["1", "2"]
    state = parse_qs(urlsplit(asked).query)["state"][0]
    record = reverse("draws:practice_record", query={"state": state})
    assert "还没有结束" in client.get(record, follow=True).content.decode()
    record = reverse("draws:practice_record")
    assert "请先练完一次" in client.get(record, follow=True).content.decode()


def test_whoever_may_draw_finds_it(client: Client, admin: User, operator: User) -> None:
    assert f'href="{PAGE}"' in login(client, admin).get("/").content.decode()
    page = login(client, operator).get(reverse("draws:list")).content.decode()
    assert page.count(f'href="{PAGE}"') == 2  # above, and where no draw is listed
    page = login(client, make_user("supervisor")).get(reverse("draws:list")).content.decode()
    assert PAGE not in page
