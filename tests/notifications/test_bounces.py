"""Letters that come back are read from the mailbox of a real server, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from expertpool.core.health import Health
from expertpool.notifications.channels.email import bounces, mailbox
from expertpool.notifications.channels.email.bounce_settings import CONSTRAINTS, HOST, SECURITY
from expertpool.notifications.channels.email.bounces import may_be_bounce, read_bounce
from expertpool.notifications.enums import AttemptState, DeliveryState
from expertpool.notifications.models import DeliveryEvent, Message, ReturnMailbox
from expertpool.notifications.queries.health import find_returns
from expertpool.notifications.services.bounces import read_bounces
from expertpool.notifications.services.delivery import deliver
from tests.notifications.conftest import send
from tests.notifications.imap_server import ImapServer
from tests.notifications.mail_server import MailServer
from tests.ports import free_port

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
NOON = datetime.now(UTC).replace(microsecond=0)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with ImapServer() as server:
        yield server


@pytest.fixture
def mailbox_of_returns(server: ImapServer, db: None) -> ImapServer:
    server.empty()
    server.configure()
    return server


def sent(mail_server: MailServer, key: str = "invite:1") -> Message:
    """A letter that the server of the mail has taken."""
    (message,) = send("email", key=key)
    deliver(message_id=message.pk, now=NOON)
    message.refresh_from_db()
    assert message.state == DeliveryState.SENT
    return message


def returned(
    message: Message, *, action: str = "failed", status: str = "5.1.1", whole: bool = True
) -> EmailMessage:
    """What a server writes that knows RFC 3464; ``whole``: with the letter itself, else with its headers."""
    letter = EmailMessage()
    letter["From"] = "Mail Delivery System <MAILER-DAEMON@mx.example.com>"
    letter["To"], letter["Subject"] = "noreply@example.cn", "Undelivered Mail Returned to Sender"
    letter["Message-ID"] = "<a1@mx.example.com>"
    letter.set_content("550 5.1.1 <wang@example.cn>: Recipient address rejected")
    original = EmailMessage()
    original["Message-ID"], original["Subject"] = message.provider_id, "评审邀请"
    original.set_content("王建国专家，您好" * 2000)
    told = EmailMessage()
    told.set_type("message/delivery-status")
    told.set_payload(
        [
            _block({"Reporting-MTA": "dns; mx.example.com"}),
            _block(
                {
                    "Final-Recipient": "rfc822; wang@example.cn",
                    "Action": action,
                    "Status": status,
                    "Diagnostic-Code": f"smtp; 550 {status} no such user",
                }
            ),
        ]
    )
    letter.make_mixed()
    letter.attach(told)
    back = EmailMessage()
    if whole:
        back.set_content(original)
    else:
        back.set_content(f"Message-ID: {message.provider_id}\nSubject: x\n")
        back.set_type("text/rfc822-headers")
    letter.attach(back)
    letter.set_type("multipart/report")
    letter.set_param("report-type", "delivery-status")
    return letter


def _block(fields: dict[str, str]) -> EmailMessage:
    block = EmailMessage()
    for name, value in fields.items():
        block[name] = value
    return block


def person(subject: str = "Re: 评审邀请") -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = "wang@example.cn", "noreply@example.cn"
    letter["Subject"] = subject
    letter.set_content("请问几点开始？")
    return letter


@pytest.mark.shows("OVW-09")
@pytest.mark.parametrize("whole", [True, False])
def test_a_letter_that_came_back_has_not_arrived(
    mail_server: MailServer, mailbox_of_returns: ImapServer, whole: bool
) -> None:
    message = sent(mail_server)
    mailbox_of_returns.put(person())
    mailbox_of_returns.put(returned(message, whole=whole))
    assert read_bounces(now=NOON + MINUTE) == 1
    message.refresh_from_db()
    assert message.state == DeliveryState.FAILED
    assert message.tries.get().state == AttemptState.UNDELIVERED
    assert "退信，5.1.1，没有这个邮箱" in message.detail
    assert mailbox_of_returns.unread() == 2  # it is somebody's mailbox


def test_it_counts_once_and_what_comes_later_is_read_too(
    mail_server: MailServer, mailbox_of_returns: ImapServer
) -> None:
    first, second = sent(mail_server), sent(mail_server, "invite:2")
    mailbox_of_returns.put(returned(first))
    assert read_bounces(now=NOON) == 1
    assert read_bounces(now=NOON + MINUTE) == 0
    mailbox_of_returns.put(returned(second))
    ReturnMailbox.objects.update(validity=1)  # the server numbers anew: all of it is read again
    assert read_bounces(now=NOON + 2 * MINUTE) == 1
    assert DeliveryEvent.objects.count() == 2
    assert ReturnMailbox.objects.get().read_at == NOON + 2 * MINUTE


def test_many_are_read_one_part_after_the_other(
    mail_server: MailServer, mailbox_of_returns: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "AT_ONCE", 2)
    letters = [sent(mail_server, f"invite:{at}") for at in range(3)]
    for letter in letters:
        mailbox_of_returns.put(returned(letter))
    assert [read_bounces(now=NOON + at * MINUTE) for at in range(3)] == [2, 1, 0]


def test_a_letter_that_is_only_late_has_not_failed(
    mail_server: MailServer, mailbox_of_returns: ImapServer
) -> None:
    message = sent(mail_server)
    mailbox_of_returns.put(returned(message, action="delayed", status="4.4.1"))
    assert read_bounces(now=NOON) == 0
    message.refresh_from_db()
    assert message.state == DeliveryState.SENT


def test_of_letters_that_nobody_here_wrote_nothing_is_kept(
    mail_server: MailServer, mailbox_of_returns: ImapServer
) -> None:
    message = sent(mail_server)
    other = f"{message.uid.int ^ 1:032x}"
    for name in ("<1@x>", f"<20261124.{other}@example.cn>", "<" + "9" * 5000):
        message.provider_id = name
        mailbox_of_returns.put(returned(message))
    assert read_bounces(now=NOON) == 0
    assert not DeliveryEvent.objects.exists()


def test_a_name_that_somebody_has_spoilt_keeps_no_other_unread(
    mail_server: MailServer, mailbox_of_returns: ImapServer
) -> None:
    """Whoever got a letter knows its name, and may write it as he likes."""
    message = sent(mail_server)
    whole = returned(message).as_bytes()
    own = f"{message.uid.hex}@".encode()
    assert own in whole
    for odd in (own + b"x" * 300, b"\x00" + own):
        mailbox_of_returns.put(whole.replace(own, odd))
    read_bounces(now=NOON)
    assert ReturnMailbox.objects.get().read_at == NOON
    message.refresh_from_db()
    assert message.state == DeliveryState.FAILED


def test_servers_that_write_as_they_like() -> None:
    """Without a report: who wrote, and the letter that came back, are all that there is."""
    plain = person("系统退信")
    plain.replace_header("From", "PostMaster@qq.com")
    plain.set_content(
        "您的邮件被退回：550 5.2.2 mailbox full\n\nMessage-ID: <2026.ab@example.cn>\n"
    )
    assert may_be_bounce(plain.as_bytes())
    found = read_bounce(plain.as_bytes())
    assert found is not None
    assert (found.provider_id, found.code) == ("<2026.ab@example.cn>", "退信，5.2.2，邮箱已满")
    plain.replace_header("Subject", "投递延迟")
    assert read_bounce(plain.as_bytes()) is None
    assert not may_be_bounce(person().as_bytes())


@pytest.mark.parametrize(
    ("subject", "head", "text"),
    [
        ("自动回复: 评审邀请", {}, "我正在休假，12 月 8 日上班后回复您。"),
        (
            "Automatic reply",
            {"Auto-Submitted": "auto-replied (vacation)"},
            "Mail is not delivered to me now.",
        ),
        ("邮件已隔离", {}, "您的邮件疑似垃圾邮件，暂未投递，收件人放行后送达。"),
        ("Message held", {}, "Your message was quarantined and could not be delivered for now."),
        ("Mail status", {}, "451 4.7.1 greylisted, we will retry for 4 hours"),
        ("投递延迟", {"X-Failed-Recipients": "wang@example.cn"}, "550 5.1.1 no such user"),
        ("Re: 评审邀请", {}, "收到。\n> 逾期未送达的视为无法投递"),
    ],
)
def test_whoever_answers_in_the_name_of_a_server_has_not_sent_it_back(
    subject: str, head: dict[str, str], text: str
) -> None:
    """Somebody out of office was taken for one whom no letter reaches."""
    assert read_bounce(_answer_of_a_server(subject, head, text)) is None


@pytest.mark.parametrize(
    ("subject", "head", "text"),
    [
        (
            "failure notice",
            {},
            "Hi. This is the qmail-send program. I wasn't able to deliver your message.",
        ),
        ("Mail", {"X-Failed-Recipients": "wang@example.cn", "Auto-Submitted": "auto-replied"}, "x"),
        ("Mail delivery failed: returning message to sender", {}, "The following address failed"),
        (
            "Returned mail: see transcript",
            {"Auto-Submitted": "auto-generated (failure)"},
            "User unknown",
        ),
        ("来自qq.com的退信", {}, "您的邮件无法到达收件人，建议您稍后重试。"),
        ("通知", {}, "抱歉，您的邮件被退回来了：收件人不存在"),
        ("通知", {}, "550 Mailbox not found"),
    ],
)
def test_a_server_that_knows_no_report_says_so_in_words(
    subject: str, head: dict[str, str], text: str
) -> None:
    assert read_bounce(_answer_of_a_server(subject, head, text)) is not None


def _answer_of_a_server(subject: str, head: dict[str, str], text: str) -> bytes:
    letter = person(subject)
    letter.replace_header("From", "Postmaster <postmaster@example.cn>")
    letter["In-Reply-To"] = "<20261124.ab@example.cn>"
    for name, value in head.items():
        letter[name] = value
    letter.set_content(text)
    assert may_be_bounce(letter.as_bytes())
    return letter.as_bytes()


@pytest.mark.parametrize("kind", ["disposition-notification", "feedback-report"])
@pytest.mark.parametrize("whole", [True, False])
def test_whoever_has_read_a_letter_has_it(
    mail_server: MailServer, mailbox_of_returns: ImapServer, kind: str, whole: bool
) -> None:
    """A receipt of reading was taken for a letter that came back, and whoever had sent it for somebody not reached."""
    message = sent(mail_server)
    receipt = returned(message, whole=whole)
    receipt.set_param("report-type", kind)
    _, told, _ = receipt.iter_parts()
    told.set_type(f"message/{kind}")
    told.set_payload([_block({"Disposition": "manual-action/MDN-sent-manually; displayed"})])
    mailbox_of_returns.put(receipt)
    assert read_bounces(now=NOON + MINUTE) == 0
    message.refresh_from_db()
    assert message.state == DeliveryState.SENT


def test_what_became_of_a_letter_may_have_a_comment(
    mail_server: MailServer, mailbox_of_returns: ImapServer
) -> None:
    message = sent(mail_server)
    mailbox_of_returns.put(returned(message, action="failed (bad destination mailbox)"))
    assert read_bounces(now=NOON + MINUTE) == 1
    message.refresh_from_db()
    assert message.state == DeliveryState.FAILED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00" * 900,
        b"Content-Type: multipart/report; boundary=a\r\n\r\n" + b"--a\r\n" * 3000,
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n",
        b"From: mailer-daemon@x\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff",
        b"From: mailer-daemon@x\r\nSubject: =?utf-8?b?A?=\r\n\r\nMessage-ID: <a.b@c>\r\n",
        b"From: mailer-daemon@x\r\nSubject: =?nonsense?q?=ff?=\r\n\r\nMessage-ID: <a.b@c>\r\n",
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
    ],
)
def test_whatever_somebody_writes_is_read_to_its_end(content: bytes) -> None:
    may_be_bounce(content)
    assert read_bounce(content) is None


def test_parts_within_parts_without_end_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter of 256 KB in 900 parts took eight seconds of those who send invitations."""
    parts = b"".join(
        b"Content-Type: multipart/mixed; BOUNDARY=%d\n\n--%d\n" % (at, at) for at in range(900)
    )
    monkeypatch.setattr(bounces, "_parsed", pytest.fail)
    assert read_bounce(b"From: mailer-daemon@x\n" + parts + b"\n" * 1000) is None


def test_a_mailbox_that_cannot_be_read_is_told_and_made_up_for(
    mail_server: MailServer, mailbox_of_returns: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_returns(NOON).state is Health.OK
    message = sent(mail_server)
    mailbox_of_returns.put(returned(message))
    mailbox_of_returns.configure(password="wrong")
    assert read_bounces(now=NOON) == 0
    assert "拒绝登录" in find_returns(NOON).sentence
    mailbox_of_returns.configure(port=free_port())
    assert read_bounces(now=NOON + MINUTE) == 0
    found = find_returns(NOON + 16 * MINUTE)
    assert found.state is Health.FAILED
    assert "没有得到收信服务器的答复" in found.sentence
    silent = found.sentence
    monkeypatch.setattr(mailbox, "PATIENCE", 1)
    with MailServer() as other:  # speaks, and no IMAP
        mailbox_of_returns.configure(port=other.port)
        assert read_bounces(now=NOON + MINUTE) == 0
    assert find_returns(NOON + 16 * MINUTE).sentence == silent
    mailbox_of_returns.configure(user="张三", host="localhost")
    assert read_bounces(now=NOON + 2 * MINUTE) == 0
    assert "不认的字符" in find_returns(NOON).sentence
    monkeypatch.undo()
    mailbox_of_returns.configure()
    assert read_bounces(now=NOON + 3 * MINUTE) == 1
    assert find_returns(NOON).state is Health.OK


def test_a_mailbox_that_never_ends_fills_no_memory(
    mailbox_of_returns: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MOST_READ", 5000)
    mailbox_of_returns.put(b"Subject: x\r\n" + b"X-A: b\r\n" * 1000 + b"\r\nc")
    read_bounces(now=NOON)
    assert "没有得到" in ReturnMailbox.objects.get().detail


def test_a_job_that_fails_each_time_is_told(mailbox_of_returns: ImapServer) -> None:
    assert read_bounces(now=NOON) == 0
    assert find_returns(NOON + MINUTE).state is Health.OK
    assert find_returns(NOON + 16 * MINUTE).state is Health.FAILED


def test_without_a_mailbox_nothing_is_read(db: None) -> None:
    ReturnMailbox.objects.create(key="x")
    assert read_bounces(now=NOON) == 0
    assert not ReturnMailbox.objects.exists()
    assert find_returns(NOON).state is Health.OFF


@pytest.mark.parametrize(
    ("host", "security", "is_refused"),
    [("imap.example.cn", "none", True), ("127.0.0.1", "none", False), ("", "none", False)],
)
def test_no_password_goes_through_the_network_in_the_open(
    db: None, host: str, security: str, is_refused: bool
) -> None:
    values = {HOST.code: host, SECURITY.code: security}
    told = CONSTRAINTS[0].broken(lambda setting: values[setting.code])
    assert bool(told) is is_refused
