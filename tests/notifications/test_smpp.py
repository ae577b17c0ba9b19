"""Short messages over a direct line (SMPP 3.4), with a centre that nobody here wrote at its other end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from expertpool.core import posting
from expertpool.core.configuration import TrialFailed, value_of
from expertpool.core.health import Health
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels import trial as trials
from expertpool.notifications.channels.base import DeliveryReport, Inbound, SendStatus
from expertpool.notifications.channels.sms import smpp, smpp_line
from expertpool.notifications.channels.sms.settings import (
    BY_EXTENSION,
    REPLIES,
    SETTINGS,
    SMPP,
    SMPP_PASSWORD,
    SMPP_SMS,
)
from expertpool.notifications.channels.sms.smpp_line import TRIES, Account, Going, Line, Told
from expertpool.notifications.channels.sms.smpp_text import parts_of, receipt_of, text_of
from expertpool.notifications.channels.sms.trial import TRIALS
from expertpool.notifications.enums import DeliveryEventKind, DeliveryState, PutOff
from expertpool.notifications.models import Message, Reply
from expertpool.notifications.queries.channels import DOWN_AFTER
from expertpool.notifications.queries.health import find_gateway
from expertpool.notifications.queries.replies import answer_key, code_of
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.line import keep_line
from expertpool.notifications.services.sending import Recipient
from tests.factories.siteconfig import configure
from tests.notifications.conftest import send
from tests.notifications.smsc import Smsc, wait_until

LONG = "您好，现邀请您参加城南污水处理厂扩建工程的评审，" * 5 + "𠮷请答复"
SHORT = "请答复"
DELIVERED, UNDELIVERED = DeliveryEventKind.DELIVERED, DeliveryEventKind.UNDELIVERED


# --- Texts ---------------------------------------------------------------------------------------


def test_what_fits_goes_out_whole() -> None:
    assert parts_of("评" * 70, 7) == [("评" * 70).encode("utf-16-be")]


def test_what_is_longer_goes_in_parts_with_a_header() -> None:
    first, second = parts_of("评" * 71, 7)
    assert (first[:6], second[:6]) == (bytes((5, 0, 3, 7, 2, 1)), bytes((5, 0, 3, 7, 2, 2)))
    assert (len(first), len(second)) == (140, 6 + 8)
    assert (first[6:] + second[6:]).decode("utf-16-be") == "评" * 71


def test_no_character_is_cut_in_two() -> None:
    parts = parts_of("评" * 66 + "𠮷" * 40, 0)
    assert all(len(part) <= 140 for part in parts)
    assert "".join(part[6:].decode("utf-16-be") for part in parts) == "评" * 66 + "𠮷" * 40


def test_what_no_header_can_count_is_refused() -> None:
    with pytest.raises(ValueError, match="256"):
        parts_of("评" * (67 * 255 + 1), 0)


def test_receipts_are_read_from_text_or_fields() -> None:
    class Field:
        def __init__(self, tag: int, value: bytes) -> None:
            self.tag, self.value = tag, value

    fields = [Field(0x001E, b"m7\0"), Field(0x0427, b"\x05")]
    assert receipt_of("", fields) == ("m7", UNDELIVERED, "UNDELIV")
    assert receipt_of("id:m8 stat:DELIVRD err:000", []) == ("m8", DELIVERED, "DELIVRD")
    assert receipt_of("id:m8 stat:ENROUTE", []) == ("m8", None, "ENROUTE")
    assert receipt_of("nothing", []) is None
    assert text_of("同意".encode("utf-16-be"), 0, 8, []) == "同意"
    assert text_of(b"", 0, 0, [Field(0x0424, b"Y")]) == "Y"
    assert text_of(b"\x05\x00\x03\x01\x02\x01Y", 0x40, 0, []) == "Y"


# --- The line ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def smsc() -> Iterator[Smsc]:
    with Smsc() as running:
        yield running


@pytest.fixture
def told() -> list[Told]:
    return []


@pytest.fixture
def line(smsc: Smsc, told: list[Told]) -> Iterator[Line]:
    opened = Line(smsc.account(), told.extend)
    yield opened
    opened.close()


def going(ending: str, text: str = SHORT) -> Going:
    return Going("106912345", f"138000000{ending}", parts_of(text, 9))


@pytest.mark.shows("OVW-09", "DRAW-20")
def test_a_long_text_arrives_whole_and_counts_when_all_parts_have(
    smsc: Smsc, line: Line, told: list[Told]
) -> None:
    smsc.seen.clear()
    result = line.send(going("01", LONG))
    assert result.status is SendStatus.ACCEPTED
    wait_until(lambda: told)
    (report,) = told
    assert report == DeliveryReport(DELIVERED, provider_id=result.provider_id, code="DELIVRD")
    parts = [one for one in smsc.seen if "text" in one]
    assert len(parts) == 2
    assert "".join(one["text"] for one in parts) == LONG


def test_a_receipt_that_comes_before_the_answer_is_kept(line: Line, told: list[Told]) -> None:
    result = line.send(going("91"))
    wait_until(lambda: told)
    assert told == [DeliveryReport(DELIVERED, provider_id=result.provider_id, code="DELIVRD")]


@pytest.mark.shows("OVW-09", "DRAW-20")
def test_receipts_do_not_wait_behind_a_number_that_is_mute(
    line: Line, told: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They did, as long as anything was on its way: an office that sends all the time heard of none."""
    monkeypatch.setattr(smpp_line, "ANSWER", 6)
    with ThreadPoolExecutor(1) as beside:
        mute = beside.submit(line.send, going("94"))
        after = line.send(going("01"))
        before, long = line.send(going("91")), line.send(going("91", LONG))
        wait_until(lambda: len(told) == 3, seconds=3)
        assert not mute.done()
    expected = [one.provider_id for one in (after, before, long)]
    assert sorted(one.provider_id for one in told if isinstance(one, DeliveryReport)) == sorted(
        expected
    )


def test_what_names_no_message_waits_for_what_was_on_its_way_alone(
    line: Line, told: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As what a process that died had sent: this line knows none of its numbers."""
    monkeypatch.setattr(smpp_line, "ANSWER", 4)
    with ThreadPoolExecutor(2) as beside:
        beside.submit(line.send, going("94"))
        wait_until(lambda: line._going)
        line.send(going("89"))
        wait_until(
            lambda: line._early
        )  # before the next one is on its way, of which it may then not be
        monkeypatch.setattr(smpp_line, "ANSWER", 10)
        then = beside.submit(line.send, going("94"))
        wait_until(lambda: len(line._going) == 2)
        assert not told
        wait_until(lambda: told, seconds=8)
        assert not then.done()
    assert told == [DeliveryReport(DELIVERED, provider_id="of-another", code="DELIVRD")]


def test_receipts_of_parts_that_come_before_the_answer_count_as_one(
    line: Line, told: list[Told]
) -> None:
    result = line.send(going("91", LONG))
    wait_until(lambda: told)
    assert told == [DeliveryReport(DELIVERED, provider_id=result.provider_id, code="DELIVRD")]


def test_what_did_not_arrive_is_told(line: Line, told: list[Told]) -> None:
    result = line.send(going("96", LONG))
    wait_until(lambda: told)
    assert told == [DeliveryReport(UNDELIVERED, provider_id=result.provider_id, code="UNDELIV")]


def test_a_centre_that_is_full_gets_it_a_little_later(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_line, "SLOWER", (0.01, 0.01))
    assert line.send(going("92")).status is SendStatus.ACCEPTED
    assert line.send(going("93")).status is SendStatus.RETRY
    refused = line.send(going("95"))
    assert (refused.status, refused.detail) == (SendStatus.REJECTED, "短信网关没有收下（0x0B）。")


def test_without_an_answer_nobody_knows(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp_line, "ANSWER", 0.3)
    assert line.send(going("94")).status is SendStatus.UNKNOWN


def test_a_line_at_which_nobody_answers_is_made_anew(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its other end may be gone without a word: all that is given to it would be lost."""
    monkeypatch.setattr(smpp_line, "ANSWER", 0.3)
    line.send(going("01"))
    first = line._smsc
    for ending in ("94", "01", "94"):  # a number that gets no answer is no such line
        line.send(going(ending))
    assert line._smsc is first
    assert line.send(going("94")).status is SendStatus.UNKNOWN
    assert not line.is_bound
    assert line.send(going("01")).status is SendStatus.ACCEPTED
    assert line._smsc is not first


def test_a_line_that_breaks_is_made_anew(line: Line) -> None:
    assert line.send(going("97")).status is SendStatus.UNKNOWN
    wait_until(lambda: not line.is_bound)
    assert line.send(going("02")).status is SendStatus.ACCEPTED


def test_what_is_not_taken_is_given_again(smsc: Smsc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp_line, "AGAIN", 0.05)
    tries: list[Sequence[Told]] = []

    def take(found: Sequence[Told]) -> None:
        tries.append(found)
        if len(tries) == 1:
            raise OSError

    opened = Line(smsc.account(), take)
    try:
        opened.send(going("03"))
        wait_until(lambda: len(tries) == 2)
    finally:
        opened.close()
    assert tries[0] == tries[1]


class Taker:
    """Takes what it is told, but for ``refuses``; nothing at all while it is ``shut``. One that ``opens_soon`` is shut no
    more as soon as several are handed in together."""

    def __init__(self, *refuses: Told) -> None:
        self.refuses, self.shut, self.opens_soon = refuses, False, False
        self.tries: Counter[Told] = Counter()
        self.taken: list[Told] = []

    def __call__(self, found: Sequence[Told]) -> None:
        self.tries.update(found)
        if self.opens_soon and len(found) > 1:
            self.shut = False
        if self.shut or set(found) & set(self.refuses):
            raise OSError
        self.taken += found


@pytest.fixture
def telling(smsc: Smsc, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Line]]:
    """Lines to a taker, over which something is told at once."""
    monkeypatch.setattr(smpp_line, "AGAIN", 0.02)
    opened: list[Line] = []

    def tell(taker: Taker, *found: Told) -> Line:
        if not opened:
            opened.append(Line(smsc.account(), taker))
        opened[0]._loop.call_soon_threadsafe(opened[0]._told, found)
        return opened[0]

    yield tell
    for one in opened:
        one.close()


def test_one_that_is_never_taken_holds_up_no_other(
    telling: Callable[..., Line], caplog: pytest.LogCaptureFixture
) -> None:
    bad, *good = (DeliveryReport(DELIVERED, provider_id=f"m{n}") for n in range(1 + TRIES))
    taker = Taker(bad)
    for at, one in enumerate(good, 1):
        line = telling(taker, *(bad, one) if at == 1 else (one,))
        wait_until(lambda: len(taker.taken) == at)  # noqa: B023 - waited for here
    assert taker.taken == good
    wait_until(lambda: not line._waiting)
    tries = taker.tries[bad]
    telling(taker, DeliveryReport(UNDELIVERED, provider_id="later"))
    wait_until(lambda: len(taker.taken) == TRIES + 1)
    assert taker.tries[bad] == tries
    assert "put aside: a DeliveryReport" in caplog.text
    assert "m0" not in caplog.text


def test_while_nothing_is_taken_all_waits_in_its_order(telling: Callable[..., Line]) -> None:
    found = [DeliveryReport(DELIVERED, provider_id=f"m{n}") for n in range(3)]
    taker = Taker()
    taker.shut = True
    telling(taker, *found)
    wait_until(lambda: min(taker.tries[one] for one in found) > 3 * TRIES)
    taker.opens_soon = (
        True  # and not while they are handed in one by one: what failed then comes after the others
    )
    wait_until(lambda: set(taker.taken) >= set(found))
    assert list(dict.fromkeys(taker.taken)) == found


def test_what_waits_is_bounded(
    telling: Callable[..., Line], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(smpp_line, "MOST_PENDING", 2)
    taker = Taker()
    taker.shut = True
    line = telling(taker, *(DeliveryReport(DELIVERED, provider_id=f"m{n}") for n in range(2)))
    wait_until(lambda: taker.tries)
    telling(taker, DeliveryReport(DELIVERED, provider_id="m3"))
    wait_until(lambda: "too much waits" in caplog.text)
    assert len(line._waiting) == 2


def test_nobody_there_and_a_wrong_password_are_an_outage(
    smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_line, "BIND", 3)
    for account in (Account("127.0.0.1", 1, is_secure=False, system_id="a", password=""),):
        closed = Line(account, lambda _: None)
        assert closed.send(going("01")).status is SendStatus.DOWN
        assert not closed.bind()
        closed.close()
    wrong = Line(smsc.account("wrong"), lambda _: None)
    assert wrong.send(going("01")).detail == smpp_line.NOT_BOUND

    async def never(_: object) -> None:
        raise TimeoutError

    # Nothing went out, though the library does not even end: not unknown, which nobody would send again.
    monkeypatch.setattr(smpp_line.smpp34.Client, "stop", never)
    assert wrong.send(going("02")).status is SendStatus.DOWN
    monkeypatch.undo()
    wrong.close()


# --- Messages ------------------------------------------------------------------------------------


@pytest.fixture
def chosen(smsc: Smsc) -> Iterator[Smsc]:
    smsc.configure()
    yield smsc
    smpp.close_line()


@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("OVW-09", "DRAW-20", "DRAW-22")
def test_a_message_is_delivered_and_answered_over_the_line(chosen: Smsc) -> None:
    configure(REPLIES, BY_EXTENSION)
    assert keep_line()
    (message,) = send("sms", now=timezone.now())
    code = code_of("seat")
    Message.objects.filter(pk=message.pk).update(answer_key=answer_key("13800000098", code))
    message.refresh_from_db()
    message.address, message.answer_code = "13800000098", code
    message.save(update_fields=["address", "answer_code"])
    deliver(message_id=message.pk, now=timezone.now() + timedelta(seconds=1))
    wait_until(Reply.objects.exists)
    reply = Reply.objects.get()
    assert (reply.message_id, reply.decision, reply.provider) == (message.pk, "yes", SMPP)
    assert chosen.seen[-1]["from"] == f"106912345{code}"
    other, *_ = send("sms", key="invite:2", now=timezone.now())
    deliver(message_id=other.pk, now=timezone.now() + timedelta(seconds=1))
    wait_until(lambda: Message.objects.filter(pk=other.pk, state=DeliveryState.DELIVERED).exists())


@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("OVW-09")
def test_a_gateway_that_takes_all_and_answers_nothing_is_down(
    chosen: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours of letters came to nothing of which anybody knew, and no check said so."""
    monkeypatch.setattr(smpp_line, "ANSWER", 0.2)
    now = timezone.now()

    def tried(number: int, ending: str, at: datetime) -> Message:
        to = Recipient(account=None, name="王建国", phone=f"138000{number:03d}{ending}")
        (message,) = send("sms", to=to, key=f"invite:{number}", now=now)
        deliver(message_id=message.pk, now=at)
        message.refresh_from_db()
        return message

    lost = [tried(number, "94", now) for number in range(DOWN_AFTER)]
    assert {one.state for one in lost} == {DeliveryState.UNKNOWN}
    assert find_gateway(CHANNELS["sms"], now).state is Health.FAILED
    waits = tried(7, "01", now)
    assert (waits.state, waits.put_off) == (DeliveryState.QUEUED, PutOff.DOWN)
    deliver(message_id=waits.pk, now=waits.due_at)
    waits.refresh_from_db()
    assert waits.sent_at is not None
    assert find_gateway(CHANNELS["sms"], waits.due_at).state is Health.OK
    # What may have gone out is not sent again.
    assert not Message.objects.filter(pk__in=[one.pk for one in lost], attempts__gt=1).exists()


@pytest.mark.django_db
def test_a_trial_has_a_line_of_its_own(chosen: Smsc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp_line, "BIND", 3)
    monkeypatch.setattr(trials, "MORE", 0)
    monkeypatch.setattr(posting, "LONGEST", 0)
    typed = {one.code: value_of(one) for one in SETTINGS}
    (trial,) = (one for one in TRIALS if one.group == SMPP_SMS)
    assert "13800000001" in trial.run(lambda one: typed[one.code], "13800000001")
    typed[SMPP_PASSWORD.code] = "wrong"
    with pytest.raises(TrialFailed, match="没有答复"):
        trial.run(lambda one: typed[one.code], "13800000001")


def test_replies_carry_the_number_to_which_they_went(line: Line, told: list[Told]) -> None:
    line.send(going("98"))
    wait_until(lambda: told)
    (reply,) = told
    assert isinstance(reply, Inbound)
    assert (reply.sender, reply.text, reply.extension) == ("13800000098", "同意", "106912345")
