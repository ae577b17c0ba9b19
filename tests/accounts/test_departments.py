from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone

from expertpool.accounts.exceptions import DepartmentInUse
from expertpool.accounts.models import Department, User
from expertpool.accounts.queries import department_tree
from expertpool.accounts.services.departments import (
    create_department,
    disable_department,
    edit_department,
    enable_department,
)
from expertpool.accounts.services.users import disable_user, enable_user
from expertpool.audit.models import Entry
from tests.factories.accounts import make_department, make_user

NOW = timezone.now()


def edit(department: Department, actor: User, **values: Any) -> None:
    defaults = {"name": department.name, "parent": department.parent, "order": department.order}
    edit_department(department=department, actor=actor, now=NOW, **(defaults | values))


def test_a_path_names_all_departments_above(admin: User) -> None:
    top = create_department(name="总部", actor=admin, now=NOW)
    below = create_department(name=" 一部 ", parent=top, actor=admin, now=NOW)
    assert (top.path, below.path) == (f"{top.pk}/", f"{top.pk}/{below.pk}/")
    assert below.name == "一部"
    assert Entry.objects.filter(action="department.create", actor=admin).count() == 2


def test_a_move_takes_everything_below_along(admin: User) -> None:
    top, other = make_department("总部"), make_department("分部")
    first = make_department("一部", parent=top)
    group = make_department("一组", parent=first)
    edit(first, admin, parent=other)
    paths = dict(Department.objects.values_list("name", "path"))
    assert paths["一部"] == f"{other.pk}/{first.pk}/"
    assert paths["一组"] == f"{other.pk}/{first.pk}/{group.pk}/"
    entry = Entry.objects.get(action="department.edit")
    assert (entry.before, entry.after) == ({"parent": "总部"}, {"parent": "分部"})
    edit(first, admin, parent=None)
    group.refresh_from_db()
    assert group.path == f"{first.pk}/{group.pk}/"


def test_a_department_does_not_go_below_itself(admin: User) -> None:
    top = make_department("总部")
    below = make_department("一部", parent=top)
    for parent in (top, below):
        with pytest.raises(DepartmentInUse):
            edit(top, admin, parent=parent)


def test_sisters_have_different_names(admin: User) -> None:
    top = make_department("总部")
    make_department("一部", parent=top)
    with pytest.raises(ValidationError):
        create_department(name="一部", parent=top, actor=admin, now=NOW)
    create_department(name="一部", actor=admin, now=NOW)


def test_a_department_in_use_is_not_disabled(admin: User) -> None:
    top = make_department("总部")
    below = make_department("一部", parent=top)
    user = make_user(department=below)
    for department in (top, below):
        with pytest.raises(DepartmentInUse):
            disable_department(department=department, actor=admin, now=NOW)
    User.objects.filter(pk=user.pk).update(is_active=False)
    disable_department(department=below, actor=admin, now=NOW)
    disable_department(department=top, actor=admin, now=NOW)
    below.refresh_from_db()
    with pytest.raises(DepartmentInUse, match="上级部门已停用"):
        enable_department(department=below, actor=admin, now=NOW)


def test_the_tree_follows_the_order_of_sisters(db: None) -> None:
    top = make_department("总部")
    second = make_department("二部", parent=top)
    first = make_department("一部", parent=top)
    make_department("一组", parent=first)
    Department.objects.filter(pk=second.pk).update(order=200)
    make_user(department=first)
    tree = [(row.name, row.depth, row.user_count) for row in department_tree()]  # type: ignore[attr-defined]
    assert tree == [("总部", 0, 0), ("一部", 1, 1), ("一组", 2, 0), ("二部", 1, 0)]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_circle(transactional_db: None) -> None:
    admin = make_user("admin")
    pair = [make_department("甲"), make_department("乙")]
    refused: list[Exception] = []
    barrier = threading.Barrier(2)

    def move(department: Department, parent: Department) -> None:
        barrier.wait(5)
        try:
            edit(department, admin, parent=parent)
        except DepartmentInUse as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=move, args=arguments) for arguments in (pair, list(reversed(pair)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert len(department_tree()) == 2


def test_nobody_comes_back_into_a_department_that_was_disabled_meanwhile(admin: User) -> None:
    """Nothing new is put there: he could not apply for a project, and the page said one active user of it."""
    department = make_department("机电科")
    user = make_user("department", department=department)
    disable_user(user=user, reason="离职", actor=admin, now=NOW)
    disable_department(department=department, actor=admin, now=NOW)
    with pytest.raises(DepartmentInUse, match="「机电科」已停用"):
        enable_user(user=user, actor=admin, now=NOW)
    user.refresh_from_db()
    assert not user.is_active
    enable_department(department=department, actor=admin, now=NOW)
    enable_user(user=user, actor=admin, now=NOW)
    user.refresh_from_db()
    assert user.is_active
