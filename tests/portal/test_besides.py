"""Whoever has bound his WeChat is told there, besides the ways by which the others are told."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.certificates.occasions import REVOKED
from expertpool.core.configuration import value_of
from expertpool.experts.services.contacts import recipient_of
from expertpool.notifications.channels.wechat import settings as wechat
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import OCCASIONS, Text
from expertpool.notifications.queries.wechat import openid_of
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.demo import ensure_demo_wechat
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.notifications.services.templates import save_template
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
SITE, SMS, EMAIL, WECHAT = (
    ChannelCode.SITE,
    ChannelCode.SMS,
    ChannelCode.EMAIL,
    ChannelCode.WECHAT,
)
BOTH = (
    Recipient("wang", "王工", "13800138001", "wang@example.cn", "oWang"),
    Recipient("li", "李工", "13800138002", "li@example.cn"),
)


def tell(*recipients: Recipient, channels: tuple[ChannelCode, ...], key: str = "told") -> list[str]:
    """Tell ``recipients`` that a certificate was revoked; return by what, name by name."""
    envelopes = [
        Envelope(one, REVOKED.placeholders, ("certificates.certificate", "1"), f"{key}:{one.name}")
        for one in recipients
    ]
    made = send_messages(
        occasion=REVOKED.code, envelopes=envelopes, channels=channels, now=timezone.now()
    )
    assert {one.state for one in made} == {DeliveryState.QUEUED}
    return [f"{one.recipient}{one.channel}" for one in made]


@pytest.mark.shows("OVW-08")
def test_who_has_bound_his_wechat_is_told_there_too() -> None:
    """Who has none gets no failed message, whatever is chosen; and what is for this site alone stays there."""
    told = ["王工site", "王工sms", "王工email", "王工wechat", "李工site", "李工sms", "李工email"]
    assert sorted(tell(*BOTH, channels=(SITE, SMS, EMAIL))) == sorted(told)
    assert sorted(tell(*BOTH, channels=REVOKED.channels, key="all")) == sorted(told)
    assert tell(*BOTH, channels=(SITE,), key="site") == ["王工site", "李工site"]


def test_no_message_fails_for_a_text_that_wechat_does_not_keep(admin: User) -> None:
    configure(wechat.APP, "wx0123456789abcdef")
    configure(wechat.SECRET, "s")
    configure(wechat.WAY, wechat.TEMPLATE)
    assert "王工wechat" not in tell(BOTH[0], channels=(SITE, SMS), key="before")
    save_template(
        occasion=REVOKED.code,
        channel=WECHAT,
        text=Text("", REVOKED.default(WECHAT).body, "tpl-9", "thing1={{证书编号}}"),
        actor=admin,
        now=timezone.now(),
    )
    assert "王工wechat" in tell(BOTH[0], channels=(SITE, SMS), key="after")


def test_whatever_tells_an_expert_has_a_text_for_wechat() -> None:
    """But what is for one way alone: codes, links by which somebody is let in, what watches somebody."""
    outward = {
        one.code
        for one in OCCASIONS
        if {SITE, EMAIL, SMS} <= set(one.channels) and "（通知专家" in one.label
    }
    outward |= {"expert.removal_decided", "change.overtaken", "automation.told"}
    lacking = {code for code in outward if WECHAT not in OCCASIONS[code].channels}
    assert not lacking
    secret = [one.code for one in OCCASIONS if WECHAT in one.channels and one.secrets]
    assert all(OCCASIONS[code].by_plan for code in secret)


@pytest.mark.shows("OVW-08")
def test_in_the_demonstration_wechat_stands_in_the_outbox(client: Client) -> None:
    """Bound without a real one, said so on the page, and nothing leaves the machine."""
    expert, user = make_expert(), make_user("expert")
    give_account(expert, user)
    login(client, user)
    configure(wechat.WAY, wechat.LOOPBACK)
    assert "演示：没有连接微信" in client.get("/my/wechat/").content.decode()
    back = client.get("/my/wechat/start/")["Location"]
    assert back.startswith("/my/wechat/back/")
    page = client.get(back)
    assert "演示：没有连接微信" in page.content.decode()
    given = {name: page.context[name] for name in ("code", "state")}
    assert "已绑定" in client.post("/my/wechat/back/", given, follow=True).content.decode()
    assert "王工wechat" in tell(BOTH[0], channels=(SITE, SMS))
    tell(recipient_of(expert), channels=(SITE, SMS), key="own")
    letter = Message.objects.get(channel=WECHAT, key__startswith="own")
    assert letter.address == openid_of(user)
    deliver(message_id=letter.pk, now=timezone.now())
    assert REVOKED.placeholders["证书编号"] in client.get("/dev/outbox/").content.decode()
    shown = login(Client(), make_user("admin")).get("/messages/channels/").content.decode()
    assert "演示（不发到微信）" in shown


def test_a_real_site_has_no_demonstration(admin: User, settings: object) -> None:
    settings.DEV_PAGES = False  # type: ignore[attr-defined]
    configure(wechat.WAY, wechat.LOOPBACK)
    assert openid_of(admin) == ""
    answer = login(Client(), admin).get("/my/wechat/")
    assert answer.status_code == 404
    ensure_demo_wechat(user=admin, now=timezone.now())
    assert openid_of(admin) == ""


def test_the_demonstration_binds_its_expert_once() -> None:
    user = make_user("expert")
    for _ in range(2):
        ensure_demo_wechat(user=user, now=timezone.now())
    assert value_of(wechat.WAY) == wechat.LOOPBACK
    assert openid_of(user) == f"loopback-{user.pk}"
