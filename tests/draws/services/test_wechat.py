"""An invitation in WeChat: who has bound his own, what he is sent, and his answer in writing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.services.users import create_user, edit_user
from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_visible_to
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.models import Invitation
from expertpool.draws.occasions import INVITATION
from expertpool.draws.services.entropy import SeededEntropy, SystemEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.telling import answer_code
from expertpool.draws.services.written_replies import take_reply
from expertpool.experts.models import Expert
from expertpool.experts.services.contacts import recipient_of
from expertpool.experts.services.linking import link_account
from expertpool.notifications.channels.wechat import account
from expertpool.notifications.channels.wechat import settings as wechat
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.exceptions import BindingRefused
from expertpool.notifications.models import Message, WechatBinding
from expertpool.notifications.occasions import Text
from expertpool.notifications.queries.attempts import callback_token
from expertpool.notifications.queries.wechat import binding_of, openid_of
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.templates import save_template
from expertpool.notifications.services.wechat import CHANGED, bind, openid_behind, unbind
from expertpool.notifications.settings import ROUTE_WAIT
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import give_account, make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.notifications.wechat_platform import (
    AES_KEY,
    APP,
    SECRET,
    TOKEN,
    Wechat,
    pushed,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_quiet_hours")]
OPENID = "oABC-123_def"
AGENT = "Mozilla/5.0 MicroMessenger/8.0"


@pytest.fixture(autouse=True)
def platform(db: None) -> Iterator[Wechat]:
    account._tokens.clear()
    with Wechat() as found:
        configure(wechat.ENDPOINT, found.url)
        configure(wechat.APP, APP)
        configure(wechat.SECRET, SECRET)
        configure(wechat.TOKEN, TOKEN)
        configure(wechat.AES_KEY, AES_KEY)
        configure(wechat.WAY, wechat.TEMPLATE)
        yield found


def make_bound(openid: str = OPENID) -> Expert:
    expert = make_expert(email="")
    give_account(expert, make_user("expert"))
    expert.refresh_from_db()
    bind(user=expert.user, openid=openid, now=timezone.now())
    return expert


def make_asked() -> tuple[Message, Invitation]:
    """A letter in WeChat that waits to go out, and the line that it asks of."""
    now = timezone.now()
    configure(ROUTE_WAIT, 0)
    text = Text(
        "",
        "请答复：{{答复链接}}",
        "tpl-1",
        "thing1={{评审地点}}\ntime2={{评审时间}}\ncharacter_string3=Y{{回复码}}\nurl={{答复链接}}",
    )
    save_template(
        occasion=INVITATION.code, channel="wechat", text=text, actor=make_user("admin"), now=now
    )
    project = make_ready_project(now=now, seats=1, channels=("wechat",), reply_minutes=60)
    draw = start_draw(project=project, actor=project.created_by, now=now, entropy=SeededEntropy(1))
    (letter,) = Message.objects.filter(channel=ChannelCode.WECHAT, occasion=INVITATION.code)
    row = draw.invitations.get()
    row.draw = draw
    return letter, row


def says(client: Client, openid: str, words: str, number: str) -> None:
    body, query = pushed(text_of(openid, words, number))
    address = f"/messages/callbacks/wechat/{callback_token('wechat')}/"
    answer = client.post(address, body, content_type="text/xml", query_params=query)
    assert answer.content == b"success"
    for job in ProcrastinateJob.objects.filter(task_name="draws.take_reply"):
        take_reply(**job.args, now=timezone.now(), entropy=SystemEntropy())


@pytest.mark.shows("OVW-08", "DRAW-22", "DRAW-40")
def test_an_invitation_is_answered_in_wechat(platform: Wechat, client: Client) -> None:
    """Who wrote back is known by his WeChat and the code; the same words from another one are nobody's answer."""
    expert = make_bound()
    letter, row = make_asked()
    assert letter.address == OPENID
    deliver(message_id=letter.pk, now=timezone.now())
    letter.refresh_from_db()
    assert letter.state == DeliveryState.SENT, letter.detail
    (sent,) = platform.taken
    code = answer_code(row)
    assert sent["touser"] == OPENID
    assert sent["url"].startswith(f"{settings.SITE_URL}/r/")
    assert sent["data"]["character_string3"] == {"value": f"Y{code}"}
    says(client, "oAnother", f"同意{code}", "1")
    says(client, OPENID, "同意", "2")
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED
    says(client, OPENID, f"同意 {code}", "3")
    row.refresh_from_db()
    assert (row.state, row.replied_via) == (InvitationState.ACCEPTED, ReplyVia.WECHAT)
    row.draw.refresh_from_db()
    assert row.draw.status == DrawStatus.SUCCESS
    assert expert.user_id


def test_whoever_bound_his_own_to_anothers_account_answers_nothing_once_it_ended(
    platform: Wechat, client: Client
) -> None:
    """Nor when he binds it to an account of his own then: he holds the letter and its code."""
    expert = make_bound()
    letter, row = make_asked()
    deliver(message_id=letter.pk, now=timezone.now())
    assert platform.taken
    unbind(user=expert.user, now=timezone.now())
    says(client, OPENID, f"不参加 {answer_code(row)}", "1")
    bind(user=make_user("operator"), openid=OPENID, now=timezone.now())
    says(client, OPENID, f"不参加 {answer_code(row)}", "2")
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED


def test_what_still_waits_goes_to_no_wechat_that_was_ended(platform: Wechat) -> None:
    expert = make_bound()
    letter, _ = make_asked()
    unbind(user=expert.user, now=timezone.now())
    deliver(message_id=letter.pk, now=timezone.now())
    letter.refresh_from_db()
    assert (letter.state, letter.detail) == (DeliveryState.FAILED, "没有绑定微信")
    assert not platform.taken


def test_whoever_binds_is_told_by_the_other_ways_and_may_end_it() -> None:
    expert, now = make_bound(), timezone.now()
    assert recipient_of(expert).wechat == OPENID
    told = Message.objects.filter(occasion=CHANGED.code)
    assert {one.channel for one in told} >= {"site"}
    assert "绑定了微信" in told[0].body
    assert unbind(user=expert.user, now=now)
    assert not unbind(user=expert.user, now=now)
    assert recipient_of(expert).wechat == ""
    actions = Entry.objects.filter(action__startswith="notifications.wechat")
    assert [one.action for one in actions.order_by("pk")] == [
        "notifications.wechat_bind",
        "notifications.wechat_end",
    ]


def test_one_wechat_is_of_one_account_and_one_account_has_one() -> None:
    expert, now = make_bound(), timezone.now()
    with pytest.raises(BindingRefused, match="另一个账号"):
        bind(user=make_user(), openid=OPENID, now=now)
    bind(user=expert.user, openid="oNew", now=now)
    assert openid_of(expert.user) == "oNew"
    assert WechatBinding.objects.filter(ended_at=None).count() == 1
    bind(user=make_user(), openid=OPENID, now=now)  # it is free again


def test_whoever_opened_an_account_reads_nothing_of_whose_it_becomes(admin: User) -> None:
    """He bound his own while it was nobody's. The log says nothing of it while names are sealed: who has bound his WeChat
    is a secret."""
    ensure_demo_roles()
    now = timezone.now()
    user, _ = create_user(username="neu", name="新同事", actor=admin, now=now)
    bind(user=user, openid=OPENID, now=now - timedelta(minutes=1))
    expert = make_expert(email="wang@example.cn")
    make_draw(now=now, seats=1)
    now = timezone.now()
    link_account(expert=expert, username="neu", reason="合并已有账号", actor=admin, now=now)
    expert.refresh_from_db()
    assert expert.user == user
    assert recipient_of(expert).wechat == ""
    assert Entry.objects.filter(action="notifications.wechat_end", actor=None).exists()
    assert not entries_visible_to(admin).filter(action="notifications.wechat_end").exists()


def test_nor_of_who_is_given_more(admin: User) -> None:
    keeper = make_user()
    user, _ = create_user(username="neu", name="新同事", actor=keeper, now=timezone.now())
    bind(user=user, openid=OPENID, now=timezone.now())
    same = {name: getattr(user, name) for name in ("name", "phone", "email", "department")}
    roles = [ensure_demo_roles()["supervisor"]]
    assert edit_user(user=user, **same, roles=roles, actor=admin, now=timezone.now())
    assert binding_of(user) is None


def test_what_somebody_wrote_into_the_table_is_told_to_nobody() -> None:
    """Led to another by writing rows, given anew after its end, or of another service account."""
    expert = make_bound()
    other = make_bound("oOther")
    rows = WechatBinding.objects
    mine, his = rows.get(user=expert.user), rows.get(user=other.user)
    kept = bytes(mine.openid_index)
    rows.filter(pk=mine.pk).update(openid_index=bytes(his.openid_index)[::-1])
    assert binding_of(expert.user) is None
    rows.filter(pk=mine.pk).update(openid_index=kept)
    assert binding_of(expert.user) is not None
    again = rows.get(pk=mine.pk)
    assert again.openid == OPENID  # opened, so that it can be written once more
    unbind(user=expert.user, now=timezone.now())
    rows.filter(pk=mine.pk)._raw_delete("default")
    again.save(force_insert=True)  # as it stood before its end, with its proof
    assert binding_of(expert.user) is None
    configure(wechat.APP, "wx-another")
    assert openid_of(other.user) == ""
    configure(wechat.WAY, wechat.NONE)
    assert openid_of(other.user) == ""


def test_he_binds_by_what_wechat_says_of_him(client: Client) -> None:
    expert = make_expert()
    give_account(expert, make_user("expert"))
    expert.refresh_from_db()
    login(client, expert.user)
    page = client.get("/my/wechat/").content.decode()
    assert "扫这个二维码" in page
    page = client.get("/my/wechat/", headers={"User-Agent": AGENT}).content.decode()
    assert "绑定微信" in page
    assert "data:image" not in page
    sent = client.get("/my/wechat/start/")["Location"]
    assert sent.startswith("https://open.weixin.qq.com/connect/oauth2/authorize?appid=" + APP)
    assert "scope=snsapi_base" in sent
    assert sent.endswith("#wechat_redirect")
    state = sent.partition("state=")[2].partition("#")[0]
    here = "/my/wechat/back/"
    asked = client.get(here, {"code": "code-of-oMine", "state": state})
    assert "确认绑定" in asked.content.decode()
    assert binding_of(expert.user) is None  # GET changes nothing
    client.post(here, {"code": "code-of-oMine", "state": state})
    assert openid_of(expert.user) == "oMine"
    # Once: whoever is led here with a code of another's binds nothing.
    client.post(here, {"code": "code-of-oHis", "state": state})
    client.get(here, {"code": "code-of-oHis", "state": "x"})
    client.post(here, {"code": "code-of-oHis", "state": ""})
    assert openid_of(expert.user) == "oMine"
    assert "已绑定" in client.get("/my/wechat/").content.decode()
    assert "微信通知" in client.get("/account/").content.decode()
    client.post("/my/wechat/end/")
    assert openid_of(expert.user) == ""
    state = client.get("/my/wechat/start/")["Location"].partition("state=")[2].partition("#")[0]
    refused = client.post(here, {"code": "made-up", "state": state}, follow=True)
    assert "微信没有确认您的身份" in refused.content.decode()
    configure(wechat.WAY, wechat.NONE)
    for address in ("/my/wechat/", "/my/wechat/start/", here):
        assert client.get(address).status_code == 404
    with pytest.raises(BindingRefused):
        openid_behind("code-of-oMine", user=expert.user)
