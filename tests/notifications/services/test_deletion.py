from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.exceptions import DeletionRefused
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import listed_label
from expertpool.notifications.queries.messages import notices, own_messages
from expertpool.notifications.services.deletion import delete_messages
from expertpool.notifications.services.sending import Recipient, send_message
from tests.factories.accounts import make_user
from tests.notifications.conftest import INVITATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return make_user("operator")


@pytest.fixture
def message(reader) -> Message:
    (message,) = send_message(
        occasion=INVITATION.code,
        recipient=Recipient(reader.username, reader.name),
        channels=[ChannelCode.SITE],
        context=INVITATION.placeholders,
        about=reader,
        key="x",
        now=timezone.now(),
    )
    Message.objects.filter(pk=message.pk).update(
        state=DeliveryState.DELIVERED, sent_at=timezone.now()
    )
    message.refresh_from_db()
    return message


def delete(*messages: Message, reason="内容有误", actor=None) -> int:
    return delete_messages(
        messages=messages, reason=reason, actor=actor or make_user("admin"), now=timezone.now()
    )


@pytest.mark.shows("PRJ-22")
def test_the_text_goes_and_that_it_was_sent_stays(message, reader):
    admin, sent_at = make_user("admin", name="张管理"), message.sent_at
    assert delete(message, actor=admin) == 1
    stored = Message.objects.get()
    assert (stored.recipient, stored.address, stored.subject, stored.body) == ("", "", "", "")
    assert (stored.state, stored.sent_at, stored.deleted_by) == ("delivered", sent_at, admin)
    (notice,) = notices([stored], viewer=admin)
    assert notice.recipient == "已删除"
    assert "张管理" in notice.deletion
    assert "内容有误" in notice.deletion
    assert not own_messages(reader).exists()
    entry = Entry.objects.get(action="notifications.delete")
    assert (entry.actor, entry.note, entry.before["渠道"]) == (admin, "内容有误", "站内信")
    assert "王建国" not in str(entry.before)
    assert entry.subject_label == f"站内信 {listed_label(INVITATION.code)}"
    assert delete(stored) == 0  # a second time changes nothing
    assert Entry.objects.filter(action="notifications.delete").count() == 1


def test_a_reason_is_needed(message):
    with pytest.raises(DeletionRefused):
        delete(message, reason=" ")
    with pytest.raises(DeletionRefused, match="最多写 200 字，现有 201 字"):
        delete(message, reason="字" * 201)
    assert Message.objects.get().body


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.SENDING])
def test_what_is_on_its_way_is_passed_over(message, state):
    Message.objects.filter(pk=message.pk).update(state=state, sending_at=timezone.now())
    assert delete(message) == 0
    assert Message.objects.get().body
    with pytest.raises(IntegrityError), transaction.atomic():  # nor by any other way
        Message.objects.filter(pk=message.pk).update(deleted_at=timezone.now())
