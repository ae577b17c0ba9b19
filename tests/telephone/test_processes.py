"""Programs as they run in an office: workers, the voice agent, and telephones, a platform of short messages and a mail server
that the project did not write. After the seal nobody of the office does anything."""

from __future__ import annotations

import json
import re
import sys
import wave
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.core.jobs import defer
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.written import write_lines
from expertpool.draws.settings import QUIET_WAYS, WAITS
from expertpool.experts.models import Expert
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message, Reply
from expertpool.notifications.queries.attempts import callback_address
from expertpool.telephone.channels.line import RATE
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.models import Call
from expertpool.telephone.rules import LOST_AFTER, SENTENCES
from tests.factories.draws import expert_id_of, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.notifications.mail_server import MailServer
from tests.notifications.sms_platform import Platform
from tests.telephone.phones import phones
from tests.telephone.sound import ears, free_port, noise, voices
from tests.worker import kill, program, wait_for, work_off

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("programs", "no_quiet_hours"),
    pytest.mark.filterwarnings("ignore:Requiring AUTH"),
    pytest.mark.timeout(240),
]
SEATS, POOL = 9, 16
AGREES, DECLINES, LISTENS, BUSY = "01", "02", "10", "20"  # what a telephone does
# A decline by a key is made good within two seconds. One that is written comes through a platform and a web server, which on a
# machine that has much else to do take longer.
AT_ONCE = {ChannelCode.VOICE: 2.0, ChannelCode.SMS: 5.0}
THANKS = 3.0  # seconds, spoken in the recordings of the test
SILENT_FOR = timedelta(seconds=12)


@pytest.fixture
def line(tmp_path: Path) -> int:
    """A trunk at a port of this machine; the same sentences are spoken short, that the test is."""
    port = free_port()
    configure(voice.SERVER, f"127.0.0.1:{port}")
    configure(voice.USER, "02788886666")
    configure(voice.LINES, 20)
    configure(voice.TRUNK, voice.SIP)
    configure(QUIET_WAYS[ChannelCode.VOICE], None)  # whatever the time is
    configure(WAITS[ChannelCode.VOICE], timedelta())
    for at, name in enumerate(SENTENCES):
        speak(tmp_path, name, noise(0.3, at))
    return port


def speak(folder: Path, name: str, sound: bytes) -> None:
    """Let the sentence ``name`` be spoken by somebody of the office."""
    with wave.open(str(folder / f"{name}.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(sound)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        configure(sms.PROVIDER, sms.GATEWAY)
        configure(sms.GATEWAY_URL, f"{platform.url}/send")
        configure(sms.GATEWAY_SUCCESS, '"code": 0')
        configure(sms.REPLIES, sms.BY_CODE)
        configure(sms.REPLY_TEXT, "content")
        yield platform


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with MailServer() as server:
        server.configure()
        yield server


@pytest.fixture
def moments() -> Iterator[None]:
    """Let the database note when what was written of an invitation was committed, by its own clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE moments (invitation bigint, state text, tx bigint, at timestamptz);"
            "CREATE FUNCTION note_moment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
            " INSERT INTO moments VALUES (NEW.id, NEW.state, txid_current(), clock_timestamp());"
            " RETURN NULL; END $$;"
            "CREATE CONSTRAINT TRIGGER note_moment AFTER INSERT OR UPDATE OF state ON draws_invitation"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_moment()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER note_moment ON draws_invitation; DROP FUNCTION note_moment; DROP TABLE moments"
        )


def seal(channels: tuple[str, ...], seats: int, pool: int) -> Draw:
    """Seal a draw among ``pool`` experts whose numbers end in 40, 41 …"""
    for at in range(pool):
        make_expert(phone=f"138001380{40 + at}", email=f"e{at}@example.cn")
    now = timezone.now()
    project = make_ready_project(now=now, seats=seats, channels=channels, reply_minutes=60)
    return start_draw(project=project, actor=project.created_by, now=now, entropy=SeededEntropy(1))


def phone_of(row: Invitation) -> str:
    return str(Expert.objects.get(pk=expert_id_of(row)).phone)


@contextmanager
def telephones(
    folder: Path, port: int, does: Mapping[str, str], capture: Mapping[str, int] | None = None
) -> Iterator[None]:
    """Let the telephones of ``does`` do what is said of them, and all others agree."""
    alike = {str(40 + at): AGREES for at in range(POOL)}
    alike |= {number[-2:]: what for number, what in does.items()}
    listens = capture or {}
    with phones(folder, port=port, capture=listens, calls=999, seconds=200, alike=alike):
        yield


def agent(folder: Path) -> AbstractContextManager[Popen[bytes]]:
    return program("voice-agent", VOICE_ADDRESS="127.0.0.1", VOICE_SENTENCES=str(folder))


@contextmanager
def workers() -> Iterator[None]:
    """Run the workers; they take jobs by now."""
    job = ProcrastinateJob.objects.filter(pk=defer("notifications.forget_waiting", timestamp=0))
    with program("worker"):
        wait_for(lambda: job.filter(status="succeeded").exists())
        yield


def seconds_to_supplement() -> dict[str, float]:
    """Return, by the way of each decline, how long after it was heard the invitation of whoever comes instead was written."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gone.invitation, come.at FROM moments gone JOIN moments come USING (tx)"
            " WHERE gone.state = 'declined' AND come.state = 'invited'"
        )
        for pk, at in cursor.fetchall():
            reply = Reply.objects.get(message__about_id=pk, message__about_type="draws.invitation")
            found[reply.message.channel] = (at - reply.received_at).total_seconds()
    return found


def seconds_of_thanks(letter: Message) -> float:
    """Return how long the call of ``letter`` went on after the answer."""
    ended = Call.objects.get(attempt__message=letter).ended_at
    assert ended is not None
    return (ended - Reply.objects.get(message=letter).received_at).total_seconds()


@pytest.mark.long
@pytest.mark.shows("OVW-08", "OVW-09", "DRAW-13", "DRAW-20", "DRAW-22", "DRAW-23", "DRAW-40")
@pytest.mark.usefixtures("moments")
def test_nine_seats_are_filled_by_programs_alone(
    tmp_path: Path, line: int, platform: Platform, mails: MailServer, client: Client
) -> None:
    """Three press a key (one of them 2), three write back (one of them N), two open the link in their mail, one says nothing
    until his time is over. Whoever comes for those who left presses 1."""
    for name in ("thanks-yes", "thanks-no"):
        speak(tmp_path, name, noise(THANKS, 9))
    draw = seal(("sms", "voice", "email"), SEATS, POOL)
    rows = list(draw.invitations.order_by("line"))
    numbers = [phone_of(row) for row in rows]
    silent = rows[8]
    does = dict(zip(numbers, [DECLINES, AGREES, AGREES, *[BUSY] * 6], strict=True))
    with ExitStack() as stack:
        stack.enter_context(telephones(tmp_path, line, does))
        stack.enter_context(workers())
        stack.enter_context(agent(tmp_path))
        ends = timezone.now() + SILENT_FOR
        write_lines([silent], reached_at=timezone.now(), deadline_at=ends)
        defer("draws.expire_invitation", at=ends, invitation_id=silent.pk)
        for at in (3, 4, 5):
            write_back(client, platform, numbers[at], "N" if at == 3 else "Y")
        for at in (6, 7):
            follow_link(client, mails, rows[at])
        wait_for(lambda: Draw.objects.get(pk=draw.pk).status == DrawStatus.SUCCESS, seconds=90)
        wait_for(lambda: not Call.objects.filter(ended_at=None).exists())
    found = Counter(draw.invitations.values_list("state", "replied_via"))
    assert found == {
        (InvitationState.ACCEPTED, ReplyVia.VOICE): 2 + 3,
        (InvitationState.ACCEPTED, ReplyVia.SMS): 2,
        (InvitationState.ACCEPTED, ReplyVia.LINK): 2,
        (InvitationState.DECLINED, ReplyVia.VOICE): 1,
        (InvitationState.DECLINED, ReplyVia.SMS): 1,
        (InvitationState.NO_ANSWER, ReplyVia.DEADLINE): 1,
    }
    said = Message.objects.filter(channel=ChannelCode.VOICE, state=DeliveryState.DELIVERED)
    assert len(said) == 6
    assert all("请于 20" in one.body for one in said)  # as it was spoken, with the deadline
    assert min(map(seconds_of_thanks, said)) > THANKS - 0.5
    took = seconds_to_supplement()
    sys.stdout.write(f"from a decline to the next invitation, in seconds: {took}\n")
    assert set(took) == set(AT_ONCE)
    assert all(took[way] < most for way, most in AT_ONCE.items()), took


@pytest.mark.long
@pytest.mark.shows("DRAW-40", "PRJ-17")
def test_an_agent_that_is_killed_in_its_calls_loses_and_doubles_nothing(
    tmp_path: Path, line: int
) -> None:
    """One has confirmed his key and hears the thanks, one listens, when the agent is killed. Whoever answered has answered;
    the other is called again, by another agent, when the table says."""
    speak(tmp_path, "thanks-yes", noise(30, 9))
    draw = seal(("voice",), 2, 2)
    pressed, listens = draw.invitations.order_by("line")
    first = {phone_of(pressed): AGREES, phone_of(listens): LISTENS}
    with ears([AGREES, LISTENS]) as (ports, came):
        with (
            telephones(tmp_path, line, first, capture=ports),
            agent(tmp_path) as killed,
        ):
            wait_for(lambda: Reply.objects.exists() and is_heard_by(listens))
            kill(killed)
        work_off("deadlines")
        pressed.refresh_from_db()
        assert pressed.state == InvitationState.ACCEPTED
        assert calls_to(pressed, listens) == [("", None), ("", None)]
        # As after half a minute, in which nobody says that he has these calls.
        Call.objects.update(seen_at=timezone.now() - LOST_AFTER)
        with telephones(tmp_path, line, {}, capture=ports), agent(tmp_path):
            wait_for(lambda: not Call.objects.filter(ended_at=None).exists())
            assert calls_to(pressed, listens) == [
                (CallOutcome.YES, "yes"),
                (CallOutcome.INTERRUPTED, ""),
            ]
            ended = Call.objects.get(outcome=CallOutcome.INTERRUPTED).ended_at
            waiting = Message.objects.filter(channel=ChannelCode.VOICE, state=DeliveryState.QUEUED)
            again = waiting.get(about_id=listens.pk)
            assert again.due_at - ended == timedelta(minutes=1)
            waiting.update(due_at=timezone.now())
            wait_for(lambda: Reply.objects.count() == 2)
    work_off("deadlines")
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    # Each was spoken to in the calls that are written down, and in no other.
    assert (len(voices(came[AGREES])), len(voices(came[LISTENS]))) == (2, 1)
    assert calls_to(pressed) == [(CallOutcome.YES, "yes")]
    assert len(calls_to(listens)) == 2


@pytest.mark.long
@pytest.mark.shows("DRAW-40")
def test_an_agent_that_is_told_to_stop_lets_a_talk_come_to_its_end(
    tmp_path: Path, line: int
) -> None:
    """He who talks answers and is thanked; who waits for the line is called by the next agent."""
    configure(voice.LINES, 1)
    speak(tmp_path, "thanks-yes", noise(THANKS, 9))
    draw = seal(("voice",), 2, 2)
    does = dict.fromkeys(map(phone_of, draw.invitations.all()), AGREES)
    with telephones(tmp_path, line, does), agent(tmp_path) as told:
        wait_for(Call.objects.filter(answered_at__isnull=False).exists)
        told.terminate()
        assert told.wait(60) == 0
    call = Call.objects.get()
    assert (call.outcome, call.pressed) == (CallOutcome.YES, "yes")
    assert seconds_of_thanks(call.attempt.message) > THANKS - 0.5
    waits = Message.objects.get(channel=ChannelCode.VOICE, state=DeliveryState.QUEUED)
    assert waits.attempts == 0


def is_heard_by(row: Invitation) -> bool:
    talks = Call.objects.filter(ended_at=None, answered_at__isnull=False)
    return talks.filter(attempt__message__about_id=row.pk).exists()


def calls_to(*rows: Invitation) -> list[tuple[str, str | None]]:
    """Return how the calls to whoever is asked by ``rows`` ended, and what was pressed."""
    found = []
    for row in rows:
        calls = Call.objects.filter(attempt__message__about_id=row.pk).order_by("pk")
        found += [(one.outcome, one.pressed if one.ended_at else None) for one in calls]
    return found


def write_back(client: Client, platform: Platform, number: str, word: str) -> None:
    """Wait for the short message to ``number``, and write back as it says."""

    def code() -> str | None:
        texts = (str(one["content"]) for one in platform.taken if one.get("mobile") == number)
        found = next((re.search(r"Y(\d{6})", one) for one in texts), None)
        return found[1] if found else None

    wait_for(code)
    said = json.dumps({"mobile": number, "content": f"{word}{code()}"})
    address = callback_address(sms.GATEWAY).partition("://")[2].partition("/")[2]
    answer = client.post(f"/{address}", said, content_type="application/json")
    assert answer.status_code == 200


def follow_link(client: Client, mails: MailServer, row: Invitation) -> None:
    """Wait for the mail to whoever is asked by ``row``, and say yes where its link leads."""
    address = Expert.objects.get(pk=expert_id_of(row)).email

    def letter() -> str:
        for mail in mails.accepted:
            part = mail.get_body(("plain",))
            if part and str(mail["To"]) == address and "/r/" in part.get_content():
                return str(part.get_content())
        return ""

    wait_for(letter)
    path = "/r/" + letter().partition("/r/")[2].split()[0]
    assert client.get(path).status_code == 200
    client.post(path, {"answer": "accept"})
