"""Where the office wants it, a letter is signed with a code that went to the expert's own telephone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.core.strokes import signature_svg
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine
from expertpool.fees.services.accounts import send_code
from expertpool.fees.services.signing import send_sign_code, sign
from expertpool.fees.settings import SIGN_CODE
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import STROKES, make_sent
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SECOND = timedelta(seconds=1)


@pytest.fixture
def line() -> FeeLine:
    configure(SIGN_CODE, True)
    expert = make_expert("王立新")
    give_account(expert, make_user("expert"))
    (row,) = make_sent(make_user("operator"), now=NOW, pool=(expert,))
    return row


def give(line: FeeLine, code: str, *, at: int = 0) -> FeeLine:
    expert = line.expert
    assert expert.user
    return sign(
        line=line,
        expert=expert,
        signature=signature_svg(STROKES),
        seen=line.letter_hash,
        signed_from="10.0.0.1 Chromium",
        actor=expert.user,
        now=NOW + at * SECOND,
        code=code,
    )


def send(line: FeeLine, code: str, *, at: int = 0) -> None:
    user = line.expert.user
    assert user
    send_sign_code(line=line, expert=line.expert, code=code, actor=user, now=NOW + at * SECOND)


@pytest.mark.shows("PORT-31")
def test_it_is_signed_with_the_code_of_this_letter_once(line: FeeLine) -> None:
    with pytest.raises(FeeRefused, match="已失效"):
        give(line, "")
    send(line, "123456")
    (message,) = Message.objects.filter(occasion="fees.sign_code", channel="sms")
    assert "验证码 123456 " in message.body
    with pytest.raises(FeeRefused, match="还可以试 4 次"):
        give(line, "654321")
    with pytest.raises(FeeRefused, match="1 分钟后"):
        send(line, "222222", at=30)
    before = NOW - timedelta(days=5)
    other = make_sent(make_user("operator"), now=before, pool=(line.expert,))[0]
    with pytest.raises(FeeRefused, match="已失效"):
        give(other, "123456")  # and costs this one's no try
    assert give(line, "123456").signed_at
    assert Entry.objects.get(action="fee.sign").after["验证码"] == "已核对"  # type: ignore[index]
    with pytest.raises(FeeRefused, match="已失效"):
        give(other, "123456")
    with pytest.raises(FeeRefused, match="签过字"):
        send(line, "333333", at=120)


def test_a_code_ends_after_ten_minutes_and_five_tries(line: FeeLine) -> None:
    send(line, "123456")
    with pytest.raises(FeeRefused, match="已失效"):
        give(line, "123456", at=601)
    send(line, "123456", at=700)
    for _ in range(5):
        with pytest.raises(FeeRefused):
            give(line, "000000", at=701)
    with pytest.raises(FeeRefused, match="已失效"):
        give(line, "123456", at=702)
    line.refresh_from_db()
    assert line.signed_at is None


def test_the_page_sends_the_code_before_it_takes_the_hand(line: FeeLine, client: Client) -> None:
    user = line.expert.user
    assert user
    login(client, user)
    page = reverse("fees:own_fee", args=[line.pk])
    shown = client.get(page).content.decode()
    assert "发送验证码" in shown
    assert "确认签字" not in shown
    told = client.post(page, {"do": "send"}, follow=True).content.decode()
    assert "验证码已发出" in told
    assert "确认签字" in told
    assert "1 分钟后再发" in client.post(page, {"do": "send"}, follow=True).content.decode()
    body = Message.objects.filter(occasion="fees.sign_code").latest("pk").body
    code = body.split("验证码 ")[1].split(" ")[0]
    said = {"signature": STROKES, "seen": line.letter_hash}
    assert client.post(page, said | {"code": "12"}).status_code == 422
    assert client.post(page, said | {"code": code}).status_code == 302
    line.refresh_from_db()
    assert line.signed_at


def test_whom_nothing_reaches_is_told_whom_to_ask(line: FeeLine) -> None:
    line.expert.phone = line.expert.email = ""
    line.expert.save()
    with pytest.raises(FeeRefused, match="不能向您发送验证码"):
        send(line, "123456")


@pytest.mark.shows("PORT-31")
def test_a_code_is_for_its_letter_alone_and_counted_by_it(line: FeeLine, client: Client) -> None:
    """The page of another letter said that a code was sent; asking there ended this one's, and few were left for the hour."""
    before = NOW - timedelta(days=5)
    other = make_sent(make_user("operator"), now=before, pool=(line.expert,))[0]
    send(line, "123456")
    user = line.expert.user
    assert user
    page = login(client, user).get(reverse("fees:own_fee", args=[other.pk])).content.decode()
    assert "确认签字" not in page
    for _ in range(5):
        with pytest.raises(FeeRefused, match="已失效"):
            give(other, "123456")
    send(other, "222222", at=1)  # no minute's wait for another letter
    for at in range(1, 5):
        send(line, "123456", at=at * 61)
    with pytest.raises(FeeRefused, match="次数太多"):
        send(line, "123456", at=400)
    send(other, "222222", at=400)
    assert give(line, "123456", at=401).signed_at
    assert give(other, "222222", at=401).signed_at


def test_another_number_each_time_asks_for_no_more_codes(line: FeeLine) -> None:
    user, expert = line.expert.user, line.expert
    assert user
    for at in range(5):
        number = "622588013108006" + str(at)
        send_code(
            expert=expert,
            bank="招商银行",
            number=number,
            code="123456",
            actor=user,
            now=NOW + at * 61 * SECOND,
        )
    with pytest.raises(FeeRefused, match="次数太多"):
        send_code(
            expert=expert,
            bank="招商银行",
            number="6225880131080069",
            code="123456",
            actor=user,
            now=NOW + 400 * SECOND,
        )
