from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from expertpool.audit.models import Entry
from expertpool.core import posting
from expertpool.webhooks.enums import DeliveryState, EventCode
from expertpool.webhooks.exceptions import ResendRefused
from expertpool.webhooks.models import Delivery, Subscription
from expertpool.webhooks.services.announcing import announce, resend, send_test
from expertpool.webhooks.services.delivery import BACKOFF, MAX_ATTEMPTS, deliver
from tests.factories.accounts import make_user
from tests.factories.webhooks import make_delivery, make_subscription
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


def attempt(delivery: Delivery, now: Any = NOW) -> Delivery:
    deliver(delivery_id=delivery.pk, now=now)
    delivery.refresh_from_db()
    return delivery


def job_times(delivery: Delivery) -> list[Any]:
    jobs = ProcrastinateJob.objects.filter(task_name="webhooks.deliver").order_by("id")
    return [job.scheduled_at for job in jobs if job.args["delivery_id"] == delivery.pk]


def test_an_event_arrives_signed(receiver: Receiver) -> None:
    subscription = make_subscription(receiver.url())
    announce(
        event=EventCode.DRAW_SEALED,
        data=lambda: {"draw_number": "D1", "备注": "甲"},
        at=NOW,
        now=NOW,
    )
    delivery = attempt(Delivery.objects.get())
    assert (delivery.state, delivery.status_code) == (DeliveryState.DELIVERED, 204)
    assert (delivery.delivered_at, delivery.attempts) == (NOW, 1)
    (call,) = receiver.calls
    assert call.path == "/hook?from=pool"
    assert call.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert call.headers["content-type"] == "application/json"
    assert call.headers["x-expertpool-event"] == "draw.sealed"
    assert call.content == {
        "id": call.headers["x-expertpool-delivery"],
        "event": "draw.sealed",
        "at": "2026-11-24T17:30:00+08:00",
        "data": {"draw_number": "D1", "备注": "甲"},
    }
    assert uuid.UUID(call.content["id"]) == delivery.uid
    assert call.is_signed_with(subscription.secret, not_before=NOW.timestamp())
    assert not call.is_signed_with("whsec_other")
    call.body = call.body.replace(b"D1", b"D2")
    assert not call.is_signed_with(subscription.secret)


def test_only_who_subscribed_is_told(receiver: Receiver) -> None:
    make_subscription(receiver.url(), EventCode.DRAW_ENDED, name="甲")
    make_subscription(receiver.url(), EventCode.DRAW_SEALED, EventCode.DRAW_ENDED, name="乙")
    off = make_subscription(receiver.url(), name="丙")
    Subscription.objects.filter(pk=off.pk).update(active=False)
    announce(event=EventCode.DRAW_SEALED, data=dict, at=NOW, now=NOW)
    assert [row.subscription.name for row in Delivery.objects.all()] == ["乙"]


def test_it_is_tried_again_later_and_later_and_then_given_up(receiver: Receiver) -> None:
    receiver.status = 503
    delivery = make_delivery(receiver.url(), now=NOW)
    now = NOW
    for number in range(1, MAX_ATTEMPTS):
        delivery = attempt(delivery, now)
        assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, number)
        assert delivery.due_at == now + BACKOFF[number - 1]
        assert delivery.detail == "对方答复 503"
        now = delivery.due_at
    assert attempt(delivery, now).state == DeliveryState.FAILED
    assert len(receiver.calls) == MAX_ATTEMPTS == 8
    assert len({call.body for call in receiver.calls}) == 1, "the same event each time"
    signatures = {call.headers["x-expertpool-signature"] for call in receiver.calls}
    assert len(signatures) == MAX_ATTEMPTS, "each attempt has its own time"
    assert job_times(delivery)[1:] == [NOW + sum(BACKOFF[:n], timedelta()) for n in range(1, 8)]
    attempt(delivery, now)
    assert len(receiver.calls) == MAX_ATTEMPTS, "what was given up stays so"


def test_it_arrives_when_the_receiver_is_back(receiver: Receiver) -> None:
    receiver.status = 500
    delivery = attempt(make_delivery(receiver.url(), now=NOW))
    receiver.status = 200
    assert attempt(delivery).state == DeliveryState.DELIVERED
    attempt(delivery)
    assert len(receiver.calls) == 2, "a second run of the job changes nothing"


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.location = 302, receiver.url(path="/elsewhere")
    delivery = attempt(make_delivery(receiver.url(), now=NOW))
    assert delivery.state == DeliveryState.WAITING
    assert "跳转" in delivery.detail
    assert [call.path for call in receiver.calls] == ["/hook?from=pool"]


def test_a_receiver_that_does_not_answer_costs_no_more_than_the_time_limit(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "LONGEST", 0.2)
    receiver.delay = 1
    delivery = attempt(make_delivery(receiver.url(), now=NOW))
    assert (delivery.state, delivery.status_code) == (DeliveryState.WAITING, None)
    assert "没有在规定时间内" in delivery.detail


def test_a_name_that_nobody_answers_for_costs_no_more_either(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    monkeypatch.setattr(posting, "LONGEST", 0.2)
    delivery = make_delivery(receiver.url("localhost"), now=NOW)

    def look_up(*_args: Any, **_more: Any) -> list[Any]:
        released.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    begin = time.monotonic()
    attempt(delivery)
    assert time.monotonic() - begin < 3
    released.set()
    delivery.refresh_from_db()
    assert "没有在规定时间内" in delivery.detail


def test_a_receiver_that_is_not_there_is_tried_again(allowed: None) -> None:
    with Receiver() as gone:
        url = gone.url()
    delivery = attempt(make_delivery(url, now=NOW))
    assert delivery.state == DeliveryState.WAITING
    assert delivery.detail.startswith("连接失败")
    assert len(job_times(delivery)) == 2


def test_an_address_that_turns_private_is_not_reached(
    receiver: Receiver, settings: Settings
) -> None:
    """Who owns the name may point it to our machines after it was checked."""
    delivery = make_delivery(receiver.url("localhost"), now=NOW)
    settings.WEBHOOK_PRIVATE_HOSTS = []
    assert "内网地址" in attempt(delivery).detail
    assert receiver.calls == []


def test_a_name_is_reached_by_the_address_that_was_checked(receiver: Receiver) -> None:
    delivery = attempt(make_delivery(receiver.url("localhost"), now=NOW))
    assert delivery.state == DeliveryState.DELIVERED
    assert receiver.calls[0].headers["host"] == f"localhost:{receiver.port}"


def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert attempt(make_delivery(receiver.url(), now=NOW)).state == DeliveryState.DELIVERED


@pytest.mark.parametrize(
    ("trusted", "name", "arrives"),
    [
        (True, "localhost", True),
        (True, "other.example", False),
        (False, "localhost", False),
    ],
)
def test_certificates_are_checked_for_the_name_not_the_number(
    allowed: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trusted: bool,
    name: str,
    arrives: bool,
) -> None:
    certificate = make_certificate(tmp_path, name)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, tmp_path / "key.pem")
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # how an operator adds an authority
    posting._certificates.cache_clear()
    with Receiver(tls=tls) as receiver:
        delivery = attempt(make_delivery(receiver.url("localhost"), now=NOW))
    posting._certificates.cache_clear()
    assert (delivery.state == DeliveryState.DELIVERED) is arrives
    assert len(receiver.calls) == arrives
    if not arrives:
        assert "CERTIFICATE_VERIFY_FAILED" in delivery.detail


def make_certificate(folder: Path, name: str) -> Path:
    """Write a key and a certificate for ``name`` that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path = folder / "certificate.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_what_waits_for_a_disabled_subscription_is_given_up(receiver: Receiver) -> None:
    delivery = make_delivery(receiver.url(), now=NOW)
    Subscription.objects.update(active=False)
    assert attempt(delivery).state == DeliveryState.FAILED
    assert receiver.calls == []


def test_a_failed_delivery_is_sent_again_on_request(receiver: Receiver) -> None:
    admin = make_user("admin")
    delivery = make_delivery(receiver.url(), now=NOW)
    with pytest.raises(ResendRefused):
        resend(delivery=delivery, actor=admin, now=NOW)
    Delivery.objects.update(state=DeliveryState.FAILED, attempts=MAX_ATTEMPTS)
    resend(delivery=delivery, actor=admin, now=NOW)
    assert attempt(delivery).state == DeliveryState.DELIVERED
    assert receiver.calls[0].content["id"] == str(delivery.uid)
    assert Entry.objects.filter(action="webhook.resend", actor=admin).count() == 1


def test_a_job_is_queued_with_the_event_and_vanishes_with_it(receiver: Receiver) -> None:
    from django.db import transaction

    subscription = make_subscription(receiver.url())
    with transaction.atomic():
        send_test(subscription=subscription, now=timezone.now())
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name="webhooks.deliver").exists()
    delivery = send_test(subscription=subscription, now=timezone.now())
    assert len(job_times(delivery)) == 1
