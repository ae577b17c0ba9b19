from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from expertpool.accounts.exceptions import LastAdministrator, NotAllowed, WrongPassword
from expertpool.accounts.models import Role, RolePermission, UsedPassword, User
from expertpool.accounts.services.passwords import change_own_password, reset_password
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.services.users import (
    blacklist_user,
    create_user,
    disable_user,
    edit_user,
    enable_user,
    unblacklist_user,
    unlock_user,
)
from expertpool.audit.models import Entry
from tests.factories.accounts import PASSWORD, make_department, make_user

NOW = timezone.now()


def create(**values: object) -> tuple[User, str]:
    defaults: dict[str, object] = {"username": "wang", "name": "王明", "actor": None, "now": NOW}
    return create_user(**(defaults | values))  # type: ignore[arg-type]


def edit(user: User, **values: object) -> None:
    defaults: dict[str, object] = {
        "name": user.name,
        "phone": user.phone,
        "email": user.email,
        "department": user.department,
        "now": NOW,
    }
    edit_user(user=user, **(defaults | values))  # type: ignore[arg-type]


@pytest.fixture
def clerk(db: None) -> User:
    """Manages users, but not roles."""
    role = Role.objects.create(code="clerk", name="账号管理")
    RolePermission.objects.create(role=role, code="accounts.users")
    return make_user(roles=(role,))


def test_a_new_user_gets_a_one_time_password_and_no_right_until_it_is_replaced(
    admin: User,
) -> None:
    user, password = create(actor=admin, roles=[ensure_demo_roles()["operator"]])
    user = User.objects.get(pk=user.pk)
    assert user.check_password(password)
    assert user.must_change_password
    assert not user.has_permission("draws.run")
    change_own_password(user=user, old=password, new="Neu-und-eigen-1", now=NOW)
    assert User.objects.get(pk=user.pk).has_permission("draws.run")
    entry = Entry.objects.get(action="user.create")
    assert (entry.actor, entry.after["roles"]) == (admin, ["经办人"])
    assert password not in str(Entry.objects.values_list("after", "note"))


def test_two_one_time_passwords_differ(db: None) -> None:
    assert create()[1] != create(username="li")[1]


@pytest.mark.parametrize(
    "typed", ["139 2222 0003", "+86 139-2222-0003", "8613922220003", "(+86)13922220003"]
)
def test_a_phone_is_taken_as_people_write_it(db: None, typed: str) -> None:
    user, _ = create(phone=typed)
    assert user.phone == "13922220003"
    edit(user, phone=typed, actor=make_user("admin"))
    assert User.objects.get(pk=user.pk).phone == "13922220003"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "王"}, "username"),
        ({"username": "13812340009"}, "username"),
        ({"username": "a@b.cn"}, "username"),
        ({"username": "ZHANG"}, "username"),
        ({"name": " "}, "name"),
        ({"phone": "123"}, "phone"),
        ({"phone": "13812340001"}, "phone"),
        ({"email": "a@b"}, "email"),
        ({"email": "Zhang@example.cn"}, "email"),
    ],
)
def test_malformed_and_taken_values_are_refused(
    db: None, values: dict[str, str], field: str
) -> None:
    make_user(username="zhang", phone="13812340001", email="zhang@example.cn")
    with pytest.raises(ValidationError) as error:
        create(**values)
    assert field in error.value.message_dict
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["kurz1A!", "nurkleine", "12345678aB".lower(), "Password1"])
def test_weak_passwords_are_refused(db: None, password: str) -> None:
    with pytest.raises(ValidationError):
        create(password=password)


@pytest.mark.shows("SYS-10")
def test_editing_keeps_before_and_after_without_the_number_in_clear(admin: User) -> None:
    user = make_user("operator", name="李梅", phone="13812340001")
    department = make_department("采购二部")
    edit(
        user,
        name="李晓梅",
        phone="139 1234 0002".replace(" ", ""),
        department=department,
        actor=admin,
    )
    user.refresh_from_db()
    assert (user.name, user.phone, user.department) == ("李晓梅", "13912340002", department)
    entry = Entry.objects.get(action="user.edit")
    assert entry.before == {"name": "李梅", "phone": "138****0001", "department": None}
    assert entry.after == {"name": "李晓梅", "phone": "139****0002", "department": "采购二部"}


def test_editing_nothing_leaves_no_entry(admin: User) -> None:
    edit(make_user("operator"), actor=admin)
    assert not Entry.objects.filter(action="user.edit").exists()


@pytest.mark.shows("SYS-06")
def test_granting_a_role_works_at_the_next_request(admin: User) -> None:
    user = make_user("finance")
    assert not user.has_permission("draws.run")
    edit(user, roles=[ensure_demo_roles()["operator"]], actor=admin)
    user = User.objects.get(pk=user.pk)
    assert user.has_permission("draws.run")
    assert user.role_codes == {"operator"}


def test_who_manages_no_roles_gives_none_and_touches_no_administrator(
    admin: User, clerk: User
) -> None:
    roles = [ensure_demo_roles()["admin"]]
    with pytest.raises(NotAllowed):
        create(roles=roles, actor=clerk)
    with pytest.raises(NotAllowed):
        edit(clerk, roles=roles, actor=clerk)
    for forbidden in (
        lambda: reset_password(user=admin, actor=clerk, now=NOW),
        lambda: disable_user(user=admin, actor=clerk, now=NOW),
        lambda: edit(admin, email="clerk@example.cn", actor=clerk),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    reset_password(user=make_user(), actor=clerk, now=NOW)


def test_disabling_and_enabling_are_recorded_once(admin: User) -> None:
    user = make_user("operator")
    for _ in range(2):
        disable_user(user=user, reason="离职", actor=admin, now=NOW)
    for _ in range(2):
        enable_user(user=user, actor=admin, now=NOW)
    actions = Entry.objects.order_by("id").values_list("action", "note")
    assert list(actions) == [("user.disable", "离职"), ("user.enable", "")]


@pytest.mark.shows("SYS-10")
def test_who_is_on_the_blacklist_is_not_enabled_before_he_is_taken_off(admin: User) -> None:
    user = make_user("operator", phone="13812340002")
    for _ in range(2):
        blacklist_user(user=user, reason="伪造证明", actor=admin, now=NOW)
    with pytest.raises(NotAllowed, match="请先移出黑名单"):
        enable_user(user=user, actor=admin, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True)
    # Nor by another account.
    with pytest.raises(ValidationError) as refused:
        create(actor=admin, phone="13812340002")
    assert "phone" in refused.value.error_dict
    for _ in range(2):
        unblacklist_user(user=user, reason="已查清", actor=admin, now=NOW)
    assert not User.objects.get(pk=user.pk).is_active
    enable_user(user=user, actor=admin, now=NOW)
    actions = Entry.objects.order_by("id").values_list("action", "note")
    assert [one for one in actions if one[0] != "user.taken"] == [
        ("user.blacklist", "伪造证明"),
        ("user.unblacklist", "已查清"),
        ("user.enable", ""),
    ]


@pytest.mark.shows("SYS-10")
def test_a_disabled_account_is_put_on_the_blacklist_and_no_last_administrator(admin: User) -> None:
    user = make_user("operator", is_active=False)
    blacklist_user(user=user, reason="伪造证明", actor=admin, now=NOW)
    assert User.objects.get(pk=user.pk).blacklisted_at == NOW
    with pytest.raises(NotAllowed):
        blacklist_user(user=admin, reason="伪造证明", actor=admin, now=NOW)
    role = Role.objects.create(code="clerk", name="账号管理")
    for code in ("accounts.users", "accounts.security"):
        RolePermission.objects.create(role=role, code=code)
    with pytest.raises(LastAdministrator):
        blacklist_user(user=admin, reason="伪造证明", actor=make_user(roles=(role,)), now=NOW)
    assert User.objects.get(pk=admin.pk).blacklisted_at is None


def test_nobody_disables_himself(admin: User) -> None:
    with pytest.raises(NotAllowed):
        disable_user(user=admin, actor=admin, now=NOW)


def test_the_last_administrator_stays_one(admin: User) -> None:
    with pytest.raises(LastAdministrator):
        edit(admin, roles=[ensure_demo_roles()["auditor"]], actor=admin)
    assert User.objects.get(pk=admin.pk).has_permission("accounts.roles")
    other = make_user("admin")
    edit(admin, roles=[ensure_demo_roles()["auditor"]], actor=other)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_disable_each_other_at_once(transactional_db: None) -> None:
    users = [make_user("admin"), make_user("admin")]
    refused: list[Exception] = []
    barrier = threading.Barrier(2)

    def disable(user: User, actor: User) -> None:
        barrier.wait(5)
        try:
            disable_user(user=user, actor=actor, now=NOW)
        except LastAdministrator as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=disable, args=pair) for pair in (users, list(reversed(users)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert User.objects.filter(is_active=True).count() == 1


def test_unlocking_ends_a_lock(admin: User) -> None:
    user = make_user(failed_logins=5, locked_until=NOW)
    unlock_user(user=user, actor=admin, now=NOW)
    user.refresh_from_db()
    assert (user.failed_logins, user.locked_until) == (0, None)


@pytest.mark.shows("SYS-10")
def test_a_password_needs_the_old_one_and_differs_from_the_last_five(db: None) -> None:
    user = make_user()
    with pytest.raises(WrongPassword):
        change_own_password(user=user, old="falsch", new="Neues-Wort-0", now=NOW)
    old = PASSWORD
    for number in range(5):
        new = f"Neues-Wort-{number}"
        change_own_password(user=user, old=old, new=new, now=NOW)
        old = new
    for used in [f"Neues-Wort-{number}" for number in range(5)]:
        with pytest.raises(ValidationError, match="最近 5 次"):
            change_own_password(user=user, old=old, new=used, now=NOW)
    change_own_password(user=user, old=old, new=PASSWORD, now=NOW)  # six passwords ago
    assert UsedPassword.objects.filter(user=user).count() == 5
    with pytest.raises(ValidationError):
        change_own_password(user=user, old=PASSWORD, new="zuleicht", now=NOW)


def test_a_reset_ends_lock_and_password(admin: User) -> None:
    user = make_user("operator", failed_logins=5, locked_until=NOW)
    password = reset_password(user=user, actor=admin, now=NOW)
    user = User.objects.get(pk=user.pk)
    assert user.check_password(password)
    assert not user.check_password(PASSWORD)
    assert (user.must_change_password, user.locked_until) == (True, None)
    assert password not in str(Entry.objects.values_list())


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("field", "value"),
    [("phone", "13800000001"), ("email", "wang@example.cn"), ("username", "wang-ming")],
)
def test_what_two_take_at_once_is_refused_in_words(field: str, value: str) -> None:
    written, asked = threading.Event(), threading.Event()
    refused: list[ValidationError] = []

    def first() -> None:
        with transaction.atomic():
            create(**({"username": "first"} | {field: value}))
            written.set()
            asked.wait(0.5)  # the second one waits for this transaction
        connections.close_all()

    def second() -> None:
        written.wait(10)
        with pytest.raises(ValidationError) as error:
            create(**({"username": "second"} | {field: value}))
        refused.append(error.value)
        asked.set()
        connections.close_all()

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [set(error.message_dict) for error in refused] == [{field}]
    assert User.objects.count() == 1
