"""Who manages accounts, tokens, roles or departments does not become more by it than he is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.events import AccountsOpened
from expertpool.accounts.exceptions import LastAdministrator, NotAllowed
from expertpool.accounts.models import ApiToken, Department, Role, RolePermission, User
from expertpool.accounts.services.authenticators import APP, as_text, has_app
from expertpool.accounts.services.departments import edit_department
from expertpool.accounts.services.passwords import change_own_password, reset_password
from expertpool.accounts.services.roles import Grant, ensure_demo_roles, save_role
from expertpool.accounts.services.sessions import end_all_sessions
from expertpool.accounts.services.tokens import create_token, find_token, revoke_token
from expertpool.accounts.services.users import (
    blacklist_user,
    create_user,
    disable_user,
    edit_user,
    enable_user,
    unlock_user,
)
from expertpool.audit.models import Entry
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.permissions import PERMISSIONS
from expertpool.core.visibility import Level
from expertpool.notifications.models import Message
from expertpool.secondfactor.queries import has_to_show
from tests.api.caller import ROOT
from tests.factories.accounts import make_department, make_user
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def make_role(*codes: str, scope: Scope = Scope.ALL) -> Role:
    role = Role.objects.create(
        code=f"role{Role.objects.count()}", name=f"角色{Role.objects.count()}"
    )
    for code in codes:
        RolePermission.objects.create(role=role, code=code, scope=scope)
    return role


@pytest.fixture
def clerk() -> User:
    """Manages accounts and tokens, and nothing else."""
    return make_user(roles=(make_role("accounts.users", "accounts.tokens"),), name="账号员")


@pytest.fixture
def giver() -> User:
    """Manages accounts and roles as well, without being a security administrator."""
    return make_user(roles=(make_role("accounts.users", "accounts.roles"),), name="角色员")


def edit(user: User, actor: User, *, now: datetime = NOW, **values: object) -> str:
    kept = {name: getattr(user, name) for name in ("name", "phone", "email", "department")}
    return edit_user(user=user, actor=actor, now=now, **(kept | values))  # type: ignore[arg-type]


# --- Acting for an account that may do more ------------------------------------------------------


@pytest.mark.parametrize(
    "attack",
    [
        lambda of, by: reset_password(user=of, actor=by, now=NOW),
        lambda of, by: edit(of, by, phone="13912340099"),
        lambda of, by: edit(of, by, email="clerk@example.cn"),
        lambda of, by: edit(of, by, roles=[make_role("accounts.users")]),
        lambda of, by: enable_user(user=of, actor=by, now=NOW),
    ],
    ids=["password", "phone", "mail", "roles", "enable"],
)
@pytest.mark.parametrize("role", ["supervisor", "operator", "expert", "admin"])
def test_nobody_takes_over_an_account_with_rights_that_he_lacks(
    clerk: User, role: str, attack: Callable[[User, User], None]
) -> None:
    victim = make_user(role)
    if role == "admin":
        make_user("admin")
    User.objects.filter(pk=victim.pk).update(is_active=False)
    with pytest.raises(NotAllowed, match="安全管理员"):
        attack(victim, clerk)
    victim.refresh_from_db()
    assert (victim.phone, victim.email, victim.must_change_password) == ("", "", False)


def test_nor_one_that_does_the_same_in_more_departments() -> None:
    here, there = make_department("采购中心"), make_department("工程部")
    role = make_role("accounts.users", "projects.view", scope=Scope.DEPARTMENT_AND_BELOW)
    clerk = make_user(roles=(role,), department=here)
    colleague = make_user(roles=(role,), department=make_department("一科", parent=here))
    stranger = make_user(roles=(role,), department=there)
    reset_password(user=colleague, actor=clerk, now=NOW)
    with pytest.raises(NotAllowed, match="查看项目"):
        reset_password(user=stranger, actor=clerk, now=NOW)


def test_nor_one_that_sees_more_of_the_same() -> None:
    closed, open_ = make_role("experts.view"), make_role("experts.view")
    closed.fields.create(field="experts.phone", level=Level.MASKED)
    open_.fields.create(field="experts.phone", level=Level.PLAIN)
    clerk = make_user(roles=(closed, make_role("accounts.users")))
    with pytest.raises(NotAllowed, match="明文"):
        reset_password(user=make_user(roles=(open_,)), actor=clerk, now=NOW)


def test_who_has_no_more_than_he_is_managed_as_before(clerk: User) -> None:
    reset_password(user=make_user(), actor=clerk, now=NOW)
    user, _ = create_user(username="neu", name="新人", actor=clerk, now=NOW)
    edit(user, clerk, phone="13912340098")


def test_disabling_needs_no_more_but_never_ends_the_security_administrator(
    admin: User, clerk: User, supervisor: User
) -> None:
    disable_user(user=supervisor, actor=clerk, now=NOW)
    make_user("admin")
    with pytest.raises(NotAllowed, match="安全管理员"):
        disable_user(user=admin, actor=clerk, now=NOW)


# --- An account that he opened, and that is given more ------------------------------------------


def taken_over(clerk: User, *, resets: bool = False) -> tuple[User, Client]:
    """Return an account whose password the ``clerk`` chose, and the window that he keeps."""
    if resets:
        user = make_user(name="新同事")
        password = reset_password(user=user, actor=clerk, now=NOW)
    else:
        user, password = create_user(username="neu", name="新同事", actor=clerk, now=NOW)
    change_own_password(user=user, old=password, new="Keeper-8765-Tree", now=NOW)
    window = Client()
    login(window, user)
    return user, window


@pytest.mark.parametrize("resets", [False, True], ids=["opened", "reset"])
def test_who_opened_an_account_does_not_get_what_it_is_given(
    client: Client, admin: User, clerk: User, resets: bool
) -> None:
    user, window = taken_over(clerk, resets=resets)
    user.phone_verified_at = NOW
    user.app_secret, user.app_step, user.app_set_up_at = as_text(b"k" * 20), 1, NOW
    user.save(update_fields=["phone_verified_at", "phone_proof", *APP])
    record("user.set_up_app", actor=user, subject=user, now=NOW)
    assert has_app(user)
    supervisor = ensure_demo_roles()["supervisor"]
    login(client, admin)
    values = {"name": user.name, "phone": "", "email": "", "roles": [supervisor.pk]}
    answer = client.post(f"/users/{user.pk}/", values, headers={"HX-Request": "true"})
    found = re.search(r"[A-Za-z]{4}-\d{4}-[A-Za-z]{4}", answer.content.decode())
    assert found
    assert "原密码已失效" in answer.content.decode()
    user = User.objects.get(pk=user.pk)
    assert list(user.roles.all()) == [supervisor]
    assert user.must_change_password
    assert user.check_password(found[0])
    assert not user.check_password("Keeper-8765-Tree")
    # A second person agrees by a code to his phone and by digits of his app: both may be the clerk's.
    assert user.phone_shown_at is None
    assert not has_app(user)
    assert not has_to_show(user)
    assert window.get("/experts/").status_code == 302
    entry = Entry.objects.filter(action="user.reset_password", actor=admin).get()
    assert "账号员" in entry.note


def test_no_letter_that_waited_opens_it_afterwards(admin: User, clerk: User) -> None:
    """Its link is made as it goes out, to the address that the clerk wrote."""
    user, _ = create_user(
        username="neu",
        name="新同事",
        email="k@example.cn",
        actor=clerk,
        now=NOW,
        is_one_of_many=True,
    )
    publish(AccountsOpened((user.pk,), clerk.pk, NOW))
    letters = Message.objects.filter(occasion="account.opened")
    assert letters.get().state == "queued"
    assert edit(user, admin, roles=[ensure_demo_roles()["supervisor"]])
    assert letters.get().state == "cancelled"


def test_a_letter_that_waits_ends_with_the_password_and_goes_where_its_owner_is_now(
    admin: User, clerk: User
) -> None:
    """A wrong address, or the clerk's own: by a link that is made as it goes out whoever has it would be the owner."""
    user, _ = create_user(
        username="neu",
        name="新同事",
        email="wrong@example.cn",
        actor=clerk,
        now=NOW,
        is_one_of_many=True,
    )
    publish(AccountsOpened((user.pk,), clerk.pk, NOW))
    edit(user, clerk, name="新同事二")
    letters = Message.objects.filter(occasion="account.opened").order_by("pk")
    assert letters.get().state == "queued", "nothing of where he is"
    edit(user, clerk, email="right@example.cn")
    assert [(one.address, one.state) for one in letters.all()] == [
        ("wrong@example.cn", "cancelled"),
        ("right@example.cn", "queued"),
    ]
    reset_password(user=User.objects.get(pk=user.pk), actor=admin, now=NOW)
    assert {one.state for one in letters.all()} == {"cancelled"}
    edit(user, clerk, email="third@example.cn")
    assert letters.count() == 2, "who has a password needs no letter"


def test_a_password_that_another_gave_later_ends_nothing_of_whoever_had_it_before(
    admin: User, clerk: User
) -> None:
    user, _ = taken_over(clerk)
    user.app_secret, user.app_step, user.app_set_up_at = as_text(b"k" * 20), 1, NOW
    user.save(update_fields=APP)
    reset_password(user=User.objects.get(pk=user.pk), actor=admin, now=NOW)
    assert edit(user, admin, roles=[ensure_demo_roles()["operator"]])
    assert not has_app(User.objects.get(pk=user.pk))
    # Once: what is set up from then on is its owner's.
    assert not edit(user, admin, roles=[ensure_demo_roles()["supervisor"]])


def test_nor_does_who_led_a_letter_that_waited_elsewhere(admin: User, clerk: User) -> None:
    """It goes where the owner is now, as the clerk says: its link opens the account to whoever is there."""
    user, _ = create_user(
        username="neu",
        name="新同事",
        email="chen@example.cn",
        actor=admin,
        now=NOW,
        is_one_of_many=True,
    )
    publish(AccountsOpened((user.pk,), admin.pk, NOW))
    edit(user, clerk, email="clerk@example.cn")
    letters = Message.objects.filter(occasion="account.opened").order_by("pk")
    assert [one.state for one in letters.all()] == ["cancelled", "queued"]
    assert edit(user, admin, roles=[ensure_demo_roles()["supervisor"]])
    assert {one.state for one in letters.all()} == {"cancelled"}


@pytest.mark.parametrize("put_out", [disable_user, blacklist_user])
def test_who_was_put_out_has_no_rights_by_which_an_account_stays_as_he_left_it(
    admin: User, put_out: Callable[..., None]
) -> None:
    keeper = make_user(roles=(make_role("accounts.users"), ensure_demo_roles()["supervisor"]))
    user, window = taken_over(keeper)
    put_out(user=keeper, reason="离职", actor=admin, now=NOW)
    assert edit(user, admin, roles=[ensure_demo_roles()["supervisor"]])
    assert window.get("/account/").status_code == 302


def test_nor_has_he_those_of_a_colleague_as_whom_he_opened_it(admin: User, clerk: User) -> None:
    """He opened the colleague's account, signed in to it, and opened another as the colleague."""
    keeps, supervisor = make_role("accounts.users"), ensure_demo_roles()["supervisor"]
    colleague, _ = create_user(username="alt", name="老同事", actor=clerk, now=NOW)
    edit(colleague, admin, roles=[keeps])
    user, _ = taken_over(User.objects.get(pk=colleague.pk))
    assert edit(colleague, admin, roles=[keeps, supervisor])
    assert edit(user, admin, roles=[supervisor])
    # What the colleague does from now on is his own.
    other, _ = create_user(
        username="drei", name="丙", actor=User.objects.get(pk=colleague.pk), now=NOW
    )
    assert not edit(other, admin, roles=[supervisor])


def test_an_app_of_who_was_more_than_he_before_stays(admin: User, clerk: User) -> None:
    """It takes two administrators to take that away, and giving a role is one's."""
    user, _ = create_user(username="neu", name="新同事", actor=clerk, now=NOW)
    user.roles.set([ensure_demo_roles()["operator"]])
    user.app_secret, user.app_step, user.app_set_up_at = as_text(b"k" * 20), 1, NOW
    user.save(update_fields=APP)
    assert edit(user, admin, roles=[ensure_demo_roles()["supervisor"]])
    assert has_app(User.objects.get(pk=user.pk))


def test_nor_by_a_department_that_makes_more_of_it(admin: User, clerk: User) -> None:
    role = make_role("projects.view", scope=Scope.DEPARTMENT_AND_BELOW)
    user, _ = create_user(username="neu", name="新同事", actor=clerk, now=NOW)
    # Without a department it gives nothing yet.
    assert not edit(user, admin, roles=[role])
    assert edit(user, admin, department=make_department("采购中心"))


def test_a_password_that_nobody_beside_him_gave_stays(admin: User, clerk: User) -> None:
    supervisor = ensure_demo_roles()["supervisor"]
    other = make_user("admin")
    reset_password(user=(once := make_user()), actor=other, now=NOW)
    opened, _ = create_user(username="neu", name="新人", actor=clerk, now=NOW)
    for user in (make_user(), once):
        assert not edit(user, admin, roles=[supervisor])
    # Nor where nothing is given that the keeper has not: he reads no more than by his own account.
    assert not edit(opened, admin, name="新人二")
    assert not edit(opened, admin, roles=[make_role("accounts.users")])
    # Once: from then on it is the administrator who gave him his password.
    assert edit(opened, admin, roles=[supervisor])
    assert not edit(opened, admin, roles=[supervisor, ensure_demo_roles()["operator"]])


# --- Giving rights -------------------------------------------------------------------------------


def test_nobody_gives_a_role_with_rights_that_he_lacks(giver: User) -> None:
    roles = [ensure_demo_roles()["supervisor"]]
    with pytest.raises(NotAllowed, match="您自己没有的权限"):
        create_user(username="neu", name="新人", roles=roles, actor=giver, now=NOW)
    with pytest.raises(NotAllowed, match="您自己没有的权限"):
        edit(make_user(), giver, roles=roles)
    with pytest.raises(NotAllowed, match="您自己没有的权限"):
        save_role(
            role=None, name="监督二", grants=[Grant("draws.void")], levels={}, actor=giver, now=NOW
        )
    assert not Role.objects.filter(name="监督二").exists()


def test_nobody_raises_himself_not_even_the_security_administrator(admin: User) -> None:
    make_user("admin")
    more = make_role("experts.self")
    with pytest.raises(NotAllowed, match="给自己"):
        edit(admin, admin, roles=[*admin.roles.all(), more])
    mine = make_role("accounts.roles", "accounts.security")
    keeper = make_user(roles=(mine,))
    grants = [Grant(code) for code in ("accounts.roles", "accounts.security", "draws.void")]
    with pytest.raises(NotAllowed, match="给自己"):
        save_role(role=mine, name="我的", grants=grants, levels={}, actor=keeper, now=NOW)
    assert not User.objects.get(pk=keeper.pk).has_permission("draws.void")


def test_nobody_moves_himself_or_a_department_into_his_scope() -> None:
    top = make_department("集团")
    mine, other = make_department("采购中心", parent=top), make_department("工程部", parent=top)
    role = make_role(
        "accounts.users", "accounts.departments", "projects.view", scope=Scope.DEPARTMENT_AND_BELOW
    )
    clerk = make_user(roles=(role,), department=mine)
    with pytest.raises(NotAllowed, match="给自己"):
        edit(clerk, clerk, department=top)
    with pytest.raises(NotAllowed, match="您自己的数据范围"):
        move(other, to=mine, actor=clerk)
    assert Department.objects.get(pk=other.pk).parent == top
    move(make_department("一科", parent=mine), to=top, actor=clerk)


def move(department: Department, *, to: Department, actor: User) -> None:
    edit_department(
        department=department, name=department.name, parent=to, order=1, actor=actor, now=NOW
    )


# --- Tokens --------------------------------------------------------------------------------------


def make_token_for(user: User, actor: User) -> tuple[ApiToken, str]:
    return create_token(
        name="OA",
        user=user,
        scopes=["projects.view"],
        expires_at=timezone.now() + timedelta(days=30),
        actor=actor,
        now=timezone.now(),
    )


def test_a_token_made_for_somebody_else_is_nothing_until_he_confirms_it(
    clerk: User, supervisor: User
) -> None:
    token, text = make_token_for(supervisor, clerk)
    assert find_token(text, now=timezone.now()) is None
    headers = {"Authorization": f"Bearer {text}"}
    assert Client().get(f"{ROOT}/projects", headers=headers).status_code == 401
    url = f"/tokens/{token.pk}/confirm/"
    assert login(Client(), clerk).post(url).status_code == 404
    page = login(Client(), supervisor).get("/account/").content.decode()
    assert "待您确认" in page
    until = timezone.localtime(token.expires_at).strftime("%Y-%m-%d")
    assert page.count(PERMISSIONS["projects.view"].label) >= 2  # in the list and before he agrees
    assert f"到 {until} 为止" in page
    assert text not in page
    assert login(Client(), supervisor).post(url).status_code == 204
    assert Client().get(f"{ROOT}/projects", headers=headers).status_code == 200


def test_nor_is_it_confirmed_by_a_password_that_somebody_else_gave(
    admin: User, supervisor: User
) -> None:
    token, text = make_token_for(supervisor, admin)
    reset_password(user=supervisor, actor=admin, now=NOW)
    client = login(Client(), User.objects.get(pk=supervisor.pk))
    assert client.post(f"/tokens/{token.pk}/confirm/").status_code != 204
    assert find_token(text, now=timezone.now()) is None


def test_whom_a_token_acts_for_may_end_it(clerk: User, supervisor: User) -> None:
    token, _ = make_token_for(supervisor, clerk)
    login(Client(), supervisor).post(f"/tokens/{token.pk}/decline/")
    token.refresh_from_db()
    assert token.revoked_at


# --- Everybody whom it concerns is told ------------------------------------------------------------


def told() -> dict[tuple[str, str], Message]:
    letters = Message.objects.filter(occasion="account.acted")
    return {(letter.recipient, letter.channel): letter for letter in letters}


def test_the_owner_and_the_security_administrators_learn_of_what_one_of_them_does(
    admin: User,
) -> None:
    make_user("admin", name="另一位管理员")
    victim = make_user("supervisor", name="赵明华", phone="13812340001")
    reset_password(user=victim, actor=admin, now=NOW)
    assert told().keys() >= {("赵明华", "site"), ("另一位管理员", "site")}
    assert all(name != admin.name for name, _ in told())
    text = told()["另一位管理员", "site"].body
    assert "重置密码" in text
    assert admin.name in text


Act = Callable[[User, User], object]
ACTS: dict[str, Act] = {
    "role": lambda of, by: edit(of, by, roles=[*of.roles.all(), make_role("projects.view")]),
    "mail": lambda of, by: edit(of, by, email="new@example.cn"),
    "phone": lambda of, by: edit(of, by, phone="13912340077"),
    "department": lambda of, by: edit(of, by, department=make_department("工程部")),
    "disabled": lambda of, by: disable_user(user=of, actor=by, now=NOW),
    "blacklisted": lambda of, by: blacklist_user(user=of, reason="查", actor=by, now=NOW),
    "enabled": lambda of, by: enable_user(user=disabled(of), actor=by, now=NOW),
    "unlocked": lambda of, by: unlock_user(user=locked(of), actor=by, now=NOW),
    "token made": make_token_for,
    "token ended": lambda of, by: revoke_token(
        token=make_token_for(of, by)[0], actor=by, now=timezone.now()
    ),
    "sessions ended": lambda of, by: end_all_sessions(user=of, reason="遗失", actor=by, now=NOW),
    "password": lambda of, by: reset_password(user=of, actor=by, now=NOW),
}


def disabled(user: User) -> User:
    User.objects.filter(pk=user.pk).update(is_active=False)
    return User.objects.get(pk=user.pk)


def locked(user: User) -> User:
    User.objects.filter(pk=user.pk).update(locked_until=NOW + timedelta(hours=1), failed_logins=9)
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_of_each_act_the_person_and_the_others_are_told(admin: User, act: Act) -> None:
    make_user("admin", name="另一位管理员")
    victim = make_user("supervisor", name="赵明华", phone="13812340001", email="zhao@example.cn")
    login(Client(), victim)  # a session to end
    act(victim, admin)
    found = told()
    assert found.keys() >= {
        ("赵明华", "site"),
        ("赵明华", "sms"),
        ("赵明华", "email"),
        ("另一位管理员", "site"),
    }
    assert found["赵明华", "sms"].address == "13812340001"
    assert found["赵明华", "email"].address == "zhao@example.cn"
    assert not any(name == admin.name for name, _ in found)


@pytest.mark.parametrize("gain", ["right", "field"])
def test_who_gets_more_by_a_role_is_told(admin: User, gain: str) -> None:
    role = make_role("projects.view")
    for name in ("赵明华", "钱二"):
        make_user(roles=(role,), name=name)
    make_user(name="旁人")
    grants = [Grant("projects.view"), *([Grant("draws.view")] if gain == "right" else [])]
    levels = {"experts.phone": Level.MASKED} if gain == "field" else {}
    save_role(role=role, name=role.name, grants=grants, levels=levels, actor=admin, now=NOW)
    assert {("赵明华", "site"), ("钱二", "site")} <= told().keys()
    assert not {admin.name, "旁人"} & {name for name, _ in told()}
    assert role.name in told()["钱二", "site"].body


def test_of_a_new_name_nobody_who_has_the_role_is_told(admin: User) -> None:
    role = make_role("projects.view")
    make_user(roles=(role,), name="赵明华")
    save_role(
        role=role, name="新名", grants=[Grant("projects.view")], levels={}, actor=admin, now=NOW
    )
    assert "赵明华" not in {name for name, _ in told()}


def test_a_changed_number_is_told_to_the_old_one(admin: User) -> None:
    victim = make_user("supervisor", name="赵明华", phone="13812340001")
    edit(victim, admin, phone="13912340002")
    assert told()["赵明华", "sms"].address == "13812340001"
    assert User.objects.get(pk=victim.pk).phone_verified_at is None


def test_the_last_security_administrator_cannot_lock_everybody_out(admin: User) -> None:
    role = ensure_demo_roles()["admin"]
    grants = [Grant("accounts.users"), Grant("accounts.roles")]
    with pytest.raises(LastAdministrator):
        save_role(role=role, name="管理员", grants=grants, levels={}, actor=admin, now=NOW)


# --- What was ended stays ended ------------------------------------------------------------------


def test_enabling_an_account_again_revives_neither_session_nor_token(admin: User) -> None:
    user = make_user("operator")
    client = login(Client(), user)
    _, text = make_token_for(user, user)
    assert client.get("/projects/").status_code == 200
    disable_user(user=user, actor=admin, now=NOW)
    enable_user(user=user, actor=admin, now=NOW)
    assert client.get("/projects/").status_code == 302
    assert find_token(text, now=timezone.now()) is None
    assert login(Client(), User.objects.get(pk=user.pk)).get("/projects/").status_code == 200
