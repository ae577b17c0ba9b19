"""Notices: written, sent to whom was chosen, read, confirmed, reminded of, withdrawn."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.changes.services.own_data import write_own_data
from expertpool.core.text import moment_text
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.files.exceptions import FileRefused
from expertpool.files.services import attach
from expertpool.notices.enums import NoticeState, ReceiptKind
from expertpool.notices.exceptions import NoticeRefused
from expertpool.notices.models import Addressee, ExpertNotice, Receipt
from expertpool.notices.queries.fates import (
    ALTERED,
    addressees_visible_to,
    fates,
    totals_of,
    unanswered,
)
from expertpool.notices.queries.notices import notices_visible_to, waiting_notices, with_counts
from expertpool.notices.services import sending
from expertpool.notices.services.reading import confirm_receipt, open_notice
from expertpool.notices.services.sending import remind, remind_out, send_notice, send_out, withdraw
from expertpool.notices.services.writing import add_addressees, delete_draft, save_notice
from expertpool.notices.settings import HOSTS
from expertpool.notifications.channels.email import settings as mail
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import own_messages
from expertpool.notifications.queries.route import held_routes
from expertpool.siteconfig.services import save_settings
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.notices import addressee_of, deliver_all, make_notice, sent_notice
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.now


def member(name: str = "王立新", **values: Any) -> Expert:
    """An expert with an account."""
    expert = make_expert(name, **values)
    give_account(expert, make_user("expert", name=name))
    return expert


def told_states(notice: ExpertNotice, reader: User) -> dict[str, str]:
    rows = fates(notice, addressees_visible_to(reader, notice).order_by("pk"))
    return {fate.addressee.expert.name: fate.state for fate in rows}


def texts() -> list[tuple[str, str]]:
    return sorted((one.recipient, one.channel) for one in Message.objects.all())


@pytest.mark.shows("EXP-50")
def test_chosen_in_the_list_of_experts_sent_read_and_confirmed(
    client: Client, operator: User
) -> None:
    here, other = member("王立新", email="w@example.cn"), make_expert("李建国")
    office = login(client, operator)
    page = office.get(reverse("experts:list")).content.decode()
    assert "发通知" in page
    address = f"{reverse('notices:choose')}?q=王立新"
    shown = office.get(address, {"all": "1", "count": "1"})
    assert "给 1 位专家发通知" in shown.content.decode()
    without = office.post(address, {"all": "1", "count": "1"})
    assert without.status_code == 422
    made = office.post(address, {"all": "1", "count": "1", "title": "年度培训"})
    row = ExpertNotice.objects.get()
    assert made.headers["HX-Redirect"] == reverse("notices:detail", args=[row.pk])
    assert [one.expert for one in row.addressees.all()] == [here]
    # The same draft takes others, and nobody twice.
    office.post(reverse("notices:choose"), {"pk": [here.pk, other.pk], "notice": row.pk})
    assert row.addressees.count() == 2
    send = reverse("notices:send", args=[row.pk])
    empty = office.get(reverse("notices:preview", args=[row.pk])).content.decode()
    assert "还没有正文" in empty
    assert send not in empty
    assert office.post(f"{send}?count=2").status_code == 409  # no text yet
    edit = reverse("notices:edit", args=[row.pk])
    version = office.get(edit).context["editing"].version
    values = {"title": "年度培训", "text": "请选班次。", "channels": ["site", "sms", "email"]}
    answer = office.post(edit, values | {"needs_receipt": "on", "version": version})
    assert answer.status_code == 204
    preview = office.get(reverse("notices:preview", args=[row.pk])).content.decode()
    assert send in preview
    for words in ("王立新 专家", "请选班次。", "【专家库】王立新专家，您有一则通知「年度培训」"):
        assert words in preview
    assert office.post(f"{send}?count=1").status_code == 409  # others than were seen
    assert office.post(f"{send}?count=2").headers["HX-Redirect"]
    assert office.get(reverse("notices:progress", args=[row.pk])).status_code == 200
    send_out(notice_id=row.pk, now=NOW())
    assert texts() == [
        (name, channel) for name in ("李建国", "王立新") for channel in ("email", "site", "sms")
    ]
    deliver_all()
    row.refresh_from_db()
    assert row.state == NoticeState.SENT
    assert told_states(row, operator) == {"王立新": "未读", "李建国": "未读"}

    assert here.user is not None
    own = login(Client(), here.user)
    assert waiting_notices(here.user).count() == own_messages(here.user).count() == 1
    assert "待确认" in own.get(reverse("notices:own")).content.decode()
    mine = own.get(reverse("notices:own_detail", args=[row.pk])).content.decode()
    assert "请选班次。" in mine
    assert "确认收到" in mine
    assert not own_messages(here.user).filter(read_at__isnull=True).exists()
    assert told_states(row, operator)["王立新"] == "已读"
    for _ in range(2):  # pressed twice
        assert own.post(reverse("notices:confirm", args=[row.pk])).status_code == 204
    assert Receipt.objects.count() == 2
    assert Entry.objects.filter(action="notice.confirm").count() == 1
    assert not waiting_notices(here.user).exists()
    totals = totals_of(addressees_visible_to(operator, row))
    assert (totals.people, totals.arrived, totals.read, totals.confirmed) == (2, 2, 1, 1)
    (listed,) = with_counts(notices_visible_to(operator), operator)
    assert (listed.people, listed.answered) == (2, 1)  # type: ignore[attr-defined]
    page = office.get(reverse("notices:detail", args=[row.pk]), {"tab": "confirmed"})
    assert "王立新" in page.content.decode()
    assert "李建国" not in page.content.decode()


def test_a_job_that_begins_again_writes_nothing_twice(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 2)
    experts = [make_expert(f"专家{at}") for at in range(5)]
    row, now = make_notice(*experts, actor=operator), NOW()
    send_notice(notice=row, count=5, actor=operator, now=now)
    written, rest = sending.send_messages, [2]

    def die(**values: Any) -> Any:
        made = written(**values)
        rest[0] -= 1
        if not rest[0]:
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(sending, "send_messages", die)
    assert sending._send_part(row.pk, now)
    with pytest.raises(KeyboardInterrupt):
        sending._send_part(row.pk, now)
    assert Message.objects.count() == 2  # of the part that died nothing stays
    monkeypatch.setattr(sending, "send_messages", written)
    send_out(notice_id=row.pk, now=now)
    send_out(notice_id=row.pk, now=now)
    assert Message.objects.count() == 5
    assert set(Message.objects.values_list("key", flat=True)) == {
        f"notice:{row.pk}:{one.pk}:site" for one in experts
    }


def test_who_left_or_is_out_of_reach_meanwhile_gets_none(admin: User) -> None:
    here, gone = make_expert("王立新"), make_expert("李建国")
    row = make_notice(here, gone, actor=admin)
    send_notice(notice=row, count=2, actor=admin, now=NOW())
    Expert.objects.filter(pk=gone.pk).update(
        status=ExpertStatus.DELETED, deleted_at=NOW(), status_before_deletion="formal"
    )
    send_out(notice_id=row.pk, now=NOW())
    assert texts() == [("王立新", "site")]
    row.refresh_from_db()
    assert row.state == NoticeState.SENT
    assert told_states(row, admin)["李建国"] == sending.OUT


def test_one_writes_to_experts_of_his_scope_alone(admin: User) -> None:
    ours, theirs = make_department("本部门"), make_department("别的部门")
    clerk = make_user("operator", department=ours)
    for grant in clerk.roles.get().permissions.filter(code__startswith="notices."):
        grant.scope = "own_department"
        grant.save()
    clerk = User.objects.get(pk=clerk.pk)
    mine, other = make_expert("王立新", department=ours), make_expert("李建国", department=theirs)
    row = make_notice(actor=clerk)
    added = add_addressees(notice=row, experts=[mine.pk, other.pk], actor=clerk, now=NOW())
    assert added == (1, 1)
    assert [one.expert for one in row.addressees.all()] == [mine]
    foreign = make_notice(other, actor=admin)
    assert not notices_visible_to(clerk).filter(pk=foreign.pk).exists()


def test_what_was_sent_does_not_change(operator: User) -> None:
    row, now = sent_notice(make_expert(), actor=operator), NOW()
    for act in (
        lambda: save_notice(row=row, values={"title": "别的"}, actor=operator, now=now),
        lambda: add_addressees(notice=row, experts=[make_expert().pk], actor=operator, now=now),
        lambda: delete_draft(notice=row, actor=operator, now=now),
        lambda: send_notice(notice=row, count=1, actor=operator, now=now),
    ):
        with pytest.raises(NoticeRefused, match="刷新页面"):
            act()
    file = SimpleUploadedFile("附件.pdf", b"%PDF-1.7\n%%EOF\n")
    with pytest.raises(FileRefused, match="已经发送"):
        attach(subject=row, uploaded_file=file, actor=operator, now=now)
    assert Addressee.objects.count() == 1


def test_a_draft_that_lacks_something_is_not_sent(operator: User) -> None:
    empty = make_notice(actor=operator)
    with pytest.raises(NoticeRefused, match="还没有收件人"):
        send_notice(notice=empty, count=0, actor=operator, now=NOW())
    elsewhere = make_notice(make_expert(), actor=operator, channels=["fax"])
    with pytest.raises(NoticeRefused, match="渠道"):
        send_notice(notice=elsewhere, count=1, actor=operator, now=NOW())
    delete_draft(notice=empty, actor=operator, now=NOW())
    assert not ExpertNotice.objects.filter(pk=empty.pk).exists()


def test_a_placeholder_that_nobody_fills_in_is_not_sent(operator: User) -> None:
    row = make_notice(actor=operator)
    for name in ("title", "text"):
        with pytest.raises(ValidationError, match="变量不会替换"):
            save_notice(
                row=row, values={name: "{{姓名}} 专家，请参加培训"}, actor=operator, now=NOW()
            )


def test_a_reminder_reaches_who_has_not_read_once_an_hour(operator: User) -> None:
    one, other, now = member("王立新"), member("李建国"), NOW()
    row = sent_notice(one, other, actor=operator)
    open_notice(addressee=addressee_of(row, one), actor=one.user, now=now)
    assert remind(notice=row, actor=operator, now=now) == 1
    for _ in range(2):
        remind_out(notice_id=row.pk, number=1, now=now)
    reminders = Message.objects.filter(occasion="notice.reminder")
    assert [message.recipient for message in reminders] == ["李建国"]
    with pytest.raises(NoticeRefused, match="一小时"):
        remind(notice=row, actor=operator, now=now + timedelta(minutes=59))
    open_notice(addressee=addressee_of(row, other), actor=other.user, now=now)
    with pytest.raises(NoticeRefused, match="不需要提醒"):
        remind(notice=row, actor=operator, now=now + timedelta(hours=2))


def test_withdrawn_it_is_read_and_sent_no_more(client: Client, operator: User) -> None:
    expert, now = member("王立新"), NOW()
    row = sent_notice(expert, actor=operator, needs_receipt=True)
    assert Message.objects.get().state == "queued"
    with pytest.raises(NoticeRefused, match="原因"):
        withdraw(notice=row, reason="", actor=operator, now=now)
    with pytest.raises(NoticeRefused, match="最多写 200 字，现有 201 字"):
        withdraw(notice=row, reason="字" * 201, actor=operator, now=now)
    withdraw(notice=row, reason="日期写错", actor=operator, now=now)
    assert Message.objects.get().state == "cancelled"
    own = login(client, expert.user)
    page = own.get(reverse("notices:own_detail", args=[row.pk])).content.decode()
    assert "已撤回" in page
    assert row.text not in page
    assert own.post(reverse("notices:confirm", args=[row.pk])).status_code == 409
    assert not Receipt.objects.exists()
    assert not waiting_notices(expert.user).exists()
    # While it was still being sent, too.
    other = make_notice(expert, actor=operator)
    send_notice(notice=other, count=1, actor=operator, now=now)
    withdraw(notice=other, reason="日期写错", actor=operator, now=now)
    send_out(notice_id=other.pk, now=now)
    assert Message.objects.count() == 1


def test_nobody_reads_or_confirms_another_s(client: Client, operator: User) -> None:
    row, stranger = sent_notice(member("王立新"), actor=operator), member("李建国")
    own = login(client, stranger.user)
    assert own.get(reverse("notices:own_detail", args=[row.pk])).status_code == 404
    assert own.post(reverse("notices:confirm", args=[row.pk])).status_code == 404
    assert own.get(reverse("notices:detail", args=[row.pk])).status_code == 403
    draft = make_notice(stranger, actor=operator)
    assert own.get(reverse("notices:own_detail", args=[draft.pk])).status_code == 404


def test_files_are_the_addressees_too(client: Client, operator: User) -> None:
    expert = member()
    row = make_notice(expert, actor=operator)
    file = SimpleUploadedFile("日程.pdf", b"%PDF-1.7\n%%EOF\n")
    kept = attach(subject=row, uploaded_file=file, actor=operator, now=NOW())
    address, own = reverse("files:download", args=[kept.pk]), login(client, expert.user)
    assert own.get(address).status_code in {403, 404}
    send_notice(notice=row, count=1, actor=operator, now=NOW())
    send_out(notice_id=row.pk, now=NOW())
    answer: Any = own.get(address)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    withdraw(notice=row, reason="写错", actor=operator, now=NOW())
    assert own.get(address).status_code in {403, 404}


def test_a_confirmation_vouches_for_the_words(operator: User) -> None:
    expert = member()
    row = sent_notice(expert, actor=operator, needs_receipt=True)
    confirm_receipt(addressee=addressee_of(row, expert), actor=expert.user, now=NOW())
    deliver_all()
    assert told_states(row, operator) == {expert.name: "已确认"}
    ExpertNotice.objects.filter(pk=row.pk).update(text="您同意付款。")
    assert told_states(row, operator) == {expert.name: ALTERED}


def test_a_reading_is_told_tomorrow_while_names_are_sealed(client: Client, operator: User) -> None:
    expert, now = member("王立新"), NOW()
    row = sent_notice(expert, actor=operator)
    deliver_all()
    for name in ("甲", "乙"):
        make_expert(name)
    draw = make_draw(now=now - timedelta(hours=1), operator=operator, seats=1)
    open_notice(addressee=addressee_of(row, expert), actor=expert.user, now=now)

    def told() -> tuple[str, int, int, int]:
        people = addressees_visible_to(operator, row)
        (listed,) = with_counts(notices_visible_to(operator), operator)
        read = people.filter(has_read=True).count()
        answered: int = listed.answered  # type: ignore[attr-defined]
        return told_states(row, operator)["王立新"], read, answered, unanswered(row).count()

    assert told() == ("未读", 0, 0, 1)
    office = login(client, make_user("admin"))
    address = reverse("notices:detail", args=[row.pk])
    assert "王立新" in office.get(address, {"tab": "unread"}).content.decode()
    page = office.get(address, {"tab": "read"})
    assert "王立新" not in page.content.decode()
    assert page.context["totals"].read == 0
    # A reminder goes to him as well: that it did not would say it.
    assert remind(notice=row, actor=operator, now=now) == 1
    remind_out(notice_id=row.pk, number=1, now=now)
    assert Message.objects.filter(occasion="notice.reminder").count() == 1
    # He himself knows, and is told so.
    assert expert.user is not None
    assert not waiting_notices(expert.user).exists()
    Receipt.objects.all().delete()
    yesterday = Receipt(
        addressee=addressee_of(row, expert), kind=ReceiptKind.READ, at=now - timedelta(days=1)
    )
    yesterday.save()
    assert told() == ("已读", 1, 1, 0)
    Receipt.objects.all().delete()
    open_notice(addressee=addressee_of(row, expert), actor=expert.user, now=now)
    assert told()[0] == "未读"
    type(draw).objects.filter(pk=draw.pk).update(released_at=now)
    assert told() == ("已读", 1, 1, 0)


def test_the_export_says_what_the_page_says(client: Client, admin: User) -> None:
    expert, other = member("王立新"), member("李建国")
    row = sent_notice(expert, other, actor=admin)
    deliver_all()
    open_notice(addressee=addressee_of(row, expert), actor=expert.user, now=NOW())
    address = reverse("core:export", args=["notices.addressees"])
    office = login(client, admin)
    answer: Any = office.post(address, query_params={"notice": row.pk, "tab": "read"})
    sheet = openpyxl.load_workbook(BytesIO(answer.getvalue())).active
    assert sheet is not None
    names = [line[0] for line in sheet.iter_rows(min_row=2, values_only=True)]
    assert "王立新" in names
    assert "李建国" not in names
    assert office.post(address, query_params={"notice": "x"}).status_code == 200


@pytest.mark.shows("EXP-50")
def test_what_did_not_arrive_is_told_with_its_reason(client: Client, admin: User) -> None:
    """A mail that is missing, a letter that came back, a number that nobody has; and who got it by one of two ways."""
    nowhere, came_back = make_expert("无邮箱"), make_expert("退信", email="gone@example.cn")
    half, fine = (
        make_expert("空号", email="half@example.cn"),
        make_expert("都到", email="f@example.cn"),
    )
    row = sent_notice(nowhere, came_back, half, fine, actor=admin, channels=["email", "sms"])
    deliver_all()
    lost = {
        ("无邮箱", "sms"): "空号",
        ("退信", "email"): "550 5.1.1 no such user",
        ("退信", "sms"): "空号",
        ("空号", "sms"): "停机",
    }
    for (name, channel), why in lost.items():
        keys = [one.pk for one in Message.objects.filter(channel=channel) if one.recipient == name]
        assert Message.objects.filter(pk__in=keys).update(state="failed", detail=why) == 1
    assert told_states(row, admin) == {
        "无邮箱": "未送达",
        "退信": "未送达",
        "空号": "未读",
        "都到": "未读",
    }
    totals = totals_of(addressees_visible_to(admin, row))
    assert (totals.people, totals.sent, totals.arrived) == (4, 4, 2)
    office = login(client, admin)
    address = reverse("core:export", args=["notices.addressees"])
    answer: Any = office.post(address, query_params={"notice": row.pk, "tab": "lost"})
    sheet = openpyxl.load_workbook(BytesIO(answer.getvalue())).active
    assert sheet is not None
    head, *lines = (
        line
        for line in sheet.iter_rows(values_only=True)
        if line[0] in ("专家姓名", "无邮箱", "退信", "空号", "都到")
    )
    said = {line[0]: dict(zip(head, line, strict=True)) for line in lines}
    assert set(said) == {"无邮箱", "退信"}
    assert {one["状态"] for one in said.values()} == {"未送达"}
    page = office.get(reverse("notices:detail", args=[row.pk]), {"tab": "lost"}).content.decode()
    assert "都到" not in page
    for name, words in (
        ("无邮箱", ("短信：发送失败（空号）", "邮件：发送失败（")),
        ("退信", ("550 5.1.1",)),
    ):
        assert name in page
        for part in words:
            assert part in said[name]["发送情况"]
            assert part in page
    # Who did not get it has not read it: a reminder is for him, too.
    assert remind(notice=row, actor=admin, now=NOW()) == 4
    remind_out(notice_id=row.pk, number=1, now=NOW())
    again = Message.objects.filter(key__contains=":r1").values_list("channel", flat=True)
    assert sorted(again) == ["email"] * 4 + ["sms"] * 4
    deliver_all()
    # That the reminder arrived makes nothing of the notice itself arrive.
    assert told_states(row, admin)["退信"] == "未送达"


def test_what_was_sent_to_him_stands_in_his_own_data(operator: User) -> None:
    expert, now = member(), NOW()
    row = sent_notice(expert, actor=operator, title="年度培训")
    assert expert.user is not None
    open_notice(addressee=addressee_of(row, expert), actor=expert.user, now=now)
    stream = BytesIO()
    write_own_data(stream, expert=expert, actor=expert.user, now=now)
    with ZipFile(stream) as archive:
        said = json.loads(archive.read("我的数据.json"))["内容"]["收到的通知"]
    assert [(one["标题"], bool(one["阅读"]), one["确认"]) for one in said] == [
        ("年度培训", True, "")
    ]


# What some mail program or telephone makes a link of, and where it leads.
ELSEWHERE = (
    *("长沙专家库.com", "长沙专家库.com:8080", "银行.net", "专家库.top", "пример.com", "例.vip"),
    *("www.長沙.cn", "💰.ws", "हिन्दी.com", "附件.zip", "evil.com.docx"),
    # The office allows www.ccgp.gov.cn.
    *("https://www.ccgp.gov.cn:x@evil.com/a", "https://www.ccgp.gov.cn:443@evil.com/p"),
    *("https://www.ccgp.gov.cn:80@evil.com", "www.ccgp.gov.cn:80@evil.com"),
    *("https://www.ccgp.gov.cn\\@evil.com/", "https://www.ccgp.gov.cn?@evil.com"),
    *(
        "https://www.ccgp.gov.cn:x/",
        "https://www.ccgp.gov.cn%2eevil.com/",
        "ftp://www.ccgp.gov.cn/",
    ),
    *("https://www.ccgp.gov.cn长沙.com/", "www.ccgp.gov.cn长沙.公司", "长沙www.ccgp.gov.cn"),
    *("https://www.ccgp.gov.cn/请看evil.com", "203.0.113.9"),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("请立即登录 http://evil.example/login 核对", "http://evil.example/login"),
        ("请打开ｅｖｉｌ．ｅｘａｍｐｌｅ．ｃｏｍ／a", "evil.example.com/a"),
        ("规定见 www.ccgp.gov.cn.evil.com/x", "www.ccgp.gov.cn.evil.com/x"),
        *((f"请登录 {one} 确认", one) for one in ELSEWHERE),
        ("请登录 //www.ccgp.gov.cn@evil.com/ 确认", "evil.com"),
        ("请登录 www.ccgp.gov.cn@evil.com/x 确认", "evil.com"),
    ],
)
def test_a_notice_leads_to_no_other_page(operator: User, text: str, found: str) -> None:
    """In the name of the office an expert would give his password to anybody."""
    configure(HOSTS, "www.ccgp.gov.cn")
    notice = make_notice(operator)
    with pytest.raises(ValidationError) as refused:
        save_notice(row=notice, values={"text": text}, actor=operator, now=NOW())
    assert found in "".join(refused.value.message_dict["text"])
    own = (
        f"规定见 https://www.ccgp.gov.cn/zcfg/ 、https://www.ccgp.gov.cn:443/a?b=c@d 和 {settings.SITE_URL}/my/ 。"
        "填写承诺书.docx，附件：2026年报名表.xlsx；邮箱zhang.san@pool.example.cn联系；约3.5小时，见附件.请准时。"
    )
    save_notice(row=notice, values={"text": own}, actor=operator, now=NOW())


@pytest.mark.shows("EXP-50")
def test_letters_that_wait_since_their_way_was_changed_say_until_when(
    operator: User, admin: User
) -> None:
    expert = member(email="w@example.cn")
    notice = sent_notice(expert, actor=operator, channels=["site", "email"])
    rows, now = addressees_visible_to(operator, notice), NOW()
    assert "邮件：待发送" in fates(notice, rows)[0].ways
    save_settings(
        group=mail.MAIL,
        values={mail.HOST.code: "smtp.example.cn", mail.SENDER.code: "a@b.cn"},
        version=0,
        actor=admin,
        now=now,
    )
    until = held_routes(now)[ChannelCode.EMAIL]
    said = f"邮件：待发送（邮件服务器刚有改动，{moment_text(until)} 起发出）"
    assert said in fates(notice, rows)[0].ways
