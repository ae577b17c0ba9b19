"""Whoever writes the texts of letters leads no link to himself, and switches off nothing that watches him."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws import occasions as draws
from expertpool.experts.occasions import ACTIVATION, PASSWORD
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.exceptions import TemplateRefused
from expertpool.notifications.models import Message, MessageTemplate
from expertpool.notifications.occasions import OCCASIONS, Occasion, Text, check_text
from expertpool.notifications.queries import templates as queries
from expertpool.notifications.queries.templates import template_state
from expertpool.notifications.services.account_acts import ACTED
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.notifications.services.templates import reset_template, save_template
from expertpool.notifications.settings import ROUTE_WAIT
from expertpool.portal.occasions import PHONE
from expertpool.projects.occasions import TASK
from expertpool.workflow import occasions as workflow
from tests.factories.accounts import make_user
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
WAIT = timedelta(minutes=ROUTE_WAIT.default)
LIST = "/messages/templates/"
AMISS = "数据库被直接改动"
SINK = "{{专家姓名}}专家：请点 http://evil.example/go?n={{专家姓名}}&u={{答复链接}} 答复"
WATCHING = [
    *("account.acted", "mail.rerouted", "request.asked", "request.agreed", "request.lowered"),
    *("request.withdrawn", "expert.merged", "draw.step_alone", "account.wechat"),
    *("draw.pool_changed", "draw.pool_emptied", "draw.alarm", "draw.held_refused"),
    *("draw.panel_moved", "draw.gone", "draw.service_off", "draw.delayed", "portal.duties_late"),
    *("portal.virus", "backup.amiss", "network.ruled", "access.taken", "reviews.step_alone"),
    "reviews.altered",
    *("expert.contact_changed", "report.chain_head", "report.unproven", "template.rewritten"),
]


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def guard(supervisor: User) -> User:
    return make_user("admin", name="钱安全", email="guard@example.cn", phone="13812340009")


def post(by: User, occasion: str, channel: str, body: str, **more: str) -> str:
    data = {"subject": "新的标题", "body": body, "version": "0", **more}
    url = f"{LIST}{occasion}/{channel}/"
    return login(Client(), by).post(url, data, follow=True).content.decode()


def save(occasion: str, channel: str, body: str, by: User, now: datetime = NOW) -> None:
    text = Text("" if channel == "sms" else "新的标题", body)
    save_template(occasion=occasion, channel=channel, text=text, actor=by, now=now)


def letter(occasion: Occasion = draws.INVITATION, *, now: datetime = NOW, key: str = "one") -> str:
    """What an expert is sent by a short message."""
    (message,) = send_message(
        occasion=occasion.code,
        recipient=Recipient(None, "王建国", phone="13800000001"),
        channels=["sms"],
        context=dict(occasion.placeholders),
        about=("tests.letter", 1),
        key=f"{key}:{now:%H%M}",
        now=now,
        kind="" if occasion.by_kind else None,
    )
    return message.body


def write(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def insert(occasion: str, channel: str, body: str, *, active: bool = True) -> None:
    write(
        "INSERT INTO notifications_messagetemplate (occasion, channel, subject, body, active,"
        " subject_before, body_before, version, proof, registered, values, registered_before,"
        " values_before) VALUES (%s, %s, '', %s, %s, '', '', 0, '', '', '', '', '')",
        *(occasion, channel, body, active),
    )


# What leads a link elsewhere.


@pytest.mark.shows("DRAW-20")
@pytest.mark.parametrize("channel", ["sms", "email", "site"])
def test_no_link_is_carried_away(admin: User, channel: str) -> None:
    page = post(admin, "draw.invitation", channel, SINK, active="on")
    assert "{{答复链接}} 前后只能是空格、换行或中文标点" in page
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize(
    ("occasion", "link"),
    [
        *((one, "答复链接") for one in (draws.INVITATION, draws.STANDBY_INVITATION)),
        *((one, "答复链接") for one in (draws.RESCHEDULED, draws.ANSWER_REMINDER)),
        (draws.REMINDER, "答复链接"),
        *((one, "激活链接") for one in (ACTIVATION, PASSWORD)),
        (PHONE, "验证链接"),
        (workflow.CODE, "验证码"),
    ],
)
def test_all_that_let_somebody_act_stand_alone(occasion: Occasion, link: str) -> None:
    needed = " ".join(f"{{{{{name}}}}}" for name in occasion.required)
    check_text(occasion, Text("", f"{needed} 请打开：{{{{{link}}}}}，谢谢"))
    for glued in (
        "http://evil.example/?u={}",
        "{}.evil.example",
        "u={}",
        "{}答复",
        "{{有效期至}}{}",
    ):
        body = needed + " " + glued.replace("{}", f"{{{{{link}}}}}")
        with pytest.raises(TemplateRefused):
            check_text(occasion, Text("", body))


@pytest.mark.parametrize(
    "address",
    [
        *("http://evil.example/go", "HTTPS://EVIL.EXAMPLE", "evil.example/go", "请看evil.cn吧"),
        *(
            "www.evil.cn",
            ".evil.cn",
            "//evil.cn/x",
            "．ｅｖｉｌ．ｃｎ",
            "ev\u200bil.cn",
            "203.0.113.9/go",
        ),
        *("http：//evil.cn", "weixin://dl/x", "评审.网址", "评审专家.cn/答复", "a@evil.cn/go"),
        *("{{专家姓名}}.evil.cn", "{own}.evil.cn", "evil.{own}", "https://{own}@evil.cn/"),
        *("https://evil.cn\\@{own}/", "https://{own}\\.evil.cn", "https://{own}:x@evil.cn"),
        "https://evil.cn/{own}/",
        # What an address bar, or a reader, takes for a dot or for a number of a host.
        *(
            "长沙专家库。com",
            "evil。com/x",
            "evil｡com",
            "www。evil。cn",
            "中文。中国/x",
            "evil点com",
        ),
        *("ехample.рф", "[::1]/a", "[2001:db8::7]", "0x7f000001"),
        *("a@b.cn+http://x/", "a@b.cn@evil.com", "xn--80ak6aa92e.com", "a.xn--p1ai/x"),
        # Numbers that an address bar takes for a host: whole, octal, of fewer parts, with other stops and ports.
        *("2130706433/x", "2130706433/", "2130706433/1", "//2130706433/x", "a@2130706433/x"),
        *("２１３０７０６４３３/x", "2130706433:8080/x", "2130706433\\x", "50331649/x"),
        *("请打开2130706433/x答复", "请打开0x7f.1/x", "0x7f.1/x", "017700000001/x", "0177.1/x"),
        *("0177.0000.0000.01", "3.1234567/x", "3.14.15926/x", "203。0。113。9"),
    ],
)
def test_no_other_host_stands_in_such_a_text(address: str) -> None:
    own = settings.SITE_URL.partition("//")[2]
    text = Text("", f"请打开 {address.replace('{own}', own)} 后答复：{{{{答复链接}}}}")
    with pytest.raises(TemplateRefused, match="不能写别处的网址"):
        check_text(draws.INVITATION, text)
    with pytest.raises(TemplateRefused):
        check_text(draws.INVITATION, Text(text.body, "答复：{{答复链接}}"))


def test_what_an_office_writes_stays_possible() -> None:
    body = (
        f"2026.12.01 前答复，本站 {settings.SITE_URL}/help/ ，邮箱 zjk@pool.example.cn，约 3.5 小时。\n"
        "{{答复链接}}\n见附件.请准时；电话0571-88886666/88886667。PDF 另发。评审/验收同日。App 内可答复，9点CST开始。"
        f"登录。{settings.SITE_URL.partition('//')[2]}/help/ 。时间[12:30:00]，编号2026112901/A包，误差3.5/h。"
        "1.5/2，0.001/h，共5/8人，2026/11/29，20261129/20261130，编号：2026112901/2，项目 330106001/第2包，附件1.docx，"
        "电话 88886666/88886667，手机 13800000001/13800000002，88886666/手机，GB50300-2013/x，127.1/m²，2026112901。"
        f"{settings.SITE_URL}/v/2026112901/x "
    )
    check_text(draws.INVITATION, Text("", body))
    check_text(TASK, Text("", "见 https://www.example.cn/a ，{{负责人}}"))  # no secret in it
    with pytest.raises(TemplateRefused, match="网址里不能带变量"):
        check_text(TASK, Text("", "见 https://www.example.cn/?n={{负责人}}"))


# Who is told, and when it counts.


def told(occasion: str = "template.rewritten") -> dict[tuple[str, str], Message]:
    return {(one.recipient, one.channel): one for one in Message.objects.filter(occasion=occasion)}


def test_a_changed_text_is_told_at_once_and_counts_later(
    admin: User, supervisor: User, guard: User
) -> None:
    usual = letter()
    save("draw.invitation", "sms", "请转告同事代办：{{答复链接}}", admin)
    messages = told()
    assert {(supervisor.name, "site"), (guard.name, "site"), (guard.name, "sms")} <= {*messages}
    assert admin.name not in {name for name, _ in messages}
    said = messages[guard.name, "site"]
    assert "评审邀请（短信）" in said.subject
    for word in ("请转告同事代办", "2026-11-24 09:30 起使用", admin.name):
        assert word in said.body
    assert letter(now=NOW + WAIT - timedelta(minutes=1)) == usual
    assert letter(now=NOW + WAIT).startswith("请转告同事代办")


def test_whoever_was_told_takes_it_back_before_anybody_got_it(admin: User, guard: User) -> None:
    usual = letter()
    save("draw.invitation", "sms", "请转告同事代办：{{答复链接}}", admin)
    later = NOW + timedelta(minutes=20)
    reset_template(occasion="draw.invitation", channel="sms", actor=guard, now=later)
    assert letter(now=NOW + WAIT) == usual


def test_a_second_change_brings_the_first_no_sooner(admin: User) -> None:
    usual = letter()
    save("draw.invitation", "sms", "甲：{{答复链接}}", admin)
    save("draw.invitation", "sms", "乙：{{答复链接}}", admin, NOW + timedelta(minutes=20))
    assert letter(now=NOW + WAIT) == usual
    save("draw.invitation", "sms", "乙：{{答复链接}}", admin, NOW + timedelta(minutes=40))
    assert letter(now=NOW + timedelta(minutes=49)) == usual
    assert letter(now=NOW + timedelta(minutes=50)).startswith("乙")
    save("draw.invitation", "sms", "丙：{{答复链接}}", admin, NOW + timedelta(hours=1))
    assert letter(now=NOW + timedelta(minutes=61)).startswith("乙")


def test_what_concerns_nobody_else_is_told_to_nobody(admin: User, guard: User) -> None:
    save(TASK.code, "site", "{{负责人}}：{{任务}}", admin)
    assert not told()


# Texts that are written into the database.


def test_a_text_that_was_written_does_not_count(
    admin: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = letter()
    monkeypatch.setattr(queries, "_reported", set())  # the log is told once
    with caplog.at_level(logging.ERROR):
        insert("draw.invitation", "sms", SINK)
        assert letter(key="two") == usual
    assert "draw.invitation/sms" in caplog.text
    page = login(Client(), admin).get(LIST, {"state": "written"}).content.decode()
    assert page.count(f"{AMISS}</span>") == 1
    assert AMISS in login(Client(), admin).get(f"{LIST}draw.invitation/sms/").content.decode()
    save("draw.invitation", "sms", "好：{{答复链接}}", admin)
    page = login(Client(), admin).get(LIST, {"state": "written"}).content.decode()
    assert f"{AMISS}</span>" not in page


@pytest.mark.parametrize(
    "change",
    [
        "body = 'http://evil.example/{{答复链接}}'",
        *("active = false", "occasion = 'draw.standby'", "since = '2020-01-01'"),
        *("body_before = 'http://evil.example/{{答复链接}}'", "version = version + 1"),
    ],
)
def test_a_text_that_was_altered_does_not_count(admin: User, change: str) -> None:
    save("draw.invitation", "sms", "好：{{答复链接}}", admin, NOW - timedelta(hours=1))
    assert letter().startswith("好")
    write(f"UPDATE notifications_messagetemplate SET {change}")  # noqa: S608
    for occasion in (draws.INVITATION, draws.STANDBY_INVITATION):
        state = template_state(occasion, "sms")
        assert state.text == occasion.default("sms")
        assert state.active
    assert letter(key="two").startswith("【专家库】王工专家")


def test_an_old_text_does_not_come_again(admin: User) -> None:
    save("draw.invitation", "sms", "旧：{{答复链接}}", admin, NOW - timedelta(hours=2))
    columns = ("body", "body_before", "since", "version", "proof")
    old = MessageTemplate.objects.values_list(*columns).get()
    save("draw.invitation", "sms", "新：{{答复链接}}", admin, NOW - timedelta(hours=1))
    with pytest.raises(Error, match="goes_on"):
        write(
            "UPDATE notifications_messagetemplate"
            " SET body = %s, body_before = %s, since = %s, version = %s, proof = %s",
            *old,
        )
    assert letter().startswith("新")


# What watches whoever manages templates.


def test_the_occasions_that_watch_are_declared() -> None:
    assert {one.code for one in OCCASIONS if one.watches} == {*WATCHING}
    for one in OCCASIONS:
        assert not one.watches or one.required


@pytest.mark.parametrize("code", WATCHING)
def test_no_alarm_is_switched_off_by_whom_it_is_about(admin: User, code: str) -> None:
    occasion = OCCASIONS[code]
    stays = [ChannelCode.SITE] if "site" in occasion.defaults else [*occasion.channels]
    for channel in stays:
        page = login(Client(), admin).get(f"{LIST}{code}/{channel}/").content.decode()
        assert "不能停用" in page
        post(admin, code, channel, occasion.default(channel).body)
        assert template_state(occasion, channel).active
        with pytest.raises(TemplateRefused, match="不能停用"):
            save_template(
                occasion=code,
                channel=channel,
                text=occasion.default(channel),
                active=False,
                actor=admin,
                now=NOW,
            )
        with pytest.raises(TemplateRefused, match="看不出发生了什么"):
            save(code, channel, "一切正常", admin)


def test_one_that_is_switched_off_in_the_database_stays_on(admin: User, guard: User) -> None:
    insert("account.acted", "site", "一切正常{{操作人}}{{操作}}", active=False)
    (message,) = send_message(
        occasion=ACTED.code,
        recipient=Recipient(guard.username, guard.name),
        channels=["site"],
        context=dict(ACTED.placeholders),
        about=guard,
        key="one",
        now=NOW,
    )
    assert message.state == DeliveryState.QUEUED
    assert "一切正常" not in message.body


def test_what_else_is_changed_of_them_is_told_to_who_gets_them(
    admin: User, supervisor: User, guard: User, auditor: User
) -> None:
    post(admin, ACTED.code, "sms", ACTED.default("sms").body)  # not on
    assert "停用" in told()[guard.name, "site"].body
    assert not template_state(ACTED, "sms").active
    Message.objects.all().delete()
    save("report.chain_head", "site", "无事：{{链头}}", admin)
    assert (auditor.name, "site") in told()


def test_the_change_of_that_text_is_told_by_it_as_it_was(admin: User, guard: User) -> None:
    rewritten = workflow.REWRITTEN
    save(rewritten.code, "site", "一切正常（{{操作人}}{{模板}}{{改动}}）", admin)
    said = told()[guard.name, "site"].body
    assert "修改了通知模板「通知模板改动" in said
    assert "一切正常" in said.partition("现在的文字：")[2]
    save(TASK.code, "site", "{{负责人}}：{{任务}}", admin)
    save(ACTED.code, "email", "{{操作人}}{{操作}}", admin)
    newest = Message.objects.filter(occasion=rewritten.code, channel="site").latest("pk")
    assert newest.body.startswith("一切正常")
