from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.files.models import Attachment
from expertpool.notifications.enums import DeliveryState, PutOff
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import Occasion, Text
from expertpool.notifications.queries.messages import in_state, notices
from expertpool.notifications.queries.templates import TEMPLATE_OFF
from expertpool.notifications.services.attachments import Document
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.notifications.services.templates import save_template
from tests.factories.accounts import make_user
from tests.notifications.conftest import NOON, WANG, send

pytestmark = pytest.mark.django_db


def jobs() -> list[int]:
    return [
        job.args["message_id"]
        for job in ProcrastinateJob.objects.filter(task_name="notifications.deliver_message")
    ]


@pytest.mark.shows("OVW-09")
def test_one_message_a_channel_is_recorded_and_queued() -> None:
    email, sms, site = send("email", "sms", "site")
    assert (email.address, sms.address, site.address) == ("wang@example.cn", "13800000001", "wang")
    assert sms.body == (
        "王建国专家：请答复“城南污水处理厂扩建工程”的评审邀请 https://pool.example.cn/r/AbC123。"
    )
    assert email.subject == "评审邀请：城南污水处理厂扩建工程"
    assert {m.state for m in (email, sms, site)} == {DeliveryState.QUEUED}
    assert {(m.created_at, m.recipient, m.about_id) for m in (email, sms, site)} == {
        (NOON, "王建国", "1")
    }
    assert sorted(jobs()) == sorted([email.pk, sms.pk, site.pk])


def test_nothing_personal_is_readable_in_the_database() -> None:
    send("email", "sms", "site")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(m::text, ' ') FROM notifications_message m")
        row = cursor.fetchone()
    assert row is not None
    stored = row[0] + " ".join(
        bytes.fromhex(part).decode("utf-8", "replace")
        for part in re.findall(r"\\x([0-9a-f]*)", row[0])
    )
    for secret in ("王建国", "13800000001", "wang", "城南", "AbC123"):
        assert secret not in stored


def test_without_an_address_the_record_says_why() -> None:
    nobody = Recipient(account=None, name="李梅")
    email, sms, site = send("email", "sms", "site", to=nobody)
    assert [m.detail for m in (email, sms)] == ["没有邮箱", "没有手机号"]
    assert {m.state for m in (email, sms)} == {DeliveryState.FAILED}
    assert site.state == DeliveryState.NO_ACCOUNT
    assert jobs() == []


def test_that_somebody_has_no_account_or_no_mail_is_said_calmly() -> None:
    nobody = Recipient(account=None, name="李梅")
    email, sms, site = notices(send("email", "sms", "site", to=nobody), viewer=make_user("admin"))
    assert (site.state, site.tone) == ("未开通账号", "grey")
    assert (email.state, email.tone, email.detail) == ("没有邮箱", "grey", "")
    assert (sms.state, sms.tone, sms.detail) == ("发送失败", "red", "没有手机号")
    assert [one.channel for one in Message.objects.filter(in_state("failed"))] == ["sms"]


def test_what_waits_for_its_turn_says_so() -> None:
    """Its record said 待发送 for an hour, and nothing else."""
    (message,) = send("sms")
    message.put_off, message.due_at = PutOff.PACE, NOON + timedelta(hours=1)
    (row,) = notices([message], viewer=make_user("admin"))
    assert row.state == "待发送"
    assert row.detail.startswith("按发送速度排队，2026-")
    assert row.detail.endswith("起发出")


def test_the_same_key_makes_no_second_message() -> None:
    first = send("sms", "email")
    again = send("sms", "email", to=replace(WANG, phone="13900000009"))
    assert [m.pk for m in again] == [m.pk for m in first]
    assert again[0].address == "13800000001"
    assert len(jobs()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_leaves_neither_message_nor_job() -> None:
    before = jobs()
    with transaction.atomic():
        send("sms")
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert jobs() == before


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_key_make_one_message() -> None:
    begin = threading.Barrier(2)
    results: list[list[Message]] = []

    def run() -> None:
        try:
            begin.wait()
            results.append(send("sms"))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Message.objects.count() == 1
    assert len({messages[0].pk for messages in results}) == 1
    assert len(results) == 2


def test_an_undeclared_channel_or_a_missing_value_is_an_error(occasion: Occasion) -> None:
    for channel in ("telegram", "fax"):
        with pytest.raises(LookupError):
            send(channel)
    with pytest.raises(KeyError, match="答复链接、项目名称"):
        send_message(
            occasion=occasion.code,
            recipient=WANG,
            channels=["sms"],
            context={"专家姓名": "王建国"},
            about=("tests.invitation", 1),
            key="k",
            now=NOON,
        )
    assert not Message.objects.exists()


def test_a_value_is_never_read_as_a_template() -> None:
    (sms,) = send("sms", context={"项目名称": "{{专家姓名}}工程"})
    assert "{{专家姓名}}工程" in sms.body


def test_a_subject_is_one_line() -> None:
    (email,) = send("email", context={"项目名称": "扩建\r\nBcc: all@example.cn"})
    assert email.subject == "评审邀请：扩建 Bcc: all@example.cn"


@pytest.mark.shows("DRAW-20", "DRAW-23")
def test_all_get_the_text_of_the_edited_template(admin: User) -> None:
    for channel in ("sms", "email"):
        save_template(
            occasion="tests.invitation",
            channel=channel,
            text=Text("邀请{{专家姓名}}", "请{{专家姓名}}老师参加{{项目名称}}：{{答复链接}}"),
            actor=admin,
            now=NOON,
        )
    people = [
        Recipient(None, f"专家{n}", phone=f"1380000{n:04}", email=f"e{n}@example.cn")
        for n in range(20)
    ]
    for n, person in enumerate(people):
        link = f"https://pool.example.cn/r/{n}"
        send("sms", "email", to=person, key=f"invite:{n}", context={"答复链接": link})
    bodies = {message.address: message.body for message in Message.objects.all()}
    assert len(bodies) == 40
    for n, person in enumerate(people):
        text = f"请专家{n}老师参加城南污水处理厂扩建工程：https://pool.example.cn/r/{n}"
        assert bodies[person.phone] == bodies[person.email] == text


def test_a_template_that_is_off_sends_nothing_and_says_so(admin: User) -> None:
    text = Text("", "{{专家姓名}}")
    save_template(
        occasion="tests.invitation", channel="sms", text=text, active=False, actor=admin, now=NOON
    )
    (sms,) = send("sms")
    assert (sms.state, sms.detail) == (DeliveryState.FAILED, TEMPLATE_OFF)


@pytest.mark.shows("DRAW-24")
def test_files_of_the_message_and_of_the_template_go_by_email_only(admin: User) -> None:
    template = save_template(
        occasion="tests.invitation",
        channel="email",
        text=Text("邀请", "您好"),
        actor=admin,
        now=NOON,
    )
    guide, notice = make_file("评审须知.pdf"), make_file("招标公告.pdf")
    guide.subject_type, guide.subject_id = "notifications.messagetemplate", str(template.pk)
    guide.save()
    email, sms = send("email", "sms", attachments=[notice, Document("draws.letter", 12)])
    assert set(email.attachments.all()) == {guide, notice}
    assert Message.objects.get(pk=email.pk).documents == [["draws.letter", "12"]]
    assert not sms.attachments.exists()
    assert sms.documents == []


def make_file(name: str, content: bytes = b"%PDF-1.7 test") -> Attachment:
    return Attachment.objects.create(
        subject_type="tests.project",
        subject_id="1",
        name=name,
        file=ContentFile(content, name="stored.pdf"),
        content_type="application/pdf",
        size=len(content),
        sha256=b"",
        created_at=NOON,
    )
