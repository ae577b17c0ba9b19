"""What somebody on the blacklist is told, what he says against it, and who decides (docs/decisions/0210)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.crypto import DecryptionError
from expertpool.core.visibility import told
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused, LinkInvalid
from expertpool.experts.models import BlacklistAppeal, BlacklistEntry, Expert
from expertpool.experts.queries.appeals import appeals_to_decide, undecided_appeals
from expertpool.experts.queries.records import status_course
from expertpool.experts.services.appeals import MOST, decide_appeal, file_appeal
from expertpool.experts.services.blacklist import (
    add_to_blacklist,
    end_entry,
    remove_from_blacklist,
    tell_again,
)
from expertpool.experts.services.deletion import delete_expert, restore_expert
from expertpool.experts.services.status import freeze_expert, unfreeze_expert
from expertpool.experts.services.telling import entry_for_link, token_of
from expertpool.files.queries import attachments_of, may_view
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import Message
from expertpool.notifications.queries.subjects import readable_by
from expertpool.workflow.enums import Verdict
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import NOW, make_appeal, make_expert
from tests.fixtures import login

AT = {"now": NOW}


@pytest.fixture
def first(db: None) -> User:
    """Who puts somebody on the blacklist."""
    return make_user("admin", username="first", name="张经办")


@pytest.fixture
def appeal(first: User) -> BlacklistAppeal:
    return make_appeal(first, name="王小明", email="wang@example.cn", now=NOW)


def decided(appeal: BlacklistAppeal, by: User, *, agree: bool = True, **also: Any) -> Verdict:
    values = {"note": "查有请假记录", "now": NOW + timedelta(hours=1)} | also
    return decide_appeal(appeal=appeal, agree=agree, actor=by, **values)


def status(appeal: BlacklistAppeal) -> str:
    return Expert.objects.get(pk=appeal.entry.expert_id).status


def letters(occasion: str) -> list[str]:
    # Beside these he gets a short message, where the site has that channel.
    rows = Message.objects.filter(occasion=occasion, channel=ChannelCode.EMAIL)
    return [one.body for one in rows.order_by("pk")]


@contextmanager
def past_triggers() -> Iterator[None]:
    """As who owns the database can write."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_who_may_not_answer_an_appeal_reads_why_before_the_form_opens(
    client: Client, first: User, appeal: BlacklistAppeal
) -> None:
    window = reverse("experts:appeal_decide", args=[appeal.pk])
    login(client, first)
    told = client.get(window, headers={"HX-Request": "true"})
    assert told.status_code == 409
    why = "申诉须由将其移入黑名单以外的人处理"
    assert why in json.loads(told.headers["HX-Trigger"])["toast"]["message"]
    entry = reverse("experts:blacklist_entry", args=[appeal.entry_id])
    assert why in client.get(entry).content.decode()
    assert login(Client(), make_user("admin")).get(window).status_code == 200


@pytest.mark.shows("EXP-34")
def test_he_is_told_why_and_the_link_leads_to_his_entry_alone(first: User) -> None:
    expert = make_expert("王小明", email="wang@example.cn")
    entry = add_to_blacklist(
        expert=expert, reason="泄密", evidence="〔2026〕1 号", actor=first, **AT
    )
    (text,) = letters("expert.blacklisted")
    assert "泄密" in text
    assert "〔2026〕1 号" in text
    found = re.search(r"/experts/appeal/([^/]+)/", text)
    assert found
    assert entry_for_link(found[1]) == entry
    # Nobody of the office reads the link.
    assert readable_by(first, Message.objects.filter(occasion="expert.blacklisted")) == set()
    for token in (found[1][:-1], "", "x:y:z"):
        with pytest.raises(LinkInvalid):
            entry_for_link(token)
    # Rows written so that the entry is another's: the link leads nowhere.
    with past_triggers():
        BlacklistEntry.objects.filter(pk=entry.pk).update(expert=make_expert())
    with pytest.raises(LinkInvalid):
        entry_for_link(found[1])
    with past_triggers():  # what the end of the transaction would see
        BlacklistEntry.objects.filter(pk=entry.pk).update(expert=expert)


@pytest.mark.shows("EXP-34", "EXP-36")
def test_an_appeal_that_holds_takes_him_off(appeal: BlacklistAppeal, admin: User) -> None:
    assert decided(appeal, admin) == Verdict.APPROVED
    assert status(appeal) == ExpertStatus.FORMAL
    appeal.refresh_from_db()
    assert (appeal.agreed, appeal.decided_by, appeal.note) == (True, admin, "查有请假记录")
    entry = appeal.entry
    entry.refresh_from_db()
    assert entry.removal_reason == "申诉成立：查有请假记录"
    assert any("申诉成立：查有请假记录" in text for text in letters("expert.status"))
    with pytest.raises(ExpertRefused, match="已经处理"):
        decided(appeal, admin)
    actions = Entry.objects.filter(action__startswith="expert.").values_list("action", flat=True)
    assert {"expert.appeal", "expert.appeal_decide", "expert.unblacklist"} <= set(actions)


@pytest.mark.shows("EXP-34")
def test_one_that_does_not_leaves_him_there_and_says_why(
    appeal: BlacklistAppeal, admin: User
) -> None:
    with pytest.raises(ExpertRefused, match="处理意见"):
        decided(appeal, admin, agree=False, note=" ")
    assert decided(appeal, admin, agree=False, note="没有请假记录") == Verdict.REJECTED
    assert status(appeal) == ExpertStatus.BLACKLISTED
    (text,) = letters("expert.appeal_refused")
    assert "没有请假记录" in text
    for _ in range(MOST - 1):
        again = file_appeal(entry=appeal.entry, reason="另有证明", **AT)
        with pytest.raises(ExpertRefused, match="等待处理结果"):
            file_appeal(entry=appeal.entry, reason="另有证明", **AT)
        decided(again, admin, agree=False)
    with pytest.raises(ExpertRefused, match="已申诉 3 次"):
        file_appeal(entry=appeal.entry, reason="另有证明", **AT)


def test_who_put_him_there_does_not_decide(
    appeal: BlacklistAppeal, first: User, admin: User
) -> None:
    assert list(appeals_to_decide(admin)) == [appeal]
    assert not appeals_to_decide(first).exists()
    with pytest.raises(ExpertRefused, match="以外的人"):
        decided(appeal, first)
    # Nor once the row names somebody else: the log knows.
    BlacklistEntry.objects.filter(pk=appeal.entry_id).update(added_by=admin)
    with pytest.raises(ExpertRefused, match="以外的人"):
        decided(appeal, first)
    assert status(appeal) == ExpertStatus.BLACKLISTED


def test_nor_does_an_account_that_he_has_made(appeal: BlacklistAppeal) -> None:
    newcomer = make_user("admin", created_at=timezone.now())
    with pytest.raises(ExpertRefused, match="开通不满"):
        decided(appeal, newcomer, now=timezone.now())


def test_an_appeal_that_was_led_to_another_is_not_decided(
    appeal: BlacklistAppeal, first: User, admin: User
) -> None:
    other = add_to_blacklist(expert=make_expert(), reason="受贿", actor=first, **AT)
    rows = BlacklistAppeal.objects.filter(pk=appeal.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(entry=other)
    with past_triggers():
        rows.update(entry=other)
    with pytest.raises(ExpertRefused, match="不是专家在系统中提出的"):
        decided(appeal, admin)
    with pytest.raises(DecryptionError):
        _ = BlacklistAppeal.objects.get(pk=appeal.pk).reason
    assert Expert.objects.get(pk=other.expert_id).status == ExpertStatus.BLACKLISTED


@pytest.mark.parametrize("way", ["by hand", "by the clock"])
def test_what_he_appealed_ends_with_his_entry(first: User, admin: User, way: str) -> None:
    expert = make_expert(email="wang@example.cn")
    entry = add_to_blacklist(
        expert=expert, reason="缺席", until_date=timezone.localdate(NOW), actor=first, **AT
    )
    appeal = file_appeal(entry=entry, reason="请过假的", **AT)
    if way == "by hand":
        remove_from_blacklist(expert=expert, reason="弄错了人", actor=first, **AT)
    else:
        assert end_entry(entry_id=entry.pk, now=NOW + timedelta(days=1))
    appeal.refresh_from_db()
    # Nobody decided it: it stood as upheld, by whoever took him off for another reason.
    assert (appeal.agreed, appeal.decided_by) == (None, None)
    assert appeal.state_label == "随黑名单结束，未作处理"
    assert not undecided_appeals().exists()
    window = reverse("experts:blacklist_entry", args=[entry.pk])
    page = login(Client(), admin).get(window).content.decode()
    assert "未作处理" in page
    assert "申诉成立" not in page
    link = reverse("experts:appeal", args=[token_of(entry)])
    assert "未作处理" in Client().get(link).content.decode()
    told = Message.objects.filter(occasion="expert.status")
    assert told
    assert all("您的申诉未作处理，随黑名单结束" in one.body for one in told)
    assert not appeals_to_decide(admin).exists()
    with pytest.raises(ExpertRefused, match="无需申诉"):
        file_appeal(entry=entry, reason="再说一次", **AT)


def test_while_names_are_sealed_nobody_reads_of_an_appeal_by_its_end(first: User) -> None:
    expert = make_expert(email="wang@example.cn")
    now = timezone.now()
    make_draw(now=now)
    entry = add_to_blacklist(expert=expert, reason="缺席", actor=first, now=now)
    file_appeal(entry=entry, reason="请过假的", now=now)
    remove_from_blacklist(expert=expert, reason="弄错了人", actor=first, now=now)
    told = Message.objects.filter(occasion="expert.status")
    assert told
    assert not any("申诉" in one.body for one in told)
    assert not Entry.objects.filter(action="expert.unblacklist", note__contains="申诉").exists()


def test_while_names_are_sealed_the_office_hears_of_it_on_the_next_day(
    db: None, first: User
) -> None:
    now = timezone.now()
    make_draw(now=now)
    appeal = make_appeal(first, now=now)
    rows = BlacklistAppeal.objects.all()
    assert list(rows) == [appeal]
    assert not told(rows).exists()
    # Nor does the log tell the minute.
    acts = Entry.objects.filter(action__in=["expert.appeal", "file.attach"])
    assert not told(acts.filter(action="expert.appeal")).exists()
    assert not letters("expert.appealed")


@pytest.mark.race
def test_two_who_decide_at_once(transactional_db: None, admin: User, first: User) -> None:
    appeal = make_appeal(first)
    third = make_user("admin")
    both, said = Barrier(2), []

    def act(by: User, agree: bool) -> None:
        both.wait()
        try:
            said.append(str(decided(appeal, by, agree=agree)))
        except ExpertRefused:
            said.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=act, args=one) for one in ((admin, True), (third, False))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(said).count("refused") == 1


@pytest.mark.shows("EXP-52")
def test_frozen_and_back_he_is_told_with_the_reason(admin: User) -> None:
    expert = make_expert("王小明", email="wang@example.cn")
    freeze_expert(expert=expert, reason="证书核查", actor=admin, **AT)
    with pytest.raises(ExpertRefused, match="解冻原因"):
        unfreeze_expert(expert=expert, reason="", actor=admin, **AT)
    unfreeze_expert(expert=expert, reason="核查无误", actor=admin, now=NOW + timedelta(hours=1))
    frozen, back = letters("expert.status")
    assert "证书核查" in frozen
    assert "由「冻结」变为「在库」" in back
    assert "核查无误" in back


# --- The page of the link, and those of the office --------------------------------------------------


def scan(name: str = "请假条.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7\n%%EOF\n")


@pytest.mark.shows("EXP-34")
def test_the_page_of_the_link_takes_an_appeal_with_files(
    client: Client, first: User, admin: User
) -> None:
    entry = add_to_blacklist(expert=make_expert("王小明"), reason="缺席两次", actor=first, **AT)
    url = reverse("experts:appeal", args=[token_of(entry)])
    page = client.get(url)
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"
    assert "缺席两次" in page.content.decode()
    for wrong in (
        {"reason": ""},
        {"reason": "长" * 1001},
        {"reason": "好", "materials": [scan()] * 6},
    ):
        assert client.post(url, wrong).status_code == 422
    virus = SimpleUploadedFile("程序.exe", b"MZ\x90\x00" + b"\x00" * 64)
    assert client.post(url, {"reason": "两次都请过假", "materials": [virus]}).status_code == 422
    assert not BlacklistAppeal.objects.exists()
    assert client.post(url, {"reason": "两次都请过假", "materials": [scan()]}).status_code == 302
    (appeal,) = BlacklistAppeal.objects.all()
    (file,) = attachments_of(appeal)
    assert may_view(admin, file)
    assert not may_view(make_user("operator"), file)
    page = client.get(url).content.decode()
    assert "两次都请过假" in page
    assert "<textarea" not in page
    assert client.post(url, {"reason": "再来一次"}).status_code == 422
    assert client.get(reverse("experts:appeal", args=["forged"])).status_code == 404


@pytest.mark.shows("EXP-34", "EXP-36")
def test_the_office_sees_it_and_decides(
    client: Client, first: User, admin: User, appeal: BlacklistAppeal
) -> None:
    login(client, first)
    entry_url = reverse("experts:blacklist_entry", args=[appeal.entry_id])
    page = client.get(entry_url).content.decode()
    assert "两次都请过假，有记录" in page
    assert "处理申诉" not in page
    url = reverse("experts:appeal_decide", args=[appeal.pk])
    assert client.get(url).headers["Location"] == entry_url  # and says why not
    login(client, admin)
    blacklist = client.get(reverse("experts:blacklist")).content.decode()
    assert "已申诉" in blacklist
    assert "当天的申诉次日列出" in blacklist
    drawer = client.get(entry_url).content.decode()
    assert "处理申诉" in drawer
    assert "当天的申诉次日列出" in drawer
    assert "两次都请过假，有记录" in client.get(url).content.decode()
    assert client.post(url, {"agree": "yes", "note": ""}).status_code == 422
    sent = {"agree": "yes", "note": "查有请假记录"}
    assert client.post(url, sent, headers={"HX-Request": "true"}).status_code == 204
    assert status(appeal) == ExpertStatus.FORMAL
    # Of two windows the later one reads who was first.
    again = login(client, make_user("admin")).post(url, sent)
    assert again.status_code == 409
    assert f"已由 {admin.name} 办理" in again.content.decode()


def test_where_nobody_is_left_to_decide_all_of_them_read_it(client: Client, first: User) -> None:
    expert = make_expert("王小明")
    add = reverse("experts:blacklist_add", args=[expert.pk])
    login(client, first)
    assert "申诉没有人处理" in client.get(add).content.decode()
    entry = add_to_blacklist(expert=expert, reason="缺席两次", actor=first, **AT)
    drawer = reverse("experts:blacklist_entry", args=[entry.pk])
    link = reverse("experts:appeal", args=[token_of(entry)])
    assert "申诉没有人处理" in client.get(drawer).content.decode()
    assert "没有其他人有权处理" in Client().get(link).content.decode()
    make_user("admin")
    assert "申诉没有人处理" not in client.get(drawer).content.decode()
    assert "没有其他人有权处理" not in Client().get(link).content.decode()
    assert "申诉没有人处理" not in client.get(reverse("experts:blacklist_new")).content.decode()


@pytest.mark.shows("EXP-34")
def test_evidence_is_uploaded_to_the_entry_until_it_ends(
    client: Client, first: User, admin: User
) -> None:
    login(client, first)
    expert = make_expert("王小明")
    answer = client.post(
        reverse("experts:blacklist_add", args=[expert.pk]),
        {"reason": "泄密"},
        headers={"HX-Request": "true"},
    )
    assert "依据材料" in answer.content.decode()
    assert "list:refresh" in answer["HX-Trigger"]
    (entry,) = BlacklistEntry.objects.all()
    url = reverse("files:subject", args=["experts.blacklistentry", str(entry.pk)])
    assert client.post(url, {"files": [scan("通报.pdf")]}).status_code == 200
    (file,) = attachments_of(entry)
    assert may_view(first, file)
    assert not may_view(make_user("operator"), file)
    expert.refresh_from_db()
    remove_from_blacklist(expert=expert, reason="弄错了人", actor=admin, **AT)
    assert client.post(url, {"files": [scan("补充.pdf")]}).status_code == 422


def test_the_letter_is_sent_again(client: Client, first: User) -> None:
    entry = add_to_blacklist(
        expert=make_expert(email="wang@example.cn"), reason="泄密", actor=first, **AT
    )
    login(client, first)
    url = reverse("experts:blacklist_tell", args=[entry.pk])
    assert client.post(url).status_code == 204
    assert len(letters("expert.blacklisted")) == 2
    remove_from_blacklist(expert=entry.expert, reason="弄错了人", actor=first, **AT)
    assert client.post(url).status_code == 409
    entry = add_to_blacklist(expert=make_expert(), reason="泄密", actor=first, **AT)
    entry.expert.phone = ""
    entry.expert.save(update_fields=["phone"])
    with pytest.raises(ExpertRefused, match="没有能收到"):
        tell_again(entry=entry, actor=first, **AT)


@pytest.mark.shows("EXP-34", "EXP-52")
def test_the_history_says_how_he_came_to_where_he_stands(
    client: Client, first: User, admin: User
) -> None:
    user = make_user("expert")
    expert = make_expert("王小明", user=user)
    freeze_expert(expert=expert, reason="证书核查", actor=admin, **AT)
    login(client, first)
    page = client.get(reverse("experts:detail", args=[expert.pk]) + "?tab=history").content.decode()
    assert page.count("证书核查") == 2  # at the head, and in the history
    unfreeze_expert(expert=expert, reason="核查无误", actor=admin, **AT)
    delete_expert(expert=expert, reason="内部另有说明", actor=admin, **AT)
    restore_expert(expert=expert, actor=admin, **AT)
    # Nothing that somebody wrote past this system.
    with past_triggers():
        Entry.objects.filter(action="expert.restore").update(note="伪造")
    acts = [(one.act, one.by, one.reason) for one in status_course(expert)]
    assert acts == [
        ("删除专家", admin.name, "内部另有说明"),
        ("解冻专家", admin.name, "核查无误"),
        ("冻结专家", admin.name, "证书核查"),
    ]
    login(client, User.objects.get(pk=user.pk))  # what he was signed in by has ended
    own = client.get(reverse("changes:file")).content.decode()
    assert "核查无误" in own
    assert "内部另有说明" not in own
    table = client.get(reverse("changes:file")).content.decode().split("状态变更")[-1]
    assert admin.name not in table
