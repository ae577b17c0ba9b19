"""Whoever names the provider that says who is who, is not two persons by it (docs/decisions/0411)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import ApiToken, User
from expertpool.accounts.services.passwords import change_own_password
from expertpool.accounts.services.users import create_user
from expertpool.audit.models import Entry
from expertpool.core.configuration import Setting
from expertpool.experts.services.linking import link_account
from expertpool.identity.enums import Source
from expertpool.identity.exceptions import NotAdmitted
from expertpool.identity.models import GroupRole
from expertpool.identity.queries import why_no_password
from expertpool.identity.services.by_directory import is_asked_of
from expertpool.identity.services.mapping import map_group, unmap_group
from expertpool.identity.services.persons import Admission, Vouched, account_of
from expertpool.identity.services.signing_in import _rules, is_offered
from expertpool.identity.settings import ldap, oidc
from expertpool.notifications.models import Message
from expertpool.siteconfig.queries.counting import counting_in_words
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from expertpool.workflow.queries.second_person import why_not_second
from tests.attacks.test_rights import edit, make_role
from tests.factories.accounts import PASSWORD, built_in_roles, make_token, make_user
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LONG_AGO = NOW - timedelta(days=300)
HIS = "https://sso.attacker.example"


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def save(values: dict[Setting[Any], Any], actor: User, at: datetime) -> None:
    group = next(iter(values)).group
    coded = {setting.code: value for setting, value in values.items()}
    save_settings(group=group, values=coded, version=version_of(group), actor=actor, now=at)


def name_provider(actor: User, at: datetime) -> None:
    values = {oidc.ENABLED: True, oidc.ISSUER: HIS, oidc.CLIENT: "x", oidc.MATCH: "username"}
    save(values, actor, at)


def come_in(user: User, at: datetime, source: Source = Source.OIDC, *groups: str) -> None:
    """Be vouched for as ``user``, for the first time or again."""
    named = (source, HIS, f"s-{user.pk}", user.username, user.name, "")
    account_of(Vouched(*named, frozenset(groups)), Admission("username", False, False), now=at)


def why_not(user: User, first: User) -> str:
    return why_not_second(
        User.objects.get(pk=user.pk), {first.pk}, asked_at=NOW, now=timezone.now()
    )


@pytest.fixture
def supervisor() -> User:
    return make_user("supervisor", created_at=LONG_AGO)


def test_an_account_that_was_bound_by_his_provider_agrees_to_nothing(
    admin: User, operator: User, supervisor: User
) -> None:
    name_provider(admin, NOW - timedelta(days=40))
    assert why_not(supervisor, operator) == ""
    come_in(supervisor, NOW - timedelta(minutes=6))
    assert "由他人启用、修改或重置过密码" in why_not(supervisor, operator)


def test_nor_does_he_agree_to_what_he_asked_by_such_an_account(admin: User, operator: User) -> None:
    other = make_user("supervisor", created_at=LONG_AGO)
    name_provider(admin, NOW - timedelta(days=40))
    come_in(operator, NOW - timedelta(minutes=6))
    assert "开通、修改过申请人的账号" in why_not(admin, operator)
    assert why_not(other, operator) == ""


def test_nor_where_the_directory_was_led_elsewhere_after_it_was_bound(
    admin: User, operator: User, supervisor: User
) -> None:
    come_in(supervisor, NOW - timedelta(days=90), Source.LDAP)
    assert why_not(supervisor, operator) == ""
    save({ldap.HOST: "evil.example.cn"}, admin, NOW - timedelta(hours=1))
    assert "由他人启用、修改或重置过密码" in why_not(supervisor, operator)
    assert why_not(make_user("supervisor", created_at=LONG_AGO), operator) == "", "never bound"


def test_nor_where_roles_came_by_a_group_that_he_mapped(
    admin: User, operator: User, supervisor: User
) -> None:
    come_in(supervisor, NOW - timedelta(days=90))
    roles = built_in_roles()
    for code in ("supervisor", "operator"):
        map_group(group="甲", role=roles[code], actor=admin, now=NOW - timedelta(hours=2))
    come_in(supervisor, NOW - timedelta(hours=1), Source.OIDC, "甲")
    assert "由他人启用、修改或重置过密码" in why_not(supervisor, operator)


def test_all_who_decide_are_told_at_once(admin: User, supervisor: User) -> None:
    name_provider(admin, NOW)
    save({ldap.HOST: "evil.example.cn"}, admin, NOW)
    map_group(group="甲", role=built_in_roles()["operator"], actor=admin, now=NOW)
    told = [one for one in Message.objects.filter(occasion="access.taken") if one.channel == "site"]
    assert {one.address for one in told} == {supervisor.username}
    words = [one.body for one in told]
    assert len(words) == 3
    for said in (f"未设置 → {HIS}", "evil.example.cn", "分组「甲」对应角色"):
        assert any(said in one for one in words), (said, words)
    save({oidc.LABEL: "单位登录"}, admin, NOW)
    assert Message.objects.filter(occasion="access.taken", channel="site").count() == 3


def test_the_owner_is_told_by_all_ways_that_his_account_was_bound(admin: User) -> None:
    user = make_user("operator", phone="13812340001", email="qian@example.cn")
    name_provider(admin, NOW)
    come_in(user, NOW)
    told = {(one.channel, one.address) for one in Message.objects.filter(occasion="account.acted")}
    assert {("sms", "13812340001"), ("email", "qian@example.cn"), ("site", user.username)} <= told


def test_who_opened_an_account_by_a_colleagues_name_becomes_nothing_by_his_groups(
    admin: User,
) -> None:
    """Who keeps users chose its password himself, left a window open, and waited for its owner."""
    roles = built_in_roles()
    user = make_user("department", username="colleague", phone="13812340001")
    named = GroupRole.objects.create(group="甲", role=roles["operator"])
    window, token = Client(), make_token(user)
    window.force_login(user)
    come_in(user, NOW, Source.OIDC, "甲")
    user = User.objects.get(pk=user.pk)
    assert list(user.roles.all()) == [named.role]
    assert not user.check_password(PASSWORD)
    assert why_no_password(user)
    assert window.get("/account/").status_code == 302
    assert ApiToken.objects.get(pk=token.pk).revoked_at == NOW
    assert Message.objects.filter(occasion="account.acted", channel="sms").exists()
    # Each time they give as much he stays as he is.
    later = NOW + timedelta(hours=1)
    window.force_login(user)
    come_in(user, later, Source.OIDC, "甲")
    assert window.get("/account/").status_code == 200


@pytest.mark.parametrize("has_chosen", [False, True], ids=["by one-time password", "by his own"])
def test_who_had_himself_vouched_for_as_a_colleague_becomes_nothing_by_what_that_one_is_given(
    admin: User, has_chosen: bool
) -> None:
    """Who keeps users opened the account with a mail of his own, came in once by the provider, and then wrote the mail of
    its owner into it."""
    clerk, rules = make_user(roles=[make_role("accounts.users")]), Admission("email", False, False)
    person = {"username": "chen", "name": "陈新", "actor": clerk, "now": NOW}
    user, password = create_user(**person, email="clerk@office.example")
    if has_chosen:
        change_own_password(user=user, old=password, new="Keeper-8765-Tree", now=NOW)

    def come(whose: str) -> User:
        who = (Source.OIDC, HIS, f"s-{whose}", whose, whose, f"{whose}@office.example")
        return account_of(Vouched(*who, frozenset()), rules, now=NOW)

    assert come("clerk") == user
    edit(user, clerk, email="chen@office.example")
    assert come("clerk") == user, "bound, whatever his mail is"
    assert edit(user, admin, roles=[built_in_roles()["supervisor"]]), "a password to hand over"
    assert Entry.objects.filter(action="identity.unbind", actor=admin).exists()
    with pytest.raises(NotAdmitted):
        come("clerk")
    assert come("chen") == user, "its owner is bound as he comes"


@pytest.mark.parametrize("is_hers", [False, True], ids=["his", "hers, from before"])
def test_nor_does_who_wrote_his_mail_into_an_account_that_another_had_opened(
    admin: User, is_hers: bool
) -> None:
    """The security administrator opened it; who keeps users writes his mail into it, comes in once by the provider, and writes
    hers back."""
    clerk, rules = make_user(roles=[make_role("accounts.users")]), Admission("email", False, False)
    person = {"username": "chen", "name": "陈新", "email": "chen@office.example"}
    user, password = create_user(**person, actor=admin, now=NOW - timedelta(days=9))
    change_own_password(user=user, old=password, new="Keeper-8765-Tree", now=NOW)

    def come(whose: str, at: datetime = NOW) -> User:
        who = (Source.OIDC, HIS, f"s-{whose}", whose, whose, f"{whose}@office.example")
        return account_of(Vouched(*who, frozenset()), rules, now=at)

    if is_hers:
        assert come("chen", NOW - timedelta(days=8)) == user
    edit(user, clerk, now=NOW, email="clerk@office.example")
    if not is_hers:
        assert come("clerk") == user
    edit(user, clerk, now=NOW, email="chen@office.example")
    roles = [built_in_roles()["supervisor"]]
    assert edit(user, admin, now=NOW, roles=roles), "a password to hand over"
    is_unbound = Entry.objects.filter(action="identity.unbind", actor=admin).exists()
    assert is_unbound is not is_hers, "what was hers before he came stays"
    with pytest.raises(NotAdmitted):
        come("clerk")
    assert come("chen") == user


def test_whom_the_provider_alone_lets_in_is_bound_as_before_and_given_no_password(
    admin: User,
) -> None:
    clerk, groups = make_user(roles=[make_role("accounts.users")]), frozenset({"office"})
    row = map_group(group="office", role=make_role("projects.view"), actor=admin, now=LONG_AGO)
    vouched = Vouched(Source.OIDC, HIS, "s-chen", "chen", "陈新", "", groups)
    user = account_of(vouched, Admission("", True, False), now=LONG_AGO)
    unmap_group(row=row, actor=admin, now=LONG_AGO)  # from now on by hand
    user.roles.clear()
    edit(user, clerk, email="clerk@office.example")
    assert not edit(user, admin, roles=[built_in_roles()["supervisor"]])
    user = User.objects.get(pk=user.pk)
    assert why_no_password(user)
    assert not user.must_change_password
    assert account_of(vouched, Admission("", True, False), now=NOW) == user


def test_an_account_that_becomes_an_experts_is_not_bound_any_more(admin: User) -> None:
    """No expert comes in by the provider, and bound he would have no password here either."""
    user, expert = make_user(username="old"), make_expert(email="w@example.cn")
    name_provider(admin, LONG_AGO)
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])
    come_in(user, NOW)
    assert why_no_password(user)
    link_account(expert=expert, username="old", reason="本人在用", actor=admin, now=NOW)
    assert not why_no_password(User.objects.get(pk=user.pk))


def test_nor_when_his_groups_give_more_later_and_who_gets_no_more_keeps_his_password(
    admin: User,
) -> None:
    roles = built_in_roles()
    user = make_user("operator", username="colleague")
    for group, role in (("甲", "operator"), ("乙", "supervisor")):
        GroupRole.objects.create(group=group, role=roles[role])
    come_in(user, NOW, Source.OIDC, "甲")
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    come_in(user, NOW, Source.OIDC, "甲", "乙")
    assert not User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_nobody_comes_in_by_a_provider_that_was_named_within_a_day(
    admin: User, time_machine: Any
) -> None:
    name_provider(admin, NOW)
    assert not is_offered()
    assert counting_in_words(NOW)(oidc.ISSUER) == f"未设置，11-25 09:00 起 {HIS}"
    time_machine.move_to(NOW + timedelta(hours=25), tick=False)
    assert is_offered()
    assert _rules() == Admission("username", False, False)
    save({oidc.MATCH: "email", oidc.ADMINS: True}, admin, timezone.now())
    assert is_offered(), "who is bound comes in as before"
    assert _rules() == Admission("", False, False)
    save({oidc.ENABLED: False}, admin, timezone.now())
    assert not is_offered(), "closing counts at once"


def test_what_was_put_right_within_the_day_never_counts(admin: User, time_machine: Any) -> None:
    name_provider(admin, NOW - timedelta(days=9))
    assert is_offered()
    save({oidc.ISSUER: "https://another.example"}, admin, NOW)
    save({oidc.ISSUER: HIS}, admin, NOW + timedelta(hours=2))
    for hours in (3, 25):
        time_machine.move_to(NOW + timedelta(hours=hours), tick=False)
        assert not is_offered()
    time_machine.move_to(NOW + timedelta(hours=27), tick=False)
    assert is_offered()


def test_nobody_is_asked_for_in_a_directory_that_was_named_within_a_day(
    admin: User, operator: User, time_machine: Any
) -> None:
    place = {ldap.HOST: "ldap.example.cn", ldap.READER: "cn=r", ldap.BASE: "dc=example"}
    save(place | {ldap.ENABLED: True, ldap.MATCH: True}, admin, NOW)
    assert not is_asked_of(None)
    time_machine.move_to(NOW + timedelta(hours=25), tick=False)
    assert is_asked_of(None)
    assert is_asked_of(operator)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (ldap.HOST, "127.0.0.2"),
        (ldap.PORT, 8175),
        (ldap.SAFETY, "ldaps"),
        (ldap.BASE, "dc=evil"),
        (ldap.LOGIN, "mail"),
        (ldap.CLASS, "account"),
        (ldap.MARK, "description"),
    ],
    ids=lambda one: getattr(one, "code", None),
)
def test_host_port_and_encryption_of_a_directory_are_one_value(
    setting: Setting[Any], value: Any, admin: User, operator: User, time_machine: Any
) -> None:
    """On one machine another port is another directory: one that says yes to all signed in four accounts within seconds."""
    place = {ldap.HOST: "127.0.0.1", ldap.PORT: 8174, ldap.SAFETY: "plain", ldap.READER: "cn=r"}
    save(place | {ldap.BASE: "dc=a", ldap.ENABLED: True, ldap.MATCH: True}, admin, LONG_AGO)
    assert is_asked_of(operator)
    stood = counting_in_words(NOW)(setting)
    save({setting: value}, admin, NOW)
    assert not is_asked_of(operator)
    words = setting.kind.words(value)
    assert counting_in_words(NOW)(setting) == f"未设置，11-25 09:00 起 {words}" != stood
    time_machine.move_to(NOW + timedelta(hours=25), tick=False)
    assert is_asked_of(operator)
