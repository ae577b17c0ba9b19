"""Somebody who was entered by a clerk and has never been here signs his letter: his account comes with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.core.asking import perform
from expertpool.core.configuration import read_once
from expertpool.core.models import AskedJob
from expertpool.experts.models import Expert
from expertpool.experts.services.accounts import activate_account, open_accounts
from expertpool.experts.services.letting_in import door_words, let_in
from expertpool.experts.services.profile import update_expert
from expertpool.experts.settings import ACCOUNTS_WHEN_NEEDED
from expertpool.fees.services.telling import tell_reversed
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.fees import STROKES, make_sent
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PAGE = "/my/fees/1/"
PASSWORD = "Correct-horse-10"


@pytest.fixture(autouse=True)
def _at_now() -> Iterator[None]:
    ensure_demo_roles()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def expert() -> Expert:
    return make_expert("王立新", email="wang@example.cn")


def door_to(expert: Expert, page: str, *, now: datetime) -> str:
    """What a letter says, of whom it lets in."""
    return door_words(expert, page, under_way=let_in([expert], now=now))


def opened() -> None:
    """What the worker does."""
    for asked in AskedJob.objects.filter(task="experts.open_accounts"):
        perform(asked.pk, "experts.open_accounts", open_accounts, now=NOW)


@pytest.mark.shows("PORT-31", "EXP-10")
def test_who_has_no_account_signs_by_the_link_that_comes_with_his_letter(
    expert: Expert, client: Client
) -> None:
    (line,) = make_sent(make_user("operator"), now=NOW, pool=(expert,))
    (letter,) = Message.objects.filter(occasion="fees.sent", channel="email")
    page = reverse("fees:own_fee", args=[line.pk])
    assert f"{page} （首次登录：请先用另行发给您的激活链接设置密码）" in letter.body
    assert "activate" not in letter.body
    opened()
    opened()
    (link,) = Message.objects.filter(occasion="expert.activation")
    found = re.search(r"/activate/([^/\s]+)/", link.body)
    assert found
    assert link.address == "wang@example.cn"
    user = activate_account(token=found[1], password=PASSWORD, now=NOW)
    login(client, user)
    assert "王立新" in client.get(page).content.decode()
    signed = client.post(page, {"signature": STROKES, "seen": line.letter_hash})
    line.refresh_from_db()
    assert line.signed_at, signed.content.decode()


def test_the_link_is_sent_anew_only_when_it_is_over(expert: Expert) -> None:
    door_to(expert, PAGE, now=NOW)
    opened()
    for later, links in ((timedelta(days=1), 1), (timedelta(days=8), 2)):
        expert = Expert.objects.select_related("user").get()
        assert "首次登录" in door_to(expert, PAGE, now=NOW + later)
        assert Message.objects.filter(occasion="expert.activation").count() == links


def test_a_link_that_ended_as_his_phone_was_changed_is_sent_anew(expert: Expert) -> None:
    door_to(expert, PAGE, now=NOW)
    opened()
    expert.refresh_from_db()
    update_expert(expert=expert, values={"phone": "13812340009"}, actor=make_user("admin"), now=NOW)
    expert = Expert.objects.select_related("user").get()
    assert "首次登录" in door_to(expert, PAGE, now=NOW + timedelta(days=1))
    assert Message.objects.filter(occasion="expert.activation").count() == 2


def test_who_is_reached_by_nothing_or_was_let_in_reads_the_plain_way(expert: Expert) -> None:
    nobody = make_expert("李四")
    nobody.phone, nobody.phone_index = "", None
    nobody.save()
    assert "请联系专家库管理单位开通" in door_to(nobody, PAGE, now=NOW)
    door_to(expert, PAGE, now=NOW)
    opened()
    (link,) = Message.objects.filter(occasion="expert.activation")
    found = re.search(r"/activate/([^/\s]+)/", link.body)
    assert found
    activate_account(token=found[1], password=PASSWORD, now=NOW)
    assert door_to(Expert.objects.get(pk=expert.pk), PAGE, now=NOW).endswith(PAGE)


def test_an_office_that_opens_accounts_itself_is_asked(expert: Expert) -> None:
    configure(ACCOUNTS_WHEN_NEEDED, False)
    assert "请联系专家库管理单位开通" in door_to(expert, PAGE, now=NOW)
    assert not AskedJob.objects.exists()


def test_many_are_let_in_by_one_job_and_words_let_nobody_in(expert: Expert) -> None:
    """Each was let in, by a job of his own, by what looked like the words of a letter."""
    other = make_expert("李四", email="li@example.cn")
    assert "请联系专家库管理单位开通" in door_words(expert, PAGE, under_way=())
    assert not AskedJob.objects.exists()
    assert let_in([expert, other, expert], now=NOW) == {expert.pk, other.pk}
    opened()
    assert Message.objects.filter(occasion="expert.activation").count() == 2
    assert AskedJob.objects.filter(task="experts.open_accounts").count() == 1


def test_whose_contacts_were_changed_lately_is_asked_once_for_all(expert: Expert) -> None:
    """Each of a campaign's six hundred cost two questions of the database while their items were given."""
    changed = make_expert("李四", email="li@example.cn")
    update_expert(
        expert=changed,
        values={"phone": "13812340009", "email": "si@example.cn"},
        actor=make_user("admin"),
        now=NOW,
    )
    people = [expert, changed, *(make_expert(f"王{n}", email=f"w{n}@example.cn") for n in range(5))]
    counts = []
    for some in (people[:2], people):
        with read_once(), CaptureQueriesContext(connection) as asked:
            found = let_in(some, now=NOW)
        assert found == {one.pk for one in some} - {changed.pk}
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_letter_that_counts_no_more_opens_no_account(expert: Expert) -> None:
    (line,) = make_sent(make_user("operator"), now=NOW, pool=(expert,))
    AskedJob.objects.all().delete()
    line.reversal = "时间登记有误"
    tell_reversed(line, now=NOW)
    assert Message.objects.filter(occasion="fees.reversed", channel="email").exists()
    assert not AskedJob.objects.filter(task="experts.open_accounts").exists()
