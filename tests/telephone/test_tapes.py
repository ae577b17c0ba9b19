"""Recordings are heard by whoever may read the message, and by nobody while a panel is sealed."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.fields import is_vouched
from expertpool.core.storing import store
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.services.deletion import delete_messages
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.models import Call
from expertpool.telephone.services import calls
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.telephone import TAPE, make_call
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(db: None) -> Message:
    now = timezone.now()
    return Message.objects.create(
        key="told:voice",
        occasion="draw.confirmed",
        channel=ChannelCode.VOICE,
        recipient="王工",
        address="13800138001",
        body="您好",
        state=DeliveryState.DELIVERED,
        attempts=1,
        created_at=now,
        due_at=now,
        sent_at=now,
    )


def address(message: Message) -> str:
    return reverse("telephone:tape", args=[message.uid, 1])


@pytest.mark.shows("PRJ-17")
def test_a_recording_is_got_from_the_record_and_that_is_logged(
    admin: User, message: Message
) -> None:
    call = make_call(message)
    client = login(Client(), admin)
    page = client.get(reverse("notifications:record", args=[message.uid]))
    assert f'<audio src="{address(message)}"' in page.content.decode()
    assert call.sha256 == hashlib.sha256(TAPE).hexdigest()
    assert call.sha256 in page.content.decode()
    assert "media-src 'self'" in page["Content-Security-Policy"]
    answer = client.get(address(message))
    assert answer.content == TAPE
    assert answer["Content-Type"] == "audio/wav"
    assert "attachment" in answer["Content-Disposition"]
    assert Entry.objects.filter(action="telephone.hear", note=call.sha256).count() == 1


@pytest.mark.shows("PRJ-17")
def test_a_project_lets_be_heard_what_opens_within_it(operator: User) -> None:
    project = make_ready_project(now=timezone.now(), seats=1, channels=("sms",), actor=operator)
    page = login(Client(), operator).get(reverse("projects:detail", args=[project.pk]))
    assert "media-src 'self'" in page["Content-Security-Policy"]


def test_who_reads_no_messages_hears_none(message: Message) -> None:
    make_call(message)
    assert login(Client(), make_user("applicant")).get(address(message)).status_code == 403


def test_a_recording_that_was_altered_is_refused(admin: User, message: Message) -> None:
    call = make_call(message)
    client = login(Client(), admin)
    with store.open(call.tape) as file:
        sealed = file.read()
    store.replace(call.tape, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert "录音打不开" in client.get(address(message)).content.decode()
    store.replace(call.tape, sealed)
    assert client.get(address(message)).content == TAPE
    # The same for what a statement wrote into the row.
    Call.objects.filter(pk=call.pk).update(sha256="0" * 64)
    assert "录音打不开" in client.get(address(message)).content.decode()


@pytest.mark.shows("DRAW-14")
def test_nobody_hears_who_is_asked_while_the_panel_is_sealed(admin: User, operator: User) -> None:
    make_expert()
    now = timezone.now()
    project = make_ready_project(now=now, seats=1, channels=("sms",))
    start_draw(project=project, actor=project.created_by, now=now, entropy=SeededEntropy(1))
    letter = Message.objects.get(about_type="draws.invitation", channel="sms")
    make_call(letter)
    for user in (admin, operator):
        client = login(Client(), user)
        assert client.get(address(letter)).status_code == 404
        page = client.get(reverse("notifications:record", args=[letter.uid])).content.decode()
        assert "通话录音" not in page
    assert not Entry.objects.filter(action="telephone.hear").exists()
    # That they tried is known, and not whose call it was.
    tried = Entry.objects.filter(action="telephone.refused").order_by("pk")
    assert [(one.actor_id, one.subject_id) for one in tried] == [(admin.pk, ""), (operator.pk, "")]


def test_what_is_not_there_is_no_attempt_to_hear_it(admin: User, message: Message) -> None:
    client = login(Client(), admin)
    assert client.get(address(message)).status_code == 404  # never called
    call = make_call(message)
    assert client.get(reverse("telephone:tape", args=[uuid4(), 1])).status_code == 404
    delete_messages(messages=[message], reason="专家要求删除", actor=admin, now=timezone.now())
    call.refresh_from_db()
    assert client.get(address(message)).status_code == 404
    assert not Entry.objects.filter(action="telephone.refused").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("PRJ-17")
def test_a_recording_goes_with_the_text_of_its_message(admin: User, message: Message) -> None:
    """Whoever deleted what was said to an expert left his voice in the store, with the key to it in the row."""
    call = make_call(message)
    tape, digest = call.tape, call.sha256
    assert store.exists(tape)
    delete_messages(messages=[message], reason="专家要求删除", actor=admin, now=timezone.now())
    call.refresh_from_db()
    assert not store.exists(tape)
    assert (call.tape, call.tape_key, call.sha256) == ("", "", digest)
    assert is_vouched(call)
    assert login(Client(), admin).get(address(message)).status_code == 404


def test_a_deletion_that_is_taken_back_leaves_the_recording(admin: User, message: Message) -> None:
    call = make_call(message)
    with transaction.atomic():
        delete_messages(messages=[message], reason="专家要求删除", actor=admin, now=timezone.now())
        transaction.set_rollback(True)
    call.refresh_from_db()
    assert store.exists(call.tape)
    assert login(Client(), admin).get(address(message)).content == TAPE


def test_what_no_call_names_goes_after_a_day(
    message: Message, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A voice that was recorded in a call that had been given up, or whose end was not written, stayed for good."""
    settings.MEDIA_ROOT = tmp_path
    now = timezone.now()
    with monkeypatch.context() as broken:
        broken.setattr(calls, "_tell", raising)
        with pytest.raises(ZeroDivisionError):  # rolled back
            make_call(message, tape=b"RIFF of no end")
    call = make_call(message)
    assert calls.end(call_id=call.pk, outcome=CallOutcome.YES, tape=TAPE, now=now)
    # Of an agent that hung, and was taken for dead.
    assert not calls.end(call_id=call.pk, outcome=CallOutcome.BUSY, tape=b"RIFF late", now=now)
    call.refresh_from_db()
    assert len(list(store.below("calls/"))) == 3
    assert calls.remove_tapes(now=now + timedelta(hours=23)) == 0  # one may be being written
    assert calls.remove_tapes(now=now + timedelta(days=2)) == 2
    assert [one.name for one in store.below("calls/")] == [call.tape]
    assert calls.open_tape(call) == TAPE


def raising(*_: object) -> None:
    raise ZeroDivisionError
