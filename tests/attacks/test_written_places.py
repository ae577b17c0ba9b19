"""Live SQL moves a department, puts somebody into one or adds one to a grant: his rights reach no further, it is logged
and told, and an administrator makes it good."""

from __future__ import annotations

import time
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations import RunPython
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.exceptions import DepartmentInUse, NotAllowed
from expertpool.accounts.models import Department, Role, RolePermission, User
from expertpool.accounts.places import forged_departments
from expertpool.accounts.queries import departments_within
from expertpool.accounts.services.departments import create_department, edit_department
from expertpool.accounts.services.renaming import rename_permission
from expertpool.accounts.services.rights import rights_of
from expertpool.accounts.services.roles import Grant, save_role
from expertpool.accounts.services.users import edit_user
from expertpool.audit.models import Entry
from expertpool.audit.services.health import find_forged
from expertpool.core.mandates import look_at_all
from expertpool.projects.queries.projects import projects_visible_to
from expertpool.workflow.queries.deciders import parts_of
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
VIEW = "projects.view"
FIRST = 10_000_000  # no sequence comes to it


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def seen(user: User) -> set[str]:
    return {one.name for one in projects_visible_to(again(user))}


def make_role(scope: Scope, *chosen: Department) -> Role:
    role = Role.objects.create(code=f"here-{scope}", name=f"此处 {scope}")
    row = RolePermission.objects.create(role=role, code=VIEW, scope=scope)
    row.departments.set(chosen)
    return role


@pytest.fixture
def tree() -> dict[str, Department]:
    top = make_department("总部")
    mine = make_department("一部", parent=top)
    rows = {"总部": top, "一部": mine, "一组": make_department("一组", parent=mine)}
    rows["二部"] = make_department("二部", parent=top)
    for name, row in rows.items():
        make_project(name=f"{name}的项目", department=row)
    return rows


OWN = {"一部的项目", "一组的项目"}


@pytest.mark.parametrize("path", ["", "top"])
def test_a_department_that_he_moves_up_reaches_nothing(
    tree: dict[str, Department], path: str
) -> None:
    user = make_user(department=tree["一部"], roles=(make_role(Scope.DEPARTMENT_AND_BELOW),))
    assert seen(user) == OWN
    path = path and tree["总部"].path
    write("UPDATE accounts_department SET path = %s WHERE id = %s", path, tree["一部"].pk)
    assert seen(user) == set()
    assert not rights_of(again(user)).codes_reaching(tree["二部"].path)
    assert set(departments_within(again(user), VIEW)) <= {tree["一部"]}


@pytest.mark.parametrize("scope", [Scope.DEPARTMENT_AND_BELOW, Scope.CHOSEN])
def test_a_department_that_he_moves_below_his_brings_nothing_along(
    tree: dict[str, Department], scope: Scope
) -> None:
    chosen = [tree["一部"]] if scope == Scope.CHOSEN else []
    user = make_user(department=tree["一部"], roles=(make_role(scope, *chosen),))
    other = tree["二部"]
    path = f"{tree['一部'].path}{other.pk}/"
    write("UPDATE accounts_department SET path = %s WHERE id = %s", path, other.pk)
    assert seen(user) == OWN
    # Nor with the proof of another, and its parent along with it.
    write(
        "UPDATE accounts_department SET parent_id = %s, proof = %s WHERE id = %s",
        tree["一部"].pk,
        bytes(Department.objects.get(pk=tree["一组"].pk).proof or b""),
        other.pk,
    )
    assert seen(user) == OWN
    assert other not in departments_within(again(user), VIEW)
    assert forged_departments(again(user)) == {other.pk}


@pytest.mark.parametrize("scope", [Scope.DEPARTMENT_AND_BELOW, Scope.DEPARTMENT])
def test_who_puts_himself_into_another_department_reaches_nothing(
    tree: dict[str, Department], scope: Scope
) -> None:
    user = make_user(department=tree["一部"], roles=(make_role(scope),))
    there = make_user(department=tree["总部"])
    write("UPDATE accounts_user SET department_id = %s WHERE id = %s", tree["总部"].pk, user.pk)
    assert seen(user) == set()
    proof = bytes(again(there).place_proof or b"")
    write("UPDATE accounts_user SET place_proof = %s WHERE id = %s", proof, user.pk)
    assert seen(user) == set()
    assert not rights_of(again(user)).codes_reaching(tree["总部"].path)
    assert not departments_within(again(user), VIEW).exists()
    assert "department" not in str(parts_of(again(user)))


def test_a_department_that_he_chooses_for_a_grant_is_none(tree: dict[str, Department]) -> None:
    role = make_role(Scope.CHOSEN, tree["一部"])
    user = make_user(roles=(role,))
    assert seen(user) == OWN
    grant, other = role.permissions.get(), tree["总部"]
    table = "accounts_rolepermission_departments"
    write(
        f"INSERT INTO {table} (rolepermission_id, department_id, proof) SELECT %s, %s, proof FROM {table}",  # noqa: S608
        grant.pk,
        other.pk,
    )
    assert seen(user) == OWN
    write(f"DELETE FROM {table} WHERE department_id = %s", other.pk)  # noqa: S608
    write(f"UPDATE {table} SET department_id = %s", other.pk)  # noqa: S608
    assert seen(user) == set()
    assert not rights_of(again(user)).codes_reaching(other.path)


def test_chosen_departments_go_along_with_a_right_that_is_renamed(
    tree: dict[str, Department],
) -> None:
    role = make_role(Scope.CHOSEN, tree["一部"])
    write(
        "INSERT INTO accounts_rolepermission_departments (rolepermission_id, department_id)"
        " VALUES (%s, %s)",
        *(role.permissions.get().pk, tree["总部"].pk),
    )
    user = make_user(roles=(role,))
    rename_permission(VIEW, "projects.look")(None, SimpleNamespace(connection=connection))
    assert [one.places for one in again(user).grants["projects.look"]] == [[tree["一部"]]]


def test_what_stood_there_before_the_upgrade_counts(tree: dict[str, Department]) -> None:
    scopes = Scope.DEPARTMENT_AND_BELOW, Scope.CHOSEN
    below, chosen = [
        make_user(department=tree["一部"], roles=(make_role(one, tree["一部"]),)) for one in scopes
    ]
    write("UPDATE accounts_department SET proof = NULL")
    write("UPDATE accounts_rolepermission_departments SET proof = NULL")
    write("UPDATE accounts_user SET place_proof = NULL")
    assert seen(below) == seen(chosen) == set()
    migration: Any = import_module("expertpool.accounts.migrations.0027_places_have_proofs")
    for operation in migration.Migration.operations:
        if isinstance(operation, RunPython):
            operation.code(apps, SimpleNamespace(connection=connection))  # type: ignore[arg-type]
    assert seen(below) == seen(chosen) == OWN


def test_it_is_logged_and_told(
    tree: dict[str, Department], caplog: pytest.LogCaptureFixture
) -> None:
    user = make_user(
        department=tree["一部"], roles=(make_role(Scope.DEPARTMENT_AND_BELOW, tree["一部"]),)
    )
    now = timezone.now()
    assert "部门" not in str(find_forged(now).figure)
    write("UPDATE accounts_department SET path = '' WHERE id = %s", tree["二部"].pk)
    write("UPDATE accounts_user SET department_id = %s WHERE id = %s", tree["总部"].pk, user.pk)
    write("UPDATE accounts_rolepermission_departments SET department_id = %s", tree["总部"].pk)
    assert seen(user) == set()
    assert user.username not in caplog.text
    assert f"user {user.pk} was not put into department {tree['总部'].pk} here" in caplog.text
    figure = str(find_forged(now).figure)
    for words in ("部门的位置 1 项", "用户所属部门 1 项", "角色的指定部门 1 项"):
        assert words in figure
    assert look_at_all(now=now) == 3
    assert Entry.objects.filter(action="audit.forged").count() == 3


def test_an_administrator_makes_it_good(admin: User, tree: dict[str, Department]) -> None:
    role = make_role(Scope.DEPARTMENT_AND_BELOW)
    user = make_user(department=tree["一部"], roles=(role,))
    now, mine = timezone.now(), tree["一部"]
    write("UPDATE accounts_department SET path = '' WHERE id = %s", mine.pk)
    write("UPDATE accounts_user SET department_id = %s WHERE id = %s", tree["二部"].pk, user.pk)
    with pytest.raises(DepartmentInUse, match="在系统之外被改动过"):
        create_department(name="二组", parent=mine, actor=admin, now=now)
    edit_department(
        department=mine, name=mine.name, parent=tree["总部"], order=100, actor=admin, now=now
    )
    entry = Entry.objects.get(action="department.edit")
    assert "系统之外" in entry.note
    person: dict[str, Any] = {"name": "甲", "phone": "", "email": "", "department": mine}
    edit_user(user=again(user), **person, actor=admin, now=now)
    assert seen(user) == OWN
    save_role(
        role=role, name="此处", grants=[Grant(VIEW, Scope.CHOSEN, [tree["二部"]])], levels={},
        actor=admin, now=now,
    )  # fmt: skip
    assert seen(user) == {"二部的项目"}


def test_who_moves_by_sql_what_he_saves_gains_nothing(tree: dict[str, Department]) -> None:
    """He moves a department below his own, and saves it there by the page as if it had stood there."""
    role = make_role(Scope.DEPARTMENT_AND_BELOW)
    RolePermission.objects.create(role=role, code="accounts.departments")
    actor, other = make_user(department=tree["一部"], roles=(role,)), tree["二部"]
    path = f"{tree['一部'].path}{other.pk}/"
    write(
        "UPDATE accounts_department SET path = %s, parent_id = %s WHERE id = %s",
        path, tree["一部"].pk, other.pk,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        edit_department(
            department=other, name=other.name, parent=tree["一部"], order=100, actor=again(actor),
            now=timezone.now(),
        )  # fmt: skip
    assert seen(actor) == OWN


def test_what_somebody_put_below_is_not_vouched_for_by_a_move(
    admin: User, tree: dict[str, Department]
) -> None:
    mine, other = tree["一部"], tree["二部"]
    write(
        "UPDATE accounts_department SET path = %s WHERE id = %s",
        f"{mine.path}{other.pk}/",
        other.pk,
    )
    edit_department(
        department=mine, name=mine.name, parent=None, order=100, actor=admin, now=timezone.now()
    )
    user = make_user(department=mine, roles=(make_role(Scope.DEPARTMENT_AND_BELOW),))
    assert seen(user) == OWN


def test_pages_of_who_signs_in_ask_nothing_more(
    client: Client, tree: dict[str, Department]
) -> None:
    """The state of the tree comes along with him; it is looked through when it has changed."""
    user = make_user(department=tree["一部"], roles=(make_role(Scope.DEPARTMENT_AND_BELOW),))
    client.force_login(user)
    assert "二部的项目" not in client.get("/projects/").content.decode()
    other = tree["二部"]
    write(
        "UPDATE accounts_department SET path = %s WHERE id = %s",
        f"{tree['一部'].path}{other.pk}/", other.pk,
    )  # fmt: skip
    for _ in range(2):  # as the tree is looked through, and as that is known
        text = client.get("/projects/").content.decode()
        assert "一组的项目" in text
        assert "二部的项目" not in text
    with CaptureQueriesContext(connection) as asked:
        client.get("/projects/")
    assert not [one for one in asked if one["sql"].startswith("SELECT id, parent_id, path")]


def test_a_branch_of_two_thousand_moves_at_once(admin: User) -> None:
    top, other = make_department("总部"), make_department("分部")
    ids = range(FIRST, FIRST + 2000)
    rows = [Department(id=n, name=f"{n} 组", parent=top, path=f"{top.path}{n}/") for n in ids]
    Department.objects.bulk_create(rows)
    began = time.process_time()
    with CaptureQueriesContext(connection) as asked:
        edit_department(
            department=top, name="总部", parent=other, order=100, actor=admin, now=timezone.now()
        )
    took = time.process_time() - began
    moves = [one for one in asked if "unnest" in one["sql"]]
    assert len(moves) == 1
    assert took < 1.5  # mostly 0.2: twice two thousand proofs
    user = make_user(department=other, roles=(make_role(Scope.DEPARTMENT_AND_BELOW),))
    assert forged_departments(again(user)) == frozenset()
    assert departments_within(again(user), VIEW).count() == 2002
