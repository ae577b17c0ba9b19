"""Rows that a grant reaches, shown on users (their department, themselves as owner)."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Department, Role, RolePermission, User
from expertpool.accounts.queries import codes_reaching, scope_q, users_visible_to
from expertpool.core.catalogue import UnknownCode
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db


def make_role(code: str, scope: Scope, *chosen: Department) -> Role:
    role = Role.objects.create(code=code, name=code)
    grant = RolePermission.objects.create(role=role, code="projects.view", scope=scope)
    grant.departments.set(chosen)
    return role


def rows(user: User) -> set[str]:
    """Return the names of the users that ``projects.view`` would reach, were they projects."""
    fresh = User.objects.get(pk=user.pk)
    return set(
        User.objects.filter(scope_q(fresh, "projects.view", owner="id")).values_list(
            "name", flat=True
        )
    )


@pytest.fixture
def tree() -> dict[str, Department]:
    """总部 with 一部 (with 一组) and 二部; one user in each."""
    top = make_department("总部")
    first = make_department("一部", parent=top)
    departments = {
        "总部": top,
        "一部": first,
        "一组": make_department("一组", parent=first),
        "二部": make_department("二部", parent=top),
    }
    for name, department in departments.items():
        make_user(name=f"{name}的人", department=department)
    return departments


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope.OWN, {"我"}),
        (Scope.DEPARTMENT, {"我", "一部的人"}),
        (Scope.DEPARTMENT_AND_BELOW, {"我", "一部的人", "一组的人"}),
        (Scope.CHOSEN, {"二部的人"}),
        (Scope.ALL, {"我", "总部的人", "一部的人", "一组的人", "二部的人"}),
    ],
)
@pytest.mark.shows("SYS-11")
def test_each_scope_reaches_its_rows(
    tree: dict[str, Department], scope: Scope, expected: set[str]
) -> None:
    chosen = [tree["二部"]] if scope == Scope.CHOSEN else []
    user = make_user(name="我", department=tree["一部"], roles=(make_role("r", scope, *chosen),))
    assert rows(user) == expected


@pytest.mark.shows("SYS-07")
def test_several_roles_give_the_union(tree: dict[str, Department]) -> None:
    roles = (make_role("own", Scope.OWN), make_role("chosen", Scope.CHOSEN, tree["一部"]))
    user = make_user(name="我", department=tree["二部"], roles=roles)
    assert rows(user) == {"我", "一部的人", "一组的人"}


def test_chosen_departments_include_those_below(tree: dict[str, Department]) -> None:
    user = make_user(name="我", roles=(make_role("r", Scope.CHOSEN, tree["总部"]),))
    assert rows(user) == {"总部的人", "一部的人", "一组的人", "二部的人"}


def test_without_grant_there_is_no_row(tree: dict[str, Department]) -> None:
    assert rows(make_user(name="我", department=tree["总部"])) == set()


def test_department_scope_without_department_reaches_nothing(tree: dict[str, Department]) -> None:
    for scope in (Scope.DEPARTMENT, Scope.DEPARTMENT_AND_BELOW):
        assert rows(make_user(name="我", roles=(make_role(scope, scope),))) == set()


def test_a_neighbour_whose_number_begins_alike_is_not_below() -> None:
    first = Department.objects.create(id=7, name="七", path="7/")
    other = Department.objects.create(id=77, name="七十七", path="77/")
    make_user(name="七十七的人", department=other)
    role = make_role("r", Scope.DEPARTMENT_AND_BELOW)
    assert rows(make_user(name="我", department=first, roles=(role,))) == {"我"}


def test_disabled_user_has_no_right() -> None:
    user = make_user("admin", is_active=False)
    assert not user.has_permission("projects.view")
    assert not users_visible_to(user).exists()


def test_unscoped_permission_reaches_all_rows(admin: User, operator: User) -> None:
    assert set(users_visible_to(admin)) == {admin, operator}
    assert not users_visible_to(operator).exists()


def test_unknown_code_is_an_error(admin: User) -> None:
    with pytest.raises(UnknownCode):
        scope_q(admin, "projects.veiw")


def test_one_query_tells_which_rights_reach_a_row(
    tree: dict[str, Department], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    role = make_role("部门", Scope.DEPARTMENT)  # projects.view
    RolePermission.objects.create(role=role, code="projects.edit", scope=Scope.CHOSEN)
    RolePermission.objects.create(role=role, code="projects.delete", scope=Scope.ALL)
    user = make_user(department=tree["一部"], roles=(role,))
    codes = [f"projects.{name}" for name in ("view", "edit", "delete", "archive")]
    mine = make_project(department=tree["一部"])
    other = make_project(department=tree["二部"])
    assert user.has_permission("projects.view")
    with django_assert_num_queries(1):
        assert codes_reaching(user, mine, codes) == {"projects.view", "projects.delete"}
    assert codes_reaching(user, other, codes) == {"projects.delete"}
    with django_assert_num_queries(0):
        assert codes_reaching(user, other, ["projects.delete", "projects.archive"])
