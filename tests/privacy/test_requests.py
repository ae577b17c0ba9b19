"""What an expert asks about his data, until when it is answered, and by whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.models import DataRequest
from expertpool.privacy.queries.requests import requests_waiting
from expertpool.privacy.services.answering import answer_data_request, remind_of_requests
from expertpool.privacy.settings import ANSWER_DAYS
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.privacy import make_data_request
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001  (a Tuesday)
DAY = timedelta(days=1)
ANSWER = "抽取规则见公开核验页面，抽取结果可以重算"


@pytest.fixture
def somebody() -> Expert:
    expert = make_expert("问某人")
    give_account(expert, make_user("expert"))
    return expert


def answer(row: DataRequest, actor: User, *, agree: bool = True, now: datetime = NOW) -> None:
    answer_data_request(request=row, agree=agree, answer=ANSWER, actor=actor, now=now)


def test_a_request_has_fifteen_working_days_and_its_text_is_encrypted(somebody: Expert) -> None:
    row = make_data_request(somebody, now=NOW)
    # Three weeks of five days; the day on which it is asked does not count.
    assert str(row.due_on) == "2026-12-15"
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM privacy_datarequest")
        assert "银行账号" not in str(cursor.fetchone())
    configure(ANSWER_DAYS, 5)
    row.refresh_from_db()
    assert str(row.due_on) == "2026-12-15"
    assert "银行账号" not in str(list(Entry.objects.values("after", "note")))


def test_one_of_a_kind_waits_at_a_time(somebody: Expert, admin: User) -> None:
    first = make_data_request(somebody, now=NOW)
    with pytest.raises(PrivacyRefused, match="请等待答复"):
        make_data_request(somebody, now=NOW)
    make_data_request(somebody, kind="erase", now=NOW)
    answer(first, admin)
    make_data_request(somebody, now=NOW)


def test_who_answers_second_reads_who_was_first_and_keeps_his_words(
    somebody: Expert, admin: User
) -> None:
    row = make_data_request(somebody, now=NOW)
    answer(row, admin)
    other = login(Client(), make_user("admin"))
    drawer = reverse("privacy:answer", args=[row.pk])
    page = other.post(drawer, {"agree": "no", "answer": "依法须留存"})
    assert page.status_code == 422
    for text in (str(admin), ANSWER, "依法须留存", "已经有人答复"):
        assert text in page.content.decode()
    row.refresh_from_db()
    assert row.answered_by == admin


def test_it_is_answered_once_and_its_expert_is_told(somebody: Expert, admin: User) -> None:
    row = make_data_request(somebody, now=NOW)
    other = DataRequest.objects.get(pk=row.pk)
    answer(row, admin)
    with pytest.raises(PrivacyRefused, match="已经有人答复"):
        answer(other, make_user("admin"), agree=False)
    row.refresh_from_db()
    assert (row.agreed, row.readable_answer, row.answered_by) == (True, ANSWER, admin)
    told = Message.objects.filter(occasion="privacy.answered", channel="site")
    assert [one.body.count(ANSWER) for one in told] == [1]
    assert Entry.objects.filter(action="privacy.answer", subject_id=str(somebody.pk)).count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        DataRequest.objects.filter(pk=row.pk).update(answered_at=NOW + DAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        DataRequest.objects.filter(pk=row.pk).update(due_at=NOW + 90 * DAY)


@pytest.mark.parametrize("words", ["", "  ", "。。"])
def test_an_answer_has_words(somebody: Expert, admin: User, words: str) -> None:
    row = make_data_request(somebody, now=NOW)
    with pytest.raises(PrivacyRefused, match="答复和理由"):
        answer_data_request(request=row, agree=False, answer=words, actor=admin, now=NOW)


def test_nobody_agrees_alone_to_what_erases(somebody: Expert, admin: User) -> None:
    row = make_data_request(somebody, kind="erase", now=NOW)
    with pytest.raises(PrivacyRefused, match="两人"):
        answer(row, admin)
    answer(row, admin, agree=False)
    assert DataRequest.objects.get(pk=row.pk).agreed is False


def test_the_office_reads_it_on_the_next_day_while_names_are_sealed(
    somebody: Expert, admin: User, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    make_draw(now=NOW - timedelta(hours=1))
    row = make_data_request(somebody, now=NOW)
    client = login(Client(), admin)
    assert not requests_waiting(admin).exists()
    assert "问某人" not in client.get(reverse("privacy:requests")).content.decode()
    with pytest.raises(PrivacyRefused):
        answer(row, admin)
    time_machine.move_to(NOW + DAY, tick=False)
    page = login(Client(), admin).get(reverse("privacy:requests")).content.decode()
    assert "问某人" in page
    assert "09:00" not in page[page.index("<main") : page.index("</main>")]
    answer(row, admin, now=NOW + DAY)


def test_who_may_answer_is_reminded_each_working_morning_until_it_is_answered(
    somebody: Expert, admin: User
) -> None:
    make_user("operator")
    row = make_data_request(somebody, now=NOW)
    assert remind_of_requests(now=NOW + 14 * DAY) == 0
    near = NOW + 20 * DAY
    assert remind_of_requests(now=near) == 1
    remind_of_requests(now=near)
    told = Message.objects.filter(occasion="privacy.due", channel="site")
    assert told.count() == 1
    assert remind_of_requests(now=NOW + 25 * DAY) == 0  # a Saturday
    assert remind_of_requests(now=NOW + 27 * DAY) == 1
    assert "1 件已超期" in told.latest("pk").body
    answer(row, admin, now=NOW + 27 * DAY)
    assert remind_of_requests(now=NOW + 28 * DAY) == 0


def test_an_expert_asks_on_his_page_and_nothing_typed_is_lost(somebody: Expert) -> None:
    client = login(Client(), somebody.user)
    wrong = client.post(reverse("privacy:ask"), {"text": "请说明", "kind": ""})
    assert wrong.status_code == 422
    assert "请说明" in wrong.content.decode()
    client.post(reverse("privacy:ask"), {"text": "请说明怎样抽到我", "kind": "explain"})
    page = client.get(reverse("privacy:own")).content.decode()
    assert "请说明怎样抽到我" in page
    other = login(Client(), make_user("expert"))
    assert "请说明怎样抽到我" not in other.get(reverse("privacy:own")).content.decode()
