"""To what an expert agrees, by purpose and version, and what follows once he takes it back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.achievements.settings import PUBLIC
from expertpool.audit.models import Entry
from expertpool.core.fields import is_vouched
from expertpool.core.mandates import forged_rows, look_at_all
from expertpool.experts.models import Expert
from expertpool.experts.services.merging import merge_experts
from expertpool.joining.enums import Purpose
from expertpool.joining.models import ConsentText
from expertpool.joining.services.setup import ensure_consent, publish_consent
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.models import Consent
from expertpool.privacy.queries.consents import may_be_named, standings_of, withdrew, withdrew_since
from expertpool.privacy.services.consenting import set_consent
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.achievements import make_achievement
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.privacy import make_data_request
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)


@pytest.fixture
def somebody() -> Expert:
    expert = make_expert("同某人")
    give_account(expert, make_user("expert"))
    return expert


def decide(expert: Expert, given: bool, purpose: str = Purpose.JOINING, now: datetime = NOW) -> Any:
    text = ensure_consent(purpose, now=now)
    user = expert.user
    assert user is not None
    return set_consent(
        expert=expert, purpose=purpose, given=given, version=text.number, actor=user, now=now
    )


def standing(expert: Expert, purpose: str = Purpose.JOINING) -> str:
    return next(one.words for one in standings_of(expert) if one.purpose == purpose)


def test_each_purpose_is_agreed_to_by_itself_and_taken_back(somebody: Expert) -> None:
    assert [one.words for one in standings_of(somebody)] == ["没有记录", "没有记录"]
    decide(somebody, True, Purpose.PUBLIC)
    assert [one.words for one in standings_of(somebody)] == ["没有记录", "已同意"]
    decide(somebody, False, Purpose.PUBLIC, NOW + DAY)
    assert [one.words for one in standings_of(somebody)] == ["没有记录", "已撤回"]
    assert Entry.objects.filter(action="privacy.consent").count() == 2


def test_said_again_nothing_is_written(somebody: Expert) -> None:
    assert decide(somebody, True) is not None
    assert decide(somebody, True, now=NOW + DAY) is None
    assert decide(somebody, False) is not None
    assert decide(somebody, False) is None
    assert Consent.objects.count() == 2


def test_a_text_that_changed_meanwhile_is_read_anew(somebody: Expert) -> None:
    ensure_consent(Purpose.PUBLIC, now=NOW)
    publish_consent(text="新的用途说明", purpose=Purpose.PUBLIC, actor=None, now=NOW)
    user = somebody.user
    assert user is not None
    with pytest.raises(PrivacyRefused, match="新的版本"):
        set_consent(
            expert=somebody, purpose=Purpose.PUBLIC, given=True, version=1, actor=user, now=NOW
        )
    decide(somebody, True, Purpose.PUBLIC)
    assert standings_of(somebody)[1].text == ConsentText.objects.get(purpose="public", number=2)


def test_versions_of_a_purpose_are_its_own_and_those_of_before_stay_proven() -> None:
    first = ensure_consent(now=NOW)
    other = ensure_consent(Purpose.PUBLIC, now=NOW)
    assert (first.number, other.number) == (1, 1)
    assert is_vouched(first)
    assert is_vouched(other)
    other.purpose = Purpose.JOINING
    assert not is_vouched(other)


def test_who_took_it_back_is_not_drawn_from_the_next_day_until_he_agrees_again(
    somebody: Expert,
) -> None:
    def is_out(now: datetime) -> bool:
        return Expert.objects.filter(withdrew(timezone.localdate(now)), pk=somebody.pk).exists()

    decide(somebody, False)
    assert not is_out(NOW)
    assert is_out(NOW + DAY)
    assert withdrew_since(timezone.localdate(NOW + DAY), timezone.localdate(NOW + DAY)) is not None
    decide(somebody, True, now=NOW + 2 * DAY)
    assert is_out(NOW + 2 * DAY)
    assert not is_out(NOW + 3 * DAY)


def test_the_office_reads_on_the_next_day_that_he_is_not_drawn(
    somebody: Expert, admin: User, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    make_draw(now=NOW - timedelta(hours=1))
    address = reverse("experts:detail", args=[somebody.pk])
    before = login(Client(), admin).get(address).content.decode()
    decide(somebody, False)
    assert "暂停抽取" not in before
    assert "暂停抽取" not in login(Client(), admin).get(address).content.decode()
    time_machine.move_to(NOW + DAY, tick=False)
    assert "暂停抽取" in login(Client(), admin).get(address).content.decode()


def test_nobody_is_named_in_public_who_did_not_agree(somebody: Expert, time_machine: Any) -> None:
    """A name comes on the next day, so that nobody sees that its expert is at his account; it goes at once."""

    def is_named(now: datetime) -> bool:
        time_machine.move_to(now, tick=False)
        return "同某人" in Client().get(reverse("achievements:public")).content.decode()

    make_achievement(somebody)
    configure(PUBLIC, "named")
    assert not is_named(NOW)
    decide(somebody, True, Purpose.PUBLIC, NOW)
    assert not is_named(NOW + timedelta(hours=14))
    assert is_named(NOW + DAY)
    publish_consent(text="新的用途说明", purpose=Purpose.PUBLIC, actor=None, now=NOW + DAY)
    decide(somebody, True, Purpose.PUBLIC, NOW + DAY)
    assert is_named(NOW + DAY)
    decide(somebody, False, Purpose.PUBLIC, NOW + DAY + timedelta(hours=1))
    assert not is_named(NOW + DAY + timedelta(hours=2))
    decide(somebody, True, Purpose.PUBLIC, NOW + DAY + timedelta(hours=3))
    assert not is_named(NOW + DAY + timedelta(hours=4))
    assert is_named(NOW + 2 * DAY)


def test_a_withdrawal_goes_along_with_a_merged_record(somebody: Expert, admin: User) -> None:
    other = make_expert("同某人")
    decide(somebody, True, Purpose.PUBLIC)
    decide(somebody, False)
    # As the office does before: a record with an account is none to be closed.
    Expert.objects.filter(pk=somebody.pk).update(user=None)
    merge_experts(
        keep=other, close=somebody, taken=(), reason="同一人", actor=admin, now=NOW + DAY / 2
    )
    other.refresh_from_db()

    def is_out(day: datetime) -> bool:
        return Expert.objects.filter(withdrew(timezone.localdate(day)), pk=other.pk).exists()

    assert is_out(NOW + DAY)
    assert standing(other) == "已撤回"
    assert may_be_named([other.pk])
    give_account(other, make_user("expert"))
    other.refresh_from_db()
    decide(other, True, now=NOW + DAY)
    assert is_out(NOW + DAY)
    assert not is_out(NOW + 2 * DAY)


def write(expert: Expert, text: ConsentText, given: bool, at: datetime) -> None:
    """As whoever has the database, and no keys, writes a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO privacy_consent (expert_id, text_id, given, at, proof)"
            " VALUES (%s, %s, %s, %s, '')",
            [expert.pk, text.pk, given, at],
        )


def test_what_somebody_writes_into_the_table_is_no_consent(somebody: Expert) -> None:
    text = ensure_consent(Purpose.PUBLIC, now=NOW)
    write(somebody, text, True, NOW - 40 * DAY)
    assert not may_be_named([somebody.pk])
    assert standing(somebody, Purpose.PUBLIC) == "没有记录"


def test_what_somebody_writes_into_the_table_takes_nobody_out_of_draws_nor_back(
    somebody: Expert,
) -> None:
    other, text = make_expert("另一人"), ensure_consent(now=NOW)
    day = timezone.localdate(NOW + DAY)

    def out() -> set[int]:
        return set(Expert.objects.filter(withdrew(day)).values_list("pk", flat=True))

    decide(somebody, True, now=NOW - 50 * DAY)
    decide(somebody, False)
    for expert, given in ((other, False), (somebody, True)):
        write(expert, text, given, NOW - 39 * DAY)
    assert out() == {somebody.pk}
    # That he withdrew lately is not covered up either.
    since = withdrew_since(timezone.localdate(NOW), day)
    assert since is not None
    assert set(Expert.objects.filter(since)) == {somebody}
    # Nor by what he said himself before, written once more with its proof.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO privacy_consent (expert_id, text_id, given, at, proof)"
            " SELECT expert_id, text_id, given, at, proof FROM privacy_consent"
            " WHERE expert_id = %s AND given AND proof <> ''",
            [somebody.pk],
        )
    assert out() == {somebody.pk}
    assert standing(somebody) == "已撤回"
    assert forged_rows(now=NOW) == {"个人信息的同意": 2}
    assert look_at_all(now=NOW) == 2


def test_an_expert_decides_on_his_page(somebody: Expert) -> None:
    client = login(Client(), somebody.user)
    address = reverse("privacy:consent", args=["public"])
    page = client.get(address).content.decode()
    assert "任何人不用登录就能看到" in page
    assert client.post(address, {"version": "1"}).status_code == 422
    assert client.post(address, {"version": "1", "agree": "yes"}).status_code in (204, 302)
    assert standing(somebody, Purpose.PUBLIC) == "已同意"
    assert "撤回的后果" in client.get(address).content.decode()
    client.post(address, {"version": "1"})
    assert standing(somebody, Purpose.PUBLIC) == "已撤回"
    assert client.get(reverse("privacy:consent", args=["other"])).status_code == 404


def test_the_office_reads_of_it_on_his_panorama_on_the_next_day(
    somebody: Expert, admin: User, time_machine: Any
) -> None:
    def shown(user: User) -> str:
        address = reverse("experts:detail", args=[somebody.pk]) + "?tab=privacy"
        return login(Client(), user).get(address).content.decode()

    time_machine.move_to(NOW, tick=False)
    make_draw(now=NOW - timedelta(hours=1))
    decide(somebody, False)
    make_data_request(somebody, now=NOW)
    assert "已撤回" not in shown(admin)
    assert "没有提出过请求" in shown(admin)
    time_machine.move_to(NOW + DAY, tick=False)
    assert "已撤回" in shown(admin)
    assert "银行账号" in shown(admin)
    assert "已撤回" not in shown(make_user("operator"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_clicks_at_once_are_one_consent() -> None:
    expert = make_expert("同某人")
    give_account(expert, make_user("expert"))
    ensure_consent(Purpose.PUBLIC, now=NOW)
    said = run_at_once(
        lambda: decide(Expert.objects.get(pk=expert.pk), True, Purpose.PUBLIC),
        lambda: decide(Expert.objects.get(pk=expert.pk), True, Purpose.PUBLIC),
    )
    assert sum(isinstance(one, Consent) for one in said) == 1
    assert Consent.objects.count() == 1
