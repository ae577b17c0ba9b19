"""Who cannot sign in reads a notice by a link of his own, and confirms it by that."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.logs import LIVE
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.visibility import told
from expertpool.experts.models import Expert
from expertpool.files.services import attach
from expertpool.notices.models import ExpertNotice, Receipt
from expertpool.notices.queries.fates import addressees_visible_to, totals_of
from expertpool.notices.queries.reach import reach_of
from expertpool.notices.services.sending import remind, remind_out, send_notice, send_out, withdraw
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import notices
from expertpool.notifications.queries.subjects import readable_by
from expertpool.notifications.services.deletion import delete_messages
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.notices import make_notice
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media"), pytest.mark.shows("EXP-50")]
NOW = timezone.now


def write(*experts: Expert, actor: User, needs_receipt: bool = True) -> ExpertNotice:
    ways = ["site", "sms", "email"]
    row = make_notice(*experts, actor=actor, channels=ways, needs_receipt=needs_receipt)
    attach(
        subject=row, uploaded_file=SimpleUploadedFile("安排.txt", b"abc"), actor=actor, now=NOW()
    )
    return row


def go_out(row: ExpertNotice, actor: User) -> None:
    send_notice(notice=row, count=row.addressees.count(), actor=actor, now=NOW())
    send_out(notice_id=row.pk, now=NOW())


def letter(expert: Expert, channel: str = "sms") -> Message:
    rows = Message.objects.filter(channel=channel, occasion="notice.sent")
    (found,) = (one for one in rows if expert.name in one.body)
    return found


def link_in(message: Message) -> str:
    found = re.search(r"https?://\S+", message.body)
    assert found
    return urlsplit(found.group()).path


def test_who_has_no_account_confirms_by_the_link_that_he_was_sent(admin: User) -> None:
    """He was sent to the login of an account that he has not."""
    here, other = make_expert("王立新"), make_expert("李建国", email="l@example.cn")
    give_account(here, make_user("expert", name="王立新"))
    row = write(here, other, actor=admin)
    assert (reach_of(row).by_link, reach_of(row).nobody) == (1, 0)
    preview = login(Client(), admin).get(reverse("notices:preview", args=[row.pk])).content.decode()
    assert "1 位没有可以登录的账号" in preview
    go_out(row, admin)
    assert link_in(letter(here)) == reverse("notices:own_detail", args=[row.pk])
    url, outside = link_in(letter(other)), Client(enforce_csrf_checks=True)
    assert link_in(letter(other, "email")) == url
    page = outside.get(url).content.decode()
    for words in ("李建国", "请于十二月十日前", "安排.txt", "确认收到"):
        assert words in page
    assert not Receipt.objects.exists()  # a program that looks at mail confirms nothing
    file = re.search(r'href="(/notices/link/[^"]+/files/[^"]+)"', page)
    assert file
    assert outside.get(file.group(1)).getvalue() == b"abc"  # type: ignore[attr-defined]
    for _ in range(2):
        assert outside.post(url).status_code == 302
    assert "您已确认收到" in outside.get(url).content.decode()
    assert Entry.objects.filter(action="notice.confirm", actor=None).count() == 1
    found = totals_of(addressees_visible_to(admin, row))
    assert (found.people, found.by_link, found.read, found.confirmed) == (2, 1, 1, 1)
    shown = login(Client(), admin).get(reverse("notices:detail", args=[row.pk])).content.decode()
    assert "没有账号" in shown


def test_the_link_is_nobody_elses(admin: User) -> None:
    one, two = make_expert("王立新"), make_expert("李建国")
    row = write(one, two, actor=admin)
    go_out(row, admin)
    texts = [letter(one), letter(two)]
    assert link_in(texts[0]) != link_in(texts[1])
    assert not readable_by(admin, texts)  # no clerk reads and presses it in the letters
    assert LIVE.sub("*", link_in(texts[0])).count("notices/link") <= 1
    assert link_in(texts[0]).split("/")[3] not in LIVE.sub(r"\1", link_in(texts[0]))
    forged = Client().get(reverse("notices:link", args=["forged"]))
    assert forged.status_code == 404
    assert forged["Referrer-Policy"] == "no-referrer"
    other = make_notice(two, actor=admin)
    file = attach(
        subject=other, uploaded_file=SimpleUploadedFile("别的.txt", b"x"), actor=admin, now=NOW()
    )
    assert Client().get(f"{link_in(texts[0])}files/{file.pk}/").status_code == 404
    Expert.objects.filter(pk=one.pk).update(
        status="deleted", deleted_at=NOW(), status_before_deletion="formal"
    )
    assert Client().get(link_in(texts[0])).status_code == 404


def test_what_is_withdrawn_is_neither_read_nor_confirmed(admin: User) -> None:
    expert = make_expert("王立新")
    row = write(expert, actor=admin)
    go_out(row, admin)
    first = link_in(letter(expert))
    row.refresh_from_db()
    assert remind(notice=row, actor=admin, now=NOW()) == 1
    remind_out(notice_id=row.pk, number=1, now=NOW())
    (again,) = Message.objects.filter(occasion="notice.reminder", channel="sms")
    withdraw(notice=row, reason="发错了", actor=admin, now=NOW())
    assert not Message.objects.filter(state="queued").exists()
    # The link of the reminder is one of its own, signed when it was written.
    for url in (first, link_in(again)):
        page = Client().get(url).content.decode()
        assert "已撤回" in page
        assert "请于十二月十日前" not in page
        assert Client().post(url).status_code == 409
    assert not Receipt.objects.exists()


def test_a_confirmation_by_link_is_told_on_the_next_day_while_names_are_sealed(admin: User) -> None:
    expert = make_expert("王立新")
    row = write(expert, actor=admin, needs_receipt=False)
    go_out(row, admin)
    make_draw(now=NOW() - timedelta(minutes=1))
    Client().post(link_in(letter(expert)))
    assert Receipt.objects.get().kind == "read"
    assert not told(Receipt.objects.all()).exists()
    assert not told(Entry.objects.filter(action="notice.confirm")).exists()


@pytest.mark.shows("OVW-09")
def test_the_record_says_who_got_a_letter_with_a_link_and_not_what_it_says(admin: User) -> None:
    """Rows of such letters named nobody, and none was found by its recipient."""
    other = make_expert("李建国", email="l@example.cn")
    go_out(write(other, actor=admin), admin)
    message = letter(other)
    (shown,) = notices([message], viewer=admin)
    assert (shown.recipient, shown.sealed, shown.body) == ("李建国", True, "")
    assert shown.address.startswith(other.phone[:3])
    assert other.phone not in shown.address
    records = login(Client(), admin).get("/messages/records/", {"recipient": "建国"})
    assert records.content.decode().count("李建国") >= 3
    page = login(Client(), admin).get(f"/messages/records/{message.uid}/").content.decode()
    assert "正文仅收件人可见" in page
    assert "收件人和正文" not in page
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=NOW())
    delete_messages(messages=[message], reason="专家要求删除", actor=admin, now=NOW())
    message.refresh_from_db()
    (shown,) = notices([message], viewer=admin)
    assert (shown.recipient, shown.address) == ("已删除", "")
