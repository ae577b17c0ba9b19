"""A phone or mail has one owner, over files of experts and accounts; whose account an expert's is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import ApiToken, User, contact_index
from expertpool.accounts.services.authenticators import APP, as_text, has_app
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.services.tokens import find_token
from expertpool.accounts.services.users import create_user, edit_user
from expertpool.audit.models import Entry
from expertpool.core.crypto import blind_index
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for
from expertpool.experts.queries.names import called
from expertpool.experts.services.accounts import activate_account, open_account
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.importing import import_file
from expertpool.experts.services.linking import link_account, unlink_account
from expertpool.experts.services.profile import create_expert, update_expert
from expertpool.notifications.models import Message
from tests.core.importing.sheets import write_xlsx
from tests.factories.accounts import PASSWORD, make_token, make_user
from tests.factories.experts import NOW, doubled_as_before, give_account, make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
PHONE, MAIL = "13812340001", "wang@example.cn"


@pytest.fixture(autouse=True)
def _at_now() -> Iterator[None]:
    ensure_demo_roles()
    with time_machine.travel(NOW, tick=False):
        yield


def enter(actor: User, **values: Any) -> Expert:
    return create_expert(values={"name": "王小明", "phone": PHONE} | values, actor=actor, now=NOW)


def edit(expert: Expert, by: User, **values: Any) -> Expert:
    return update_expert(expert=expert, values=values, actor=by, now=NOW)


# --- One owner --------------------------------------------------------------------------------------


@pytest.mark.shows("EXP-10")
def test_the_number_of_an_account_is_in_no_other_file(admin: User) -> None:
    make_user("operator", username="li", name="李晓梅", phone=PHONE, email=MAIL)
    with pytest.raises(ValidationError, match="登录账号“li”（李晓梅）"):
        enter(admin)
    with pytest.raises(ValidationError, match="该邮箱已由"):
        enter(admin, phone="13812340002", email="Wang@Example.cn")
    expert = enter(admin, phone="13812340002")
    with pytest.raises(ValidationError, match="该手机号已由"):
        edit(expert, admin, phone=PHONE)


def test_who_may_not_see_numbers_is_not_told_whose_and_each_try_is_logged() -> None:
    make_user("supervisor", username="zhao", phone=PHONE)
    clerk = make_user("operator")
    with pytest.raises(ValidationError) as refusal:
        enter(clerk)
    assert "zhao" not in str(refusal.value)
    assert Entry.objects.filter(action="expert.taken", actor=clerk).count() == 1


def test_the_number_of_a_file_is_in_no_other_account(admin: User) -> None:
    make_expert(phone=PHONE, email=MAIL)
    for value in ({"phone": PHONE}, {"email": MAIL.upper()}):
        with pytest.raises(ValidationError, match="专家的档案"):
            create_user(username="li", name="李", **value, actor=admin, now=NOW)
    user = make_user("operator")
    with pytest.raises(ValidationError, match="专家的档案"):
        edit_user(
            user=user, name="李", phone=PHONE, email="", department=None, actor=admin, now=NOW
        )


def test_a_mail_is_one_experts(admin: User) -> None:
    first = make_expert("张三", email=MAIL)
    with pytest.raises(ValidationError, match=f"该邮箱已属于专家{first.name}"):
        enter(admin, email=MAIL.upper())
    edit(first, admin, email="")
    assert enter(admin, email=MAIL).email == MAIL


def test_what_is_doubled_from_before_stays_and_the_rest_can_be_saved(admin: User) -> None:
    with doubled_as_before():
        user = make_user("operator", phone=PHONE, email="li@example.cn")
        expert = make_expert(phone=PHONE, email=MAIL)
    other = make_expert(email=MAIL, email_twin=1)
    edit(expert, admin, position="主任")
    edit(other, admin, position="主任")
    edit_user(
        user=user,
        name="李",
        phone=PHONE,
        email="li@example.cn",
        department=None,
        actor=admin,
        now=NOW,
    )
    # Whoever gave it up does not get it back.
    edit(other, admin, email="")
    with pytest.raises(ValidationError, match="该邮箱已属于"):
        edit(Expert.objects.get(pk=other.pk), admin, email=MAIL)


@pytest.mark.parametrize("field", ["phone", "email"])
def test_the_database_refuses_what_the_check_did_not_see(field: str) -> None:
    value = {"phone": PHONE, "email": MAIL}[field]
    user = make_user("operator", **{field: value})
    with pytest.raises(IntegrityError, match="another's account"), transaction.atomic():
        make_expert(**{field: value})
    expert = make_expert()
    index = {f"{field}_index": contact_index(field, value)}
    with pytest.raises(IntegrityError, match="another's account"), transaction.atomic():
        Expert.objects.filter(pk=expert.pk).update(**index)
    give_account(expert, user)
    Expert.objects.filter(pk=expert.pk).update(**index)
    User.objects.filter(pk=user.pk).update(**{f"{field}_index": None})
    with pytest.raises(IntegrityError, match="file of an expert"), transaction.atomic():
        make_user("operator", **{field: value})


@pytest.mark.shows("EXP-08")
def test_an_import_leaves_out_the_mail_and_refuses_the_phone(admin: User, tmp_path: Path) -> None:
    make_user("operator", phone=PHONE, email="office@example.cn")
    make_expert(email=MAIL)
    rows = [
        ["姓名", "手机号", "邮箱"],
        ["甲", PHONE, "a@example.cn"],
        ["乙", "13812340002", MAIL],
        ["丙", "13812340003", "b@example.cn"],
        ["丁", "13812340004", "B@example.cn"],
        ["戊", "13812340005", "office@example.cn"],
    ]
    path = write_xlsx(tmp_path / "list.xlsx", rows)
    outcome = import_file(path, actor=admin, now=NOW)
    assert [(one["row"], one["reason"]) for one in outcome.refused] == [(2, "手机号重复")]
    found = {one.name: one.email for one in Expert.objects.filter(called("乙丙丁戊"))}
    assert found == {"乙": "", "丙": "b@example.cn", "丁": "", "戊": ""}


def test_existing_rows_are_brought_along() -> None:
    expert = make_expert(email=MAIL)
    gone = make_expert(status="deleted")
    user = make_user("operator", phone="13912340001", email="Li@example.cn")
    with doubled_as_before():
        Expert.objects.filter(pk=gone.pk).update(email_index=expert.email_index, email_twin=9)
    User.objects.filter(pk=user.pk).update(
        phone_index=blind_index("user.phone", user.phone), email_index=None
    )
    import_module("expertpool.accounts.migrations.0015_one_index_for_a_person").index_anew(
        None, SimpleNamespace(connection=connection)
    )
    user.refresh_from_db()
    assert user.phone_index == contact_index("phone", user.phone)
    assert user.email_index == contact_index("email", "li@example.cn")
    with connection.cursor() as cursor:
        cursor.execute(import_module("expertpool.experts.migrations.0017_email_once").NUMBER)
    twins = {one.pk: one.email_twin for one in Expert.objects.all()}
    assert twins == {expert.pk: 0, gone.pk: 1}


# --- File and account are one -----------------------------------------------------------------------


def test_the_account_follows_the_file(admin: User) -> None:
    expert = make_expert(phone=PHONE, email=MAIL)
    user = open_account(expert=expert, actor=admin, now=NOW)
    assert (user.phone, user.email) == (PHONE, MAIL)
    edit(expert, admin, phone="13812340002", email="neu@example.cn")
    user.refresh_from_db()
    assert (user.phone, user.email, user.phone_verified_at) == (
        "13812340002",
        "neu@example.cn",
        None,
    )
    with pytest.raises(ValidationError, match="随专家档案"):
        edit_user(
            user=user,
            name=user.name,
            phone=PHONE,
            email=MAIL,
            department=None,
            actor=admin,
            now=NOW,
        )
    form = (
        login(Client(), admin).get(reverse("accounts:user_edit", args=[user.pk])).content.decode()
    )
    assert "随专家档案，请在档案中修改" in form


def test_who_is_put_on_the_blacklist_is_out_with_all_he_has(admin: User) -> None:
    user = make_user("expert", username="chef")
    expert = make_expert(user=user)
    client, token = login(Client(), user), make_token(user)
    assert find_token(token.text, now=NOW)  # type: ignore[attr-defined]
    add_to_blacklist(expert=expert, reason="泄密", actor=admin, now=NOW)
    assert client.get("/").status_code == 302
    assert find_token(token.text, now=NOW) is None  # type: ignore[attr-defined]
    assert ApiToken.objects.get().revoked_at == NOW
    # Nor by one that is written for him meanwhile.
    later = make_token(user, actor=user)
    assert find_token(later.text, now=NOW) is None  # type: ignore[attr-defined]
    # He signs in to what is left to him (docs/decisions/0250), and to nothing else.
    anew = Client()
    anew.post(reverse("accounts:login"), {"identifier": "chef", "password": PASSWORD})
    assert anew.get("/").status_code == 200
    assert anew.get(reverse("certificates:own")).status_code == 403


@pytest.mark.parametrize("status", ["frozen", "deleted", "blacklisted"])
def test_nobody_out_of_the_pool_is_sent_a_link(admin: User, status: str) -> None:
    expert = make_expert(email=MAIL, status=status)
    with pytest.raises(ExpertRefused, match="不能登录"):
        open_account(expert=expert, actor=admin, now=NOW)
    assert not User.objects.filter(username=expert.number.lower()).exists()


# --- Links sent again, to many ----------------------------------------------------------------------


@pytest.mark.shows("EXP-10")
def test_a_whole_list_is_sent_its_links(admin: User, client: Client) -> None:
    make_expert("甲", email="a@example.cn")
    waiting = make_expert("乙", email="b@example.cn")
    inside = make_expert("丙", email="c@example.cn")
    mute = edit(make_expert("丁"), admin, email="d@example.cn", phone="13899990001")
    for one in (waiting, inside):
        open_account(expert=one, actor=admin, now=NOW - timedelta(days=3))
    User.objects.filter(username=inside.number.lower()).update(must_change_password=False)
    Message.objects.all().delete()
    login(client, admin)
    data = {"all": "1", "count": "4", "at": NOW.isoformat()}
    answer = client.post(reverse("experts:invite_many"), data, headers={"HX-Request": "true"})
    told = answer.content.decode()
    assert "已发送激活链接 2 位专家" in told
    assert mute.name in told
    assert "没有改过的手机号或邮箱" in told
    links = Message.objects.filter(occasion="expert.activation")
    assert [one.address for one in links] == ["b@example.cn"]
    page = client.get(reverse("experts:detail", args=[waiting.pk])).content.decode()
    assert "已发送 2026-11-24" in page
    shown = client.get(reverse("experts:list"), {"account": "none"}).content.decode()
    assert "甲" in shown
    assert "丙" not in shown


def test_the_page_says_since_when(admin: User, client: Client) -> None:
    expert = make_expert(email=MAIL)
    address = reverse("experts:detail", args=[expert.pk])
    login(client, admin)
    assert "未开通" in client.get(address).content.decode()
    open_account(expert=expert, actor=admin, now=NOW)
    token = Message.objects.get(channel="email", occasion="expert.activation").body
    token = token.split("/activate/")[1].split("/")[0]
    activate_account(token=token, password="Correct-horse-10", now=NOW)
    assert "已开通 2026-11-24" in client.get(address).content.decode()


# --- An account that is there already ---------------------------------------------------------------


@pytest.fixture
def expert() -> Expert:
    return make_expert("王小明", phone=PHONE, email=MAIL)


def link(expert: Expert, username: str, by: User) -> User:
    return link_account(expert=expert, username=username, reason="系统合并", actor=by, now=NOW)


@pytest.mark.shows("EXP-10")
def test_whoever_knew_the_password_of_an_account_is_no_expert_by_it(
    expert: Expert, admin: User
) -> None:
    mine = make_user("expert", username="wang", phone="13899990001", email="me@example.com")
    client, token = login(Client(), mine), make_token(mine)
    mine.app_secret, mine.app_step, mine.app_set_up_at = as_text(b"k" * 20), 1, NOW
    mine.save(update_fields=APP)
    assert has_app(mine)
    user = link(expert, "Wang", admin)
    # Nor is he asked for digits that another has.
    assert not has_app(User.objects.get(pk=mine.pk))
    expert.refresh_from_db()
    assert expert_for(user) == expert
    assert (user.phone, user.email) == (PHONE, MAIL)
    fresh = User.objects.get(pk=user.pk)
    assert not fresh.check_password(PASSWORD)
    assert client.get("/").status_code == 302
    assert find_token(token.text, now=NOW) is None  # type: ignore[attr-defined]
    # The link goes to the expert; both are told, and the security administrators.
    sent = {(one.occasion, one.channel, one.address) for one in Message.objects.all()}
    (letter,) = Message.objects.filter(occasion__in=["expert.activation", "expert.password"])
    assert (letter.channel, letter.address) == ("email", MAIL)
    assert ("account.acted", "email", "me@example.com") in sent
    entry = Entry.objects.get(action="expert.link_account")
    assert (entry.actor, entry.note, entry.after) == (admin, "系统合并", {"账号": "wang"})


@pytest.mark.parametrize(
    ("role", "kw", "why"),
    [
        ("supervisor", {}, "本单位工作人员"),
        ("expert", {"is_active": False}, "停用"),
        ("expert", {"taken": True}, "另一位专家"),
        (None, {"username": "else"}, "没有这个账号"),
    ],
)
def test_an_account_of_the_office_is_no_experts(
    expert: Expert, admin: User, role: str | None, kw: dict[str, Any], why: str
) -> None:
    taken = kw.pop("taken", False)
    user = make_user(role, **({"username": "wang"} | kw))
    if taken:
        give_account(make_expert(), user)
    with pytest.raises(ExpertRefused, match=why):
        link(expert, "wang", admin)
    expert.refresh_from_db()
    assert expert.user is None


def test_nor_his_own_nor_where_no_link_reaches_the_expert(admin: User) -> None:
    mute = make_expert()
    make_user("expert", username="wang")
    edit(mute, admin, email="me@example.com", phone="13899990001")
    with pytest.raises(ExpertRefused, match="没有改过的手机号或邮箱"):
        link(mute, "wang", admin)
    with pytest.raises(ExpertRefused, match="自己的账号"):
        link(mute, admin.username, admin)


def test_an_account_that_is_taken_away_is_nothing(expert: Expert, admin: User) -> None:
    user = open_account(expert=expert, actor=admin, now=NOW)
    Message.objects.all().delete()
    unlink_account(expert=expert, reason="开错", actor=admin, now=NOW)
    user.refresh_from_db()
    expert.refresh_from_db()
    assert (expert.user, expert.phone, expert.link_sent_at) == (None, PHONE, None)
    assert (user.is_active, user.phone, user.email) == (False, "", "")
    assert {PHONE, MAIL} <= {
        one.address for one in Message.objects.filter(occasion="account.acted")
    }
    with pytest.raises(ExpertRefused, match="没有账号"):
        unlink_account(expert=expert, reason="开错", actor=admin, now=NOW)


def test_linked_by_the_page_of_who_may(expert: Expert, admin: User) -> None:
    make_user("expert", username="wang")
    client = login(Client(), admin)
    address = reverse("experts:link_account", args=[expert.pk])
    assert "关联已有账号" in client.get(address).content.decode()
    answer = client.post(address, {"username": "", "reason": ""}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    data = {"username": "wang", "reason": "同一人"}
    assert client.post(address, data, headers={"HX-Request": "true"}).status_code == 204
    undo = reverse("experts:unlink_account", args=[expert.pk])
    assert client.post(undo, headers={"HX-Request": "true"}).status_code == 409
    assert client.post(undo, {"reason": "弄错"}, headers={"HX-Request": "true"}).status_code == 204


def test_accounts_that_may_be_linked_are_proposed_and_no_others(admin: User) -> None:
    free = make_user(username="qian_hao", name="钱浩")
    make_user("operator", username="qian_office", name="钱办")
    make_expert("钱多", user=make_user(username="qian_duo", name="钱多"))
    disabled = make_user(username="qian_off", name="钱停")
    User.objects.filter(pk=disabled.pk).update(is_active=False)
    client, address = login(Client(), admin), reverse("experts:linkable")
    for text in ("qian", "钱", " QIAN_h "):
        assert [row["text"] for row in client.get(address, {"q": text}).json()] == [free.username]
    assert client.get(address).json() == []
    page = client.get(reverse("experts:link_account", args=[make_expert().pk])).content.decode()
    assert f'data-url="{address}"' in page
