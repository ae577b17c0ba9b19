"""A stranger shows that a phone or mail is his; he learns of nobody else."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.login import sign_in
from expertpool.experts.enums import ExpertStatus
from expertpool.joining.exceptions import JoiningRefused
from expertpool.joining.models import Application, Registration
from expertpool.joining.services.registering import Applicant, register, send_code
from expertpool.joining.settings import (
    CODE_MINUTES,
    CODES_PER_ADDRESS,
    CODES_PER_CONTACT,
    CODES_PER_HOUR,
)
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PHONE, MAIL, WORD = "13812340001", "li@example.cn", "Ruku-Shenqing-7"
MINUTE = timedelta(minutes=1)


def ask(
    contact: str = PHONE, *, code: str = "123456", address: str = "192.0.2.1", now: datetime = NOW
) -> Registration:
    kind = "email" if "@" in contact else "phone"
    applicant = Applicant("individual", "李申请", kind, contact, 1)
    return send_code(applicant=applicant, code=code, address=address, now=now)


def told(row: Registration) -> Message:
    return Message.objects.get(key__startswith=f"joining-code:{row.uid}")


@pytest.mark.shows("PORT-02", "PORT-03", "PORT-04")
@pytest.mark.parametrize("contact", [PHONE, MAIL])
def test_he_registers_by_phone_or_mail_and_signs_in_by_it(contact: str) -> None:
    row = ask(contact)
    assert "123456" in told(row).body
    user = register(row=row, code="１２３ 456", password=WORD, now=NOW + MINUTE)
    assert [role.code for role in user.roles.all()] == ["applicant"]
    assert bool(user.phone_verified_at) == (contact == PHONE)
    application = Application.objects.get(user=user)
    assert (application.state, application.consent.number) == ("draft", 1)
    for name in (contact, user.username):
        entered = sign_in(
            identifier=name, password=WORD, address="192.0.2.9", device="", now=NOW + 2 * MINUTE
        )
        assert entered.user == user


@pytest.mark.shows("PORT-03")
def test_a_code_counts_once_in_time_and_for_few_tries() -> None:
    row = ask()
    with pytest.raises(JoiningRefused, match="还可以试 4 次"):
        register(row=row, code="000000", password=WORD, now=NOW + MINUTE)
    with pytest.raises(ValidationError):  # a weak password costs no try and tells nothing
        register(row=row, code="123456", password="12345678", now=NOW + MINUTE)
    register(row=row, code="123456", password=WORD, now=NOW + MINUTE)
    with pytest.raises(JoiningRefused, match="失效"):
        register(row=row, code="123456", password=WORD, now=NOW + MINUTE)

    configure(CODE_MINUTES, 3)
    late = ask("13812340002")
    with pytest.raises(JoiningRefused, match="失效"):
        register(row=late, code="123456", password=WORD, now=NOW + 3 * MINUTE)

    often = ask("13812340003")
    for _ in range(5):
        with pytest.raises(JoiningRefused):
            register(row=often, code="111111", password=WORD, now=NOW + MINUTE)
    with pytest.raises(JoiningRefused, match="失效"):
        register(row=often, code="123456", password=WORD, now=NOW + MINUTE)
    assert User.objects.count() == 1
    another = ask("13812340004", code="654321")
    with pytest.raises(JoiningRefused):  # one's code opens no other's page
        register(row=another, code="123456", password=WORD, now=NOW + MINUTE)


@pytest.mark.shows("PORT-02")
@pytest.mark.parametrize(
    "status", [ExpertStatus.FORMAL, ExpertStatus.BLACKLISTED, ExpertStatus.FROZEN, None]
)
def test_a_known_number_is_answered_alike_and_its_owner_is_told(status: str | None) -> None:
    if status is None:
        make_user("operator", phone=PHONE)
    else:
        make_expert("王工", phone=PHONE, status=status)
    before = User.objects.count()
    known, unknown = ask(PHONE), ask("13812340009")
    for row, number in ((known, PHONE), (unknown, "13812340009")):
        assert told(row).address == number  # the same way, at once
        with pytest.raises(JoiningRefused, match="还可以试 4 次"):
            register(row=row, code="000000", password=WORD, now=NOW + MINUTE)
    assert "已在本系统登记" in told(known).body
    assert "123456" not in told(known).body
    with pytest.raises(JoiningRefused, match="还可以试 3 次"):  # and no code will do
        register(row=known, code="123456", password=WORD, now=NOW + MINUTE)
    assert User.objects.count() == before
    assert not Application.objects.exists()


def test_somebody_entered_meanwhile_keeps_his_number() -> None:
    row = ask()
    make_expert("王工", phone=PHONE)
    with pytest.raises(JoiningRefused, match="失效"):
        register(row=row, code="123456", password=WORD, now=NOW + MINUTE)
    assert not User.objects.exists()


def test_an_applicant_who_forgot_his_password_goes_on_with_his_draft() -> None:
    user = register(row=ask(), code="123456", password=WORD, now=NOW)
    row = ask(now=NOW + 2 * MINUTE)
    again = register(row=row, code="123456", password="Ruku-Shenqing-8", now=NOW + 3 * MINUTE)
    assert again == user
    assert Application.objects.count() == 1


@pytest.mark.shows("PORT-03")
def test_codes_are_few_by_number_by_address_and_in_all() -> None:
    configure(CODES_PER_CONTACT, 4)
    configure(CODES_PER_ADDRESS, 4)
    configure(CODES_PER_HOUR, 10)
    ask()
    with pytest.raises(JoiningRefused, match="1 分钟"):
        ask(now=NOW + MINUTE / 2)
    ask(now=NOW + 2 * MINUTE)
    with pytest.raises(JoiningRefused, match="1 小时"):
        ask(now=NOW + 4 * MINUTE)
    ask("13812340010")
    ask("13812340011")
    with pytest.raises(JoiningRefused, match="网络"):
        ask("13812340012")
    for at in range(2, 8):
        ask(f"138123400{at}0", address=f"192.0.2.{at}")
    with pytest.raises(JoiningRefused, match="稍后"):
        ask("13812340090", address="192.0.2.9")
    assert Message.objects.count() == 10
    ask(now=NOW + timedelta(hours=2))


@pytest.mark.shows("PORT-03")
def test_who_asks_for_another_leaves_him_some() -> None:
    """Codes that a stranger has sent to somebody's number do not keep its owner from asking for his."""
    most = CODES_PER_CONTACT.default // 2
    for at in range(most):
        ask(address="198.51.100.1", now=NOW + 2 * at * MINUTE)
    with pytest.raises(JoiningRefused, match="换一种方式"):
        ask(address="198.51.100.1", now=NOW + 2 * most * MINUTE)
    ask(address="192.0.2.1", now=NOW + 50 * MINUTE)


def test_a_few_addresses_do_not_use_up_all_codes() -> None:
    configure(CODES_PER_HOUR, 60)
    numbers = (f"1381{at:07}" for at in range(1000))
    refused = set[int]()
    while len(refused) < 6:
        for at in set(range(6)) - refused:
            try:
                ask(next(numbers), address=f"198.51.100.{at}")
            except JoiningRefused:
                refused.add(at)
    for at in range(20):
        ask(next(numbers), address=f"192.0.2.{at}")


def test_all_addresses_of_an_ipv6_network_are_one() -> None:
    configure(CODES_PER_ADDRESS, 2)
    ask("13812340010", address="2001:db8:0:1::1")
    ask("13812340011", address="2001:db8:0:1:ffff::2")
    with pytest.raises(JoiningRefused, match="网络"):
        ask("13812340012", address="2001:db8:0:1:0:1::3")
    ask("13812340013", address="2001:db8:0:2::1")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_given_back_twice_at_once_lets_one_in() -> None:
    row = ask()
    barrier = threading.Barrier(4)
    found: list[str] = []

    def give_back() -> None:
        barrier.wait()
        try:
            register(row=row, code="123456", password=WORD, now=NOW + MINUTE)
            found.append("in")
        except JoiningRefused:
            found.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=give_back) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["in", "refused", "refused", "refused"]
    assert Application.objects.count() == 1
