"""Live SQL gives somebody a right, a role, an age or hours of his own: it gives nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.accounts.models import HeldRole, Role, User
from expertpool.accounts.services.rights import rights_of
from expertpool.accounts.services.users import create_user, edit_user
from expertpool.core.visibility import Level, level_for
from expertpool.draws.models import RevealRule
from expertpool.draws.services.names import readable_from
from expertpool.workflow.queries.second_person import why_not_second
from tests.factories.accounts import change, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_role_that_he_writes_gives_nothing(supervisor: User) -> None:
    mine = make_user("department")
    role = supervisor.roles.get()
    write("INSERT INTO accounts_user_roles (user_id, role_id) VALUES (%s, %s)", mine.pk, role.pk)
    assert not again(mine).has_permission("draws.release")
    # Nor with the proof of another.
    proof = bytes(HeldRole.objects.get(user=supervisor).proof)
    write("UPDATE accounts_user_roles SET proof = %s WHERE user_id = %s", proof, mine.pk)
    assert not again(mine).has_permission("draws.release")
    assert again(supervisor).has_permission("draws.release")


def test_a_right_or_level_that_he_writes_into_a_role_gives_nothing() -> None:
    mine = make_user("department")
    role = mine.roles.get()
    write(
        "INSERT INTO accounts_rolepermission (role_id, code, scope) VALUES (%s, 'draws.release', 'all')",
        role.pk,
    )
    write("UPDATE accounts_rolepermission SET scope = 'all' WHERE role_id = %s", role.pk)
    write("UPDATE accounts_rolefield SET level = 'plain' WHERE role_id = %s", role.pk)
    assert not again(mine).has_permission("draws.release")
    assert "draws.release" not in rights_of(again(mine)).reaches
    assert level_for(again(mine), "experts.phone") != Level.PLAIN


def test_an_age_that_he_writes_is_none(supervisor: User, operator: User) -> None:
    now = timezone.now()
    young = make_user("supervisor", created_at=now)
    write(
        "UPDATE accounts_user SET created_at = %s WHERE id = %s",
        now - timedelta(days=900),
        young.pk,
    )
    why = why_not_second(again(young), {operator.pk}, asked_at=now, now=now)
    assert "开通时间不是本系统写入的" in why
    assert not why_not_second(again(supervisor), {operator.pk}, asked_at=now, now=now)


def test_a_role_that_he_writes_has_no_hours_of_its_own(operator: User, supervisor: User) -> None:
    """Nor can the application write such hours (`tests/attacks/test_owner.py`)."""
    for _ in range(4):
        make_expert()
    draw = make_draw(now=timezone.now(), operator=operator, seats=2)
    role = supervisor.roles.get()
    RevealRule.objects.create(role=role, hours=9)
    write(
        "INSERT INTO accounts_user_roles (user_id, role_id) VALUES (%s, %s)", operator.pk, role.pk
    )
    assert readable_from(draw, again(operator)) in (None, draw.reveal_at)
    assert readable_from(draw, again(supervisor)) != draw.reveal_at


def test_what_the_system_gives_counts(admin: User, supervisor: User) -> None:
    now = timezone.now()
    role = Role.objects.get(code="supervisor")
    user, _ = create_user(
        username="new", name="新人", roles=[role], password="Correct-horse-9", actor=None, now=now
    )
    assert again(user).has_permission("draws.release")
    person: dict[str, Any] = {"name": "新人", "phone": "", "email": "", "department": None}
    edit_user(user=user, **person, roles=[], actor=None, now=now)
    assert not again(user).grants
    edit_user(user=user, **person, roles=[role], actor=None, now=now)
    assert again(user).has_permission("draws.release")
    assert again(user).is_of_known_age


@pytest.mark.parametrize("proven", ["none", "of another number", "of another account"])
def test_a_telephone_that_a_row_shows_to_be_his_is_nobodys(operator: User, proven: str) -> None:
    """An account whose number nobody had shown counted as a second person, by one UPDATE."""
    now = timezone.now()
    mine = make_user("supervisor", phone="13812340001", phone_verified_at=None)
    shown = now - timedelta(days=9)
    match proven:
        case "of another number":
            change(User.objects.filter(pk=mine.pk), phone_verified_at=shown)
            values = {"phone": "13812340002", "email": "", "department": None}
            edit_user(user=again(mine), name="赵", actor=make_user("admin"), now=shown, **values)  # type: ignore[arg-type]
        case "of another account":
            other = make_user("supervisor", phone="13812340003", phone_verified_at=shown)
            proof = bytes(other.phone_proof or b"")
            write("UPDATE accounts_user SET phone_proof = %s WHERE id = %s", proof, mine.pk)
    write("UPDATE accounts_user SET phone_verified_at = %s WHERE id = %s", shown, mine.pk)
    why = why_not_second(again(mine), {operator.pk}, asked_at=now, now=now)
    assert "验证本人手机号" in why
    change(User.objects.filter(pk=mine.pk), phone_verified_at=now)
    assert not why_not_second(again(mine), {operator.pk}, asked_at=now, now=now) or (
        proven == "of another number"
    )
