"""E-mail through a real server that wants a password."""

from __future__ import annotations

import smtplib
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.base import File, Outbound, SendResult, SendStatus
from expertpool.notifications.channels.email import EmailChannel
from expertpool.notifications.channels.email import smtp as email
from expertpool.notifications.channels.email.settings import PASSWORD, PORT, TIMEOUT
from tests.factories.siteconfig import configure
from tests.notifications.mail_server import MailServer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]

PDF = b"%PDF-1.7 \x00\xff" * 4000


def mail(address: str = "wang@example.cn", **kw: object) -> SendResult:
    values = {
        "reference": "20261124120000.5",
        "address": address,
        "subject": "评审邀请：城南污水处理厂扩建工程（第一标段）",
        "body": "王建国专家，您好：\n请打开 https://pool.example.cn/r/AbC-1_2?x=1&y=2。<谢谢>",
    }
    return CHANNELS["email"].send(Outbound(**(values | kw)))  # type: ignore[arg-type]


@pytest.mark.shows("DRAW-23", "DRAW-24")
def test_text_html_and_attachments_arrive_as_they_were(mail_server: MailServer) -> None:
    files = (
        File("评审须知（2026年）.pdf", PDF, "application/pdf"),
        File("agenda.txt", "议程".encode(), "text/plain"),
        File("bytes.txt", b"\xff\xfe\x00", "text/plain"),
    )
    result = mail(files=files)
    assert result == SendResult(SendStatus.ACCEPTED, provider_id="<20261124120000.5@example.cn>")
    (message,) = mail_server.accepted
    # Python folds a long one behind the colon; the blank there is not part of it.
    assert message["Subject"].strip() == "评审邀请：城南污水处理厂扩建工程（第一标段）"
    assert message["To"] == "wang@example.cn"
    assert message["From"] == "专家库 <noreply@example.cn>"
    assert message["Message-ID"] == result.provider_id
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().startswith("王建国专家，您好：")
    attached = {
        part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()
    }
    assert attached == {
        "评审须知（2026年）.pdf": PDF,
        "agenda.txt": "议程".encode(),
        "bytes.txt": b"\xff\xfe\x00",
    }


def test_the_link_of_the_html_ends_before_chinese_punctuation(mail_server: MailServer) -> None:
    mail()
    html = mail_server.accepted[0].get_body(("html",))
    assert html is not None
    content = html.get_content()
    assert (
        '<a href="https://pool.example.cn/r/AbC-1_2?x=1&amp;y=2">'
        "https://pool.example.cn/r/AbC-1_2?x=1&amp;y=2</a>。&lt;谢谢&gt;" in content
    )


def test_an_unknown_address_is_refused_for_good(mail_server: MailServer) -> None:
    assert mail("bounce@example.cn") == SendResult(
        SendStatus.REJECTED, detail="邮件服务器拒收（550）。"
    )
    assert mail_server.accepted == []


def test_a_busy_server_takes_the_same_message_later(mail_server: MailServer) -> None:
    first, second = mail("busy@example.cn"), mail("busy@example.cn")
    assert first == SendResult(SendStatus.RETRY, detail="邮件服务器暂时不收（451）。")
    assert second.status is SendStatus.ACCEPTED
    assert len(mail_server.accepted) == 1


def test_a_resend_has_the_same_message_id(mail_server: MailServer) -> None:
    mail()
    mail()
    assert len({message["Message-ID"] for message in mail_server.accepted}) == 1


def test_a_wrong_password_is_the_administrators_to_mend(mail_server: MailServer) -> None:
    configure(PASSWORD, "wrong")
    result = mail()
    assert result.status is SendStatus.DOWN
    assert result.detail == "邮件服务器拒绝登录（535），请检查邮箱账号和密码。"


def test_a_server_that_is_down_is_tried_again(mail_server: MailServer) -> None:
    configure(PORT, 1)
    result = mail()
    assert result.status is SendStatus.DOWN
    assert "连接邮件服务器失败" in result.detail


def test_a_server_that_does_not_answer_is_tried_again(mail_server: MailServer) -> None:
    configure(TIMEOUT, 1)
    assert mail("slow@example.cn").status is SendStatus.DOWN


def test_a_farewell_that_fails_does_not_send_twice(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quit_badly(self: smtplib.SMTP) -> None:
        self.close()
        raise smtplib.SMTPResponseException(421, b"going down")

    monkeypatch.setattr(smtplib.SMTP, "quit", quit_badly)
    assert mail().status is SendStatus.ACCEPTED
    assert len(mail_server.accepted) == 1


def test_no_server_and_no_development_is_a_failure_not_a_pretence(
    settings: Settings,
) -> None:
    settings.DEV_PAGES = False
    assert mail() == SendResult(SendStatus.REJECTED, detail=EmailChannel.not_configured)


def test_a_server_that_never_ends_is_cut_off_even_if_it_was_found_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The time is over before there is a connection to cut."""
    monkeypatch.setattr(email, "WAITS", 0.1)
    connect, ended = socket.create_connection, threading.Event()

    def late(*args: Any, **more: Any) -> socket.socket:
        time.sleep(0.4)
        return connect(*args, **more)

    monkeypatch.setattr(socket, "create_connection", late)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            with server.accept()[0] as line, suppress(OSError):
                for _ in range(60):
                    line.sendall(b"2")
                    if ended.wait(0.1):
                        return

        threading.Thread(target=trickle, daemon=True).start()
        begin = time.monotonic()
        with pytest.raises(smtplib.SMTPException):
            email._InTime("127.0.0.1", server.getsockname()[1], timeout=1)
        assert time.monotonic() - begin < 4
        ended.set()
