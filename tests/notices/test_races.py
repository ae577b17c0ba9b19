"""Two people at one notice in the same moment. With the control."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.notices.enums import NoticeState
from expertpool.notices.exceptions import NoticeRefused
from expertpool.notices.models import Addressee, ExpertNotice, Receipt
from expertpool.notices.services import sending, writing
from expertpool.notices.services.reading import confirm_receipt
from expertpool.notices.services.sending import send_notice
from expertpool.notices.services.writing import add_addressees
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.notices import addressee_of, make_notice, sent_notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.mark.parametrize("is_locked", [True, False])
def test_what_is_sent_is_what_was_seen(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock somebody would be added between the look and the sending."""
    admin, other, now = make_user("admin"), make_expert("李建国"), timezone.now()
    row, barrier = make_notice(make_expert("王立新"), actor=admin), threading.Barrier(2)
    written = writing.record

    def meet(*args: Any, **values: Any) -> Any:
        """Both have looked before either is done, as far as the lock lets them."""
        try:
            barrier.wait(2)
        except threading.BrokenBarrierError:
            pass
        return written(*args, **values)

    def read(notice: ExpertNotice, *_states: NoticeState) -> ExpertNotice:
        return ExpertNotice.objects.get(pk=notice.pk)

    for module in (writing, sending):
        monkeypatch.setattr(module, "record", meet)
        if not is_locked:
            monkeypatch.setattr(module, "locked", read)
    results = run_at_once(
        lambda: send_notice(notice=row, count=1, actor=admin, now=now),
        lambda: add_addressees(notice=row, experts=[other.pk], actor=admin, now=now),
    )
    refused = [one for one in results if isinstance(one, NoticeRefused)]
    assert len(refused) == (1 if is_locked else 0), results
    row.refresh_from_db()
    is_sent = row.state == NoticeState.SENDING
    assert Addressee.objects.count() == (1 if is_sent and is_locked else 2)


def test_two_devices_confirm_once() -> None:
    expert, now = make_expert(), timezone.now()
    user = make_user("expert")
    give_account(expert, user)
    row = sent_notice(expert, actor=make_user("admin"), needs_receipt=True)

    def confirm() -> None:
        confirm_receipt(addressee=addressee_of(row, expert), actor=user, now=now)

    assert run_at_once(*([confirm] * 4)) == [None] * 4
    assert Receipt.objects.count() == 2
    assert Entry.objects.filter(action="notice.confirm").count() == 1
