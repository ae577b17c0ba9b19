"""「发送测试邮件」 against real servers, with what is typed and not yet saved."""

from __future__ import annotations

import datetime as dt
import gc
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core import posting
from expertpool.core.configuration import value_of
from expertpool.core.connections import WatchedConnection
from expertpool.notifications.channels import trial
from expertpool.notifications.channels.email import trial as email_trial
from expertpool.notifications.channels.email.settings import (
    HOST,
    PASSWORD,
    PORT,
    SECURITY,
    SENDER,
    USER,
)
from expertpool.notifications.channels.email.trial import UNANSWERED
from expertpool.siteconfig.models import SettingChange
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.notifications.mail_server import MailServer
from tests.ports import free_port

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
TRY = "/settings/groups/mail/try/"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody answers, that is said after the same time: here at once."""
    monkeypatch.setattr(posting, "LONGEST", 0)
    monkeypatch.setattr(trial, "MORE", 0)


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A server that the settings do not know yet."""
    with MailServer() as server:
        yield server


def attempt(client: Client, admin: User, at: object, **changes: str) -> str:
    """Press the button with the server at port ``at`` typed into the form, ``changes`` on top."""
    values = {
        "version": "0",
        "host": "127.0.0.1",
        "port": str(at),
        "security": "none",
        "user": MailServer.account[0],
        "password": MailServer.account[1],
        "sender": MailServer.account[0],
        "sender_name": "城建专家库",
        "timeout": "2",
        "per_minute": "0",
        "route_wait": "30",
    } | changes
    form = {
        name if name == "version" else f"notifications-mail_{name}": value
        for name, value in values.items()
    }
    form["address"] = changes.get("address", "me@example.cn")
    return login(client, admin).post(TRY, form).content.decode()


def test_it_arrives_and_nothing_is_saved(client: Client, admin: User, server: MailServer) -> None:
    assert "已发出，请到 me@example.cn 的收件箱查看" in attempt(client, admin, server.port)
    (mail,) = server.accepted
    assert mail["Subject"] == "测试邮件"
    assert mail["From"] == "城建专家库 <noreply@example.cn>"
    assert value_of(HOST) == ""
    assert not SettingChange.objects.exists()


def test_its_thread_leaves_no_connection_open(
    client: Client, admin: User, server: MailServer
) -> None:
    """The letter reads how the office is called; whoever deletes such a connection is warned."""
    before = opened()
    assert "已发出" in attempt(client, admin, server.port)
    assert opened() == before


def opened() -> int:
    """How many connections of pages and jobs stand."""
    return sum(type(one) is WatchedConnection and not one.closed for one in gc.get_objects())


def test_the_stored_password_serves_where_none_is_typed(
    client: Client, admin: User, server: MailServer
) -> None:
    store_server(server)
    assert "已发出" in attempt(client, admin, server.port, password="")


def store_server(server: MailServer) -> None:
    for setting, value in {
        HOST: "127.0.0.1",
        PORT: server.port,
        SECURITY: "none",
        USER: MailServer.account[0],
        PASSWORD: MailServer.account[1],
        SENDER: MailServer.account[0],
    }.items():
        configure(setting, value)


@pytest.mark.parametrize("other", [{"host": "localhost"}, {"port": "1"}, {"security": "starttls"}])
def test_the_stored_password_is_told_to_no_other_server(
    client: Client, admin: User, server: MailServer, other: dict[str, str]
) -> None:
    store_server(server)
    answer = attempt(client, admin, server.port, password="", **other)
    assert "有改动，请重新输入密码。" in answer
    assert not server.accepted
    # Saving such a change would send it there with the next mail.
    form = {"version": "0", "notifications-mail_password": ""}
    form |= {
        f"notifications-mail_{name}": value
        for name, value in {
            "host": "127.0.0.1",
            "port": str(server.port),
            "security": "none",
            "user": MailServer.account[0],
            "sender": MailServer.account[0],
            "sender_name": "专家库",
            "timeout": "20",
            "route_wait": "30",
            **other,
        }.items()
    }
    saved = client.post("/settings/groups/mail/", form)
    assert saved.status_code == 422
    assert value_of(HOST) == "127.0.0.1"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "wrong"}, "拒绝登录（535），请检查邮箱账号和密码"),
        ({"port": "1"}, UNANSWERED),
        ({"host": "mail.invalid", "plain": "on"}, UNANSWERED),
        ({"security": "ssl"}, UNANSWERED),
        ({"security": "starttls"}, "服务器不支持所选的加密方式"),
        ({"host": ""}, "请先填写服务器"),
        ({"address": "nobody"}, "收件邮箱格式不对"),
        ({"address": "bounce@example.cn"}, "邮件服务器拒收（550）"),
        ({"sender": ""}, "还要填写发件邮箱"),
        ({"port": "70000"}, "应为 1 至 65535"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    client: Client, admin: User, server: MailServer, changes: dict[str, str], words: str
) -> None:
    text = attempt(client, admin, server.port, **changes)
    assert words in text
    assert MailServer.account[1] not in text
    assert not server.accepted


def test_a_test_mail_tells_no_ports_apart(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody listens, where somebody says nothing, and where it is no mail server: the same words after the
    same time."""
    monkeypatch.setattr(email_trial, "PATIENCE", 0.2)
    monkeypatch.setattr(posting, "LONGEST", 0.4)
    monkeypatch.setattr(trial, "MORE", 0.2)
    took = []
    with socket.create_server(("127.0.0.1", 0)) as silent, another_service() as other:
        for port in (free_port(), silent.getsockname()[1], other):
            began = time.monotonic()
            answer = attempt(client, admin, port)
            took.append(time.monotonic() - began)
            assert UNANSWERED in answer
    assert min(took) >= 0.6


@contextmanager
def another_service() -> Iterator[int]:
    """A server of something else: it says so at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            line, _ = server.accept()
            with line, suppress(OSError):
                line.sendall(b"SSH-2.0-OpenSSH_9.7\r\n")
                line.recv(100)

        thread = Thread(target=greet, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=5)


def test_a_server_that_drips_holds_one_page_for_a_while(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "ALTOGETHER", 1)
    with dripping() as port:
        answer = attempt(client, admin, port)
        assert "1 秒内没有发完" in answer
        assert "上一次测试还没有结束" in attempt(client, admin, port)
    assert trial._one_at_a_time.acquire(timeout=10), "the thread ends with its server"
    trial._one_at_a_time.release()


@contextmanager
def dripping() -> Iterator[int]:
    """A server whose greeting never ends, one byte each tenth of a second."""
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _ = server.accept()
            with line, suppress(OSError):
                line.sendall(b"220 ")
                while not over.wait(0.1):
                    line.sendall(b"x")

        thread = Thread(target=drip, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        over.set()
        thread.join()


def test_a_password_that_smtp_cannot_say_is_named(
    client: Client, admin: User, server: MailServer
) -> None:
    assert "密码含有中文、全角" in attempt(client, admin, server.port, password="密码１")


def test_each_trial_is_logged(client: Client, admin: User, server: MailServer) -> None:
    attempt(client, admin, server.port)
    entry = Entry.objects.get(action="setting.trial")
    assert "me@example.cn" in str(entry.after)
    assert MailServer.account[1] not in str(entry.after)


def test_nothing_goes_where_nobody_vouches_for_the_certificate(
    client: Client, admin: User, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        greeter = Thread(target=_greet, args=(listening, context), daemon=True)
        greeter.start()
        port = str(listening.getsockname()[1])
        assert UNANSWERED in attempt(client, admin, port, security="ssl")
        greeter.join(timeout=5)


def _greet(listening: socket.socket, context: ssl.SSLContext) -> None:
    """Take one connection and offer the certificate; the other side is to turn away."""
    connection, _ = listening.accept()
    with suppress(ssl.SSLError, OSError), connection:
        context.wrap_socket(connection, server_side=True).close()


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
