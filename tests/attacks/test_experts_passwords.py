"""Whoever manages accounts learns no password by which he would be an expert (docs/decisions/0118)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import LoginRecord, User
from expertpool.accounts.services.forgotten import ask_link
from expertpool.accounts.services.forgotten import send_link as send_asked_link
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.services.users import edit_user
from expertpool.audit.queries import entries_visible_to
from expertpool.experts.exceptions import LinkInvalid
from expertpool.experts.models import Expert
from expertpool.experts.services.accounts import activate_account, open_account, user_for_link
from expertpool.experts.services.profile import update_expert
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import messages_visible_to
from expertpool.notifications.queries.subjects import readable_by
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
HIS, MINE = "wang@example.cn", "sink@example.com"
OLD, NEW = "Correct-horse-10", "Another-horse-11"


@pytest.fixture
def expert() -> Expert:
    """One who has chosen his password, and been here."""
    ensure_demo_roles()
    expert = make_expert("王小明", email=HIS, phone="13812340001")
    user = open_account(expert=expert, actor=None, now=timezone.now() - timedelta(days=30))
    activate_account(token=link_in(Message.objects.get()), password=OLD, now=timezone.now())
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
    Message.objects.all().delete()
    return Expert.objects.get(pk=expert.pk)


def link_in(message: Message) -> str:
    found = re.search(r"/activate/([^/\s]+)/", message.body)
    assert found
    return found[1]


def reset(expert: Expert, by: User) -> str:
    """What whoever resets the password of ``expert`` is shown, of page and answer."""
    client, url = login(Client(), by), reverse("accounts:user_reset", args=[expert.user_id])
    asked, answer = client.get(url), client.post(url)
    return asked.content.decode() + answer.content.decode() + str(dict(answer.headers))


def letters(occasion: str) -> list[Message]:
    return [one for one in Message.objects.all() if one.occasion == occasion]


def passwords_in(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{4}-[0-9]{4}-[A-Za-z]{4}", text))


def test_no_password_is_shown_and_the_link_goes_to_the_expert_alone(
    expert: Expert, admin: User
) -> None:
    shown = reset(expert, admin)
    assert not passwords_in(shown)
    assert "发送链接" in shown
    assert "/activate/" not in shown
    (letter,) = letters("expert.password")
    assert letter.address == HIS
    assert readable_by(admin, [letter]) == set()
    user = User.objects.get(pk=expert.user_id)
    assert not user.check_password(OLD)
    activate_account(token=link_in(letter), password=NEW, now=timezone.now())
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not user.must_change_password


def test_of_the_links_that_were_sent_the_last_is_good(expert: Expert, admin: User) -> None:
    user = User.objects.get(pk=expert.user_id)
    for minute in range(2):
        user.login_records.all().delete()
        at = timezone.now() - timedelta(minutes=9 - minute)
        ask_link(identifier=HIS, address="10.0.0.1", device="", now=at)
        for _ in range(2):  # a job may run twice: the letter that was sent stays good
            send_asked_link(record_id=LoginRecord.objects.latest("pk").pk)
    old, new = (link_in(one) for one in reversed(letters("expert.password")))
    with pytest.raises(LinkInvalid):
        user_for_link(old)
    assert user_for_link(new) == user
    update_expert(expert=expert, values={"email": MINE}, actor=admin, now=timezone.now())
    with pytest.raises(LinkInvalid):
        user_for_link(new)


def test_he_is_told_that_somebody_else_did_it(expert: Expert, admin: User) -> None:
    reset(expert, admin)
    told = {(one.channel, one.address) for one in letters("account.acted")}
    assert {("sms", "13812340001"), ("email", HIS)} <= told


@pytest.mark.parametrize("through", ["record", "account"])
def test_nor_does_it_go_to_what_was_just_written_into_his_record_or_account(
    expert: Expert, admin: User, through: str
) -> None:
    if through == "record":
        for values in ({"email": MINE}, {"phone": "13899990001"}):
            update_expert(expert=expert, values=values, actor=admin, now=timezone.now())
        assert "没有改过的手机号或邮箱" in reset(expert, admin)
        assert not letters("expert.password")
        assert User.objects.get(pk=expert.user_id).check_password(OLD), "nothing was changed"
    else:
        user = User.objects.get(pk=expert.user_id)
        kept = {"name": user.name, "department": None, "actor": admin, "now": timezone.now()}
        with pytest.raises(ValidationError, match="随专家档案"):
            edit_user(user=user, phone="13899990001", email=MINE, **kept)  # type: ignore[arg-type]
        reset(expert, admin)
        assert [one.address for one in letters("expert.password")] == [HIS]


def test_nor_where_the_account_was_led_to_him_by_writing_rows(expert: Expert, admin: User) -> None:
    user = make_user("expert", name="甲")
    Expert.objects.filter(pk=expert.pk).update(user=user)
    expert.refresh_from_db()
    assert not passwords_in(reset(expert, admin))
    assert not letters("expert.password")


def test_others_are_given_a_password_as_before(admin: User) -> None:
    user = make_user("operator")
    url = reverse("accounts:user_reset", args=[user.pk])
    answer = login(Client(), admin).post(url).content.decode()
    (password,) = passwords_in(answer)
    assert User.objects.get(pk=user.pk).check_password(password)


def test_that_he_signed_up_is_told_the_day_after_while_names_are_sealed(
    admin: User, time_machine: Any
) -> None:
    """Who was just drawn does so within minutes, and the list of experts told of it in the next."""
    now = timezone.localtime().replace(hour=10, minute=0)
    time_machine.move_to(now, tick=False)
    ensure_demo_roles()
    make_draw(now=now - timedelta(hours=1), seats=1)
    expert = make_expert("王小明", email=HIS, phone="13812340001")
    open_account(expert=expert, actor=None, now=now - timedelta(minutes=50))
    link = link_in(Message.objects.get(occasion="expert.activation"))
    client = login(Client(), admin)

    def told() -> tuple[object, ...]:
        page = client.get(f"/experts/{expert.pk}/").content.decode()
        users = client.get(f"/users/?q={expert.number}").content.decode()
        sent = client.get("/experts/?account=sent").content.decode()
        opened = client.get("/experts/?account=open").content.decode()
        return (
            re.findall(r"(已发送|已开通) ?[\d-]*", page),
            "重发激活链接" in page,
            "待改密码" in users,
            expert.name in sent,
            expert.name in opened,
        )

    before = told()
    assert before[1:] == (True, True, True, False)
    activate_account(token=link, password=NEW, now=now)
    assert told() == before
    answer = client.post(reverse("experts:send_link", args=[expert.pk]))
    assert answer.status_code == 204, "the refusal would say that he has"
    time_machine.move_to(now + timedelta(days=1), tick=False)
    login(client, admin)
    assert told()[1:] == (False, False, False, True)
    assert client.post(reverse("experts:send_link", args=[expert.pk])).status_code == 409


def test_where_nothing_is_sealed_it_is_told_at_once(admin: User) -> None:
    ensure_demo_roles()
    expert = make_expert("王小明", email=HIS)
    open_account(expert=expert, actor=None, now=timezone.now())
    link = link_in(Message.objects.get(occasion="expert.activation"))
    activate_account(token=link, password=NEW, now=timezone.now())
    page = login(Client(), admin).get("/experts/?account=open").content.decode()
    assert expert.name in page


def ask(expert: Expert) -> None:
    """Let ``expert`` ask for the link himself, on the page of sign-in."""
    ask_link(identifier=expert.number, address="10.0.0.1", device="", now=timezone.now())
    assert send_asked_link(record_id=LoginRecord.objects.latest("pk").pk)


@pytest.fixture
def sealed(time_machine: Any) -> Expert:
    """An expert who has an account for long, while names are sealed."""
    now = timezone.localtime().replace(hour=10, minute=0)
    ensure_demo_roles()
    expert = make_expert("王小明", email=HIS, phone="13812340001")
    month = now - timedelta(days=30)
    time_machine.move_to(month, tick=False)
    open_account(expert=expert, actor=None, now=month)
    link = link_in(Message.objects.get(occasion="expert.activation"))
    user = activate_account(token=link, password=OLD, now=month)
    User.objects.filter(pk=user.pk).update(last_login=month)
    time_machine.move_to(now, tick=False)
    make_draw(now=now - timedelta(hours=1), seats=1)
    expert.refresh_from_db()
    return expert


def states(expert: Expert, client: Client) -> tuple[object, ...]:
    page = client.get(f"/experts/{expert.pk}/").content.decode()
    users = client.get(f"/users/?q={expert.number}").content.decode()
    return (
        re.findall(r"(已发送|已开通) ?[\d-]*", page),
        re.findall(r"(?:已发送|已开通) [\d-]+", page),
        "待改密码" in users,
        expert.name in client.get("/experts/?account=sent").content.decode(),
        expert.name in client.get("/experts/?account=open").content.decode(),
    )


def test_whoever_forgot_his_password_stays_open_with_the_old_day(
    sealed: Expert, admin: User
) -> None:
    client = login(Client(), admin)
    before = states(sealed, client)
    assert before[2:] == (False, False, True)
    ask(sealed)
    assert states(sealed, client) == before
    link = link_in(Message.objects.get(occasion="expert.password"))
    activate_account(token=link, password=NEW, now=timezone.now())
    assert states(sealed, client) == before


def test_whoever_was_reset_waits_for_others_until_the_day_after(
    sealed: Expert, admin: User
) -> None:
    client = login(Client(), admin)
    reset(sealed, admin)
    before = states(sealed, client)
    assert before[2:] == (True, True, False)
    ask(sealed)
    link = link_in(Message.objects.filter(occasion="expert.password").latest("pk"))
    activate_account(token=link, password=NEW, now=timezone.now())
    assert states(sealed, client) == before


def test_that_he_forgot_his_password_is_not_told_while_names_are_sealed(
    sealed: Expert, admin: User
) -> None:
    ask(sealed)
    assert letters("expert.password")
    for reader in (admin, make_user("auditor"), make_user("operator")):
        entries = entries_visible_to(reader)
        assert not entries.filter(action="user.ask_link").exists()
        assert not messages_visible_to(reader).filter(occasion="expert.password").exists()


def test_it_is_told_where_nothing_is_sealed(expert: Expert, admin: User) -> None:
    ask(expert)
    assert entries_visible_to(admin).filter(action="user.ask_link").exists()
    assert messages_visible_to(admin).filter(occasion="expert.password").exists()
