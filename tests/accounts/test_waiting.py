"""What every page counts for its reader: worked out once for whoever stands as he does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.db.models import Q
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from expertpool.accounts.backends import AccountBackend
from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Department, HeldRole, LoginRecord, Role, RolePermission, User
from expertpool.accounts.queries import Asker, FoundFor, WaitingFor, scope_q
from expertpool.accounts.settings import SESSION_LENGTH
from expertpool.core.configuration import read_once, value_of
from expertpool.core.counting import Countable, counted
from expertpool.core.prepared import Statement
from expertpool.core.registry import MENU
from expertpool.workflow.models import Delegation
from tests.factories.accounts import make_department, make_user

pytestmark = pytest.mark.django_db

OF_MENU = [item for item in MENU if isinstance(item.count, WaitingFor)]


def of_session(user: User) -> User:
    """Return ``user`` as a request has him."""
    found = AccountBackend().get_user(user.pk)
    assert found is not None
    return found


def reach(scope: Scope, *chosen: Department) -> Role:
    role = Role.objects.create(code=f"{scope}-{len(chosen)}"[:32], name=f"{scope} {len(chosen)}")
    grant = RolePermission.objects.create(role=role, code="projects.view", scope=scope)
    grant.departments.set(chosen)
    return role


@pytest.fixture
def build() -> Mock:
    """Whom ``projects.view`` would reach, were users projects."""
    return Mock(
        side_effect=lambda user, now: User.objects.filter(
            scope_q(user, "projects.view", owner="id")
        ).order_by("name")
    )


@pytest.mark.parametrize("scope", Scope)
def test_the_statement_finds_what_the_query_finds(
    build: Mock, scope: Scope, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    top = make_department("总部")
    below, beside = make_department("一部", parent=top), make_department("二部", parent=top)
    for department in (top, below, beside, beside):
        make_user(department=department)
    waiting = WaitingFor(build)
    for home in (top, below):
        user = make_user(roles=(reach(scope, *[beside] * (home == below)),), department=home)
        user = of_session(user)
        direct = build.side_effect(user, None)
        assert isinstance(waiting(user), Statement) == direct.exists()
        assert counted([waiting(user)]) == [direct.count()]
    asked = build.call_count
    with django_assert_num_queries(0):
        waiting(user)
    assert build.call_count == asked


def test_it_is_worked_out_anew_once_he_stands_otherwise(build: Mock) -> None:
    department = make_department()
    for _ in range(3):
        make_user(department=department)
    user = make_user(roles=(reach(Scope.OWN),))
    waiting = WaitingFor(build)
    assert counted([waiting(of_session(user))]) == [1]

    HeldRole.objects.create(user=user, role=reach(Scope.DEPARTMENT))
    assert counted([waiting(of_session(user))]) == [1]  # he has no department

    user.department = department
    user.save()
    assert counted([waiting(of_session(user))]) == [4]

    other = of_session(user)
    other.keep_only(())
    assert counted([waiting(other)]) == [0]

    HeldRole.objects.filter(user=user).delete()
    assert counted([waiting(of_session(user))]) == [0]


def test_who_stands_alike_shares_the_statement_and_gets_his_own_rows() -> None:
    department, role = make_department(), reach(Scope.OWN)
    users = [make_user(roles=(role,), department=home) for home in [department] * 2 + [None] * 2]
    build = Mock(
        side_effect=lambda user, now: User.objects.filter(
            scope_q(user, "projects.view", owner="id"), username=user.username
        )
    )
    waiting, asked = WaitingFor(build), []
    for user in users:
        rows = waiting(of_session(user))
        assert isinstance(rows, Statement)
        assert user.pk in rows.params
        assert user.username in rows.params
        assert counted([rows]) == [1]
        asked.append(build.call_count)
    assert asked == [2, 2, 4, 4]  # for two nobodies of each standing


def test_where_more_than_the_key_of_a_user_is_asked_each_has_a_statement_of_his_own() -> None:
    role = reach(Scope.ALL)
    users = [make_user(roles=(role,)) for _ in range(2)]

    def asking(made_of: Callable[[User], Q]) -> WaitingFor:
        return WaitingFor(lambda user, now: User.objects.filter(made_of(user)))

    for waiting in (
        asking(lambda user: Q(username__startswith=user.username)),
        asking(lambda user: Q(pk__in=[user.pk, 0])),
        asking(lambda user: Q(pk__lt=user.pk + 1, pk__gt=user.pk - 1)),
    ):
        for user in users:
            assert counted([waiting(of_session(user))]) == [1]


@pytest.mark.parametrize("role", ["admin", "operator", "supervisor", "finance"])
def test_the_counts_of_the_menu_are_the_same_for_all_who_stand_alike(role: str) -> None:
    asker = Asker.of(of_session(make_user(role, department=make_department())))
    counts: list[Any] = [item.count for item in OF_MENU]
    assert all(one._worked_out_for_all(asker, timezone.localdate())[1] for one in counts)


def test_who_was_put_into_a_department_by_somebody_else_stands_otherwise(build: Mock) -> None:
    department, role = make_department(), reach(Scope.DEPARTMENT)
    users = [make_user(roles=(role,), department=department) for _ in range(2)]
    waiting = WaitingFor(build)
    assert counted([waiting(of_session(users[0]))]) == [2]
    User.objects.filter(pk=users[1].pk).update(place_proof=b"")
    assert counted([waiting(of_session(users[1]))]) == [0]
    assert counted([waiting(of_session(users[0]))]) == [2]


def test_time_is_that_of_each_page() -> None:
    waiting = WaitingFor(lambda user, now: LoginRecord.objects.filter(at__lt=now, user=user))
    user = of_session(make_user("operator"))
    assert counted([waiting(user)]) == [0]
    LoginRecord.objects.create(at=timezone.now(), user=user, outcome="ok", address="10.0.0.1")
    assert counted([waiting(user)]) == [1]


@pytest.mark.parametrize(
    "more",
    [
        lambda user: user.name,
        lambda user: user.role_codes,
        lambda user: user.field_levels,
        lambda user: value_of(SESSION_LENGTH),
        lambda user: Role.objects.count(),
    ],
)
def test_nothing_is_kept_of_what_depends_on_more(more: Callable[[User], Any]) -> None:
    def ask(user: User, now: datetime) -> Countable:
        more(user)
        return User.objects.filter(pk=user.pk)

    build = Mock(side_effect=ask)
    waiting, user = WaitingFor(build), of_session(make_user("operator"))
    with read_once():
        more(user)  # it is known of him, or in this request, already
        for _ in range(3):
            assert counted([waiting(user)]) == [1]
    assert build.call_count == 1 + 3  # tried once


def test_rows_are_found_by_the_rights_of_each_moment(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    department = make_department()
    people = [make_user(department=department) for _ in range(2)]

    def of_him(user: User, keys: Any) -> Any:
        rows = User.objects.filter(scope_q(user, "projects.view", owner="id"), pk__gte=keys)
        return rows.select_related("department").order_by("pk")

    build = Mock(side_effect=of_him)
    found = FoundFor(build, called="people")
    user = make_user(roles=(reach(Scope.DEPARTMENT),), department=department)
    for _ in range(7):  # the database has a plan for all values after the fifth
        asker = of_session(user)
        assert asker.grants
        with django_assert_num_queries(1):
            assert [one.department.name for one in found(asker, keys=people[1].pk)] == [
                department.name
            ] * 2
    assert build.call_count == 1
    assert found(of_session(user), keys=0) == [*people, user]

    HeldRole.objects.filter(user=user).delete()
    assert found(of_session(user), keys=0) == []


def test_rows_that_a_setting_decides_are_asked_for_anew() -> None:
    def of_the_office(user: User) -> Any:
        value_of(SESSION_LENGTH)
        return User.objects.filter(pk=user.pk)

    build = Mock(side_effect=of_the_office)
    found, user = FoundFor(build), of_session(make_user("operator"))
    assert [found(user), found(user)] == [[user], [user]]
    assert build.call_count == 1 + 2


def test_the_counts_of_the_menu_are_kept_and_depend_on_no_hour(
    django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = of_session(make_user("admin", department=make_department()))
    standing, noon = Asker.of(user), timezone.localtime().replace(hour=12)

    def worked_out(at: datetime) -> Iterator[Any]:
        monkeypatch.setattr(timezone, "now", lambda: at)
        for item in OF_MENU:
            count: Any = item.count
            yield item.code, count._worked_out(standing, noon.date())

    assert len(OF_MENU) >= 9
    early = dict(worked_out(noon))
    assert None not in early.values()
    late = dict(worked_out(noon + timedelta(hours=3)))
    for code, statement in early.items():
        assert repr_of(statement) == repr_of(late[code]), code


def repr_of(statement: Any) -> tuple[str, list[str]]:
    given = statement.given(now="now")
    return given.sql, [str(one) for one in given.params]


def test_who_stands_in_for_another_is_asked_each_time() -> None:
    giver, to = make_user("supervisor"), make_user("supervisor")
    now = timezone.now()
    Delegation.objects.create(
        giver=giver,
        to=to,
        begins_at=now,
        ends_at=now + timedelta(days=1),
        reason="出差",
        made_at=now,
    )
    user = of_session(to)
    (approvals,) = (item for item in OF_MENU if item.code == "project_approvals")
    assert not isinstance(approvals.count(user), Statement)  # type: ignore[misc]
    assert isinstance(approvals.count(of_session(giver)), Statement)  # type: ignore[misc]


def test_rights_that_somebody_keeps_are_asked_about_anew() -> None:
    user = of_session(make_user("admin"))
    assert len(Asker.of(user).grants) > 1
    user.keep_only(["experts.view"])
    assert [one.code for one in Asker.of(user).grants] == ["experts.view"]
