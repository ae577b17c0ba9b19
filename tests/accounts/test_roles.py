from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.exceptions import LastAdministrator, NotAllowed, RoleInUse
from expertpool.accounts.models import KnownPermission, Role, RoleField, RolePermission, User
from expertpool.accounts.services.roles import (
    Grant,
    delete_role,
    ensure_demo_roles,
    grant_new_permissions,
    save_role,
)
from expertpool.audit.models import Entry
from expertpool.core.catalogue import UnknownCode
from expertpool.core.visibility import Level, level_for
from tests.factories.accounts import make_department, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def save(actor: User, role: Role | None = None, **values: object) -> Role:
    defaults: dict[str, object] = {"name": "专家管理员", "grants": [], "levels": {}, "now": NOW}
    return save_role(role=role, actor=actor, **(defaults | values))  # type: ignore[arg-type]


def test_the_built_in_roles_are_made_once_and_then_left_alone(admin: User) -> None:
    roles = ensure_demo_roles()
    assert set(roles) == {
        "admin",
        "operator",
        "department",
        "supervisor",
        "finance",
        "auditor",
        "expert",
        "applicant",
    }
    save(admin, roles["finance"], name="财务科", grants=[Grant("directory.view")])
    again = ensure_demo_roles()
    assert again["finance"].name == "财务科"
    assert [one.code for one in again["finance"].permissions.all()] == ["directory.view"]
    assert Role.objects.count() == 8


def test_the_auditor_only_reads() -> None:
    codes = set(make_user("auditor").grants)
    reading = {"view", "logins", "see_exclusions", "names", "ledger", "exposure", "statistics"}
    reading |= {"traffic"}
    # A bundle puts together what its maker may read, and changes nothing.
    assert {code.split(".")[1] for code in codes - {"bundles.make"}} <= reading


def test_nobody_both_files_and_approves_nor_draws_and_approves() -> None:
    for code in ("operator", "department"):
        assert not make_user(code).has_permission("projects.approve")
    assert not make_user("supervisor").has_permission("draws.run")


@pytest.mark.shows("SYS-11")
def test_a_new_role_gives_rights_scopes_and_fields(admin: User) -> None:
    department = make_department("采购部")
    role = save(
        admin,
        grants=[
            Grant("experts.view", Scope.CHOSEN, [department]),
            Grant("directory.view", Scope.OWN),  # has no scopes
        ],
        levels={"experts.phone": Level.PLAIN, "experts.id_number": Level.HIDDEN},
    )
    user = make_user(roles=(role,))
    assert user.has_permission("experts.view")
    assert not user.has_permission("experts.edit")
    assert user.grants["directory.view"][0].scope == Scope.ALL
    assert level_for(user, "experts.phone") is Level.PLAIN
    assert level_for(user, "experts.id_number") is Level.HIDDEN
    entry = Entry.objects.get(action="role.create")
    assert entry.after["permissions"] == ["查看专家（采购部）", "查看基础资料"]


@pytest.mark.shows("SYS-07")
def test_the_most_open_level_of_several_roles_counts(admin: User) -> None:
    closed = save(admin, name="甲", levels={"experts.phone": Level.HIDDEN})
    open_ = save(admin, name="乙", levels={"experts.phone": Level.PLAIN})
    assert level_for(make_user(roles=(closed,)), "experts.phone") is Level.HIDDEN
    assert level_for(make_user(roles=(closed, open_)), "experts.phone") is Level.PLAIN


def test_a_change_of_a_role_is_recorded_in_words(admin: User) -> None:
    role = save(admin, grants=[Grant("audit.view")])
    save(admin, role, grants=[Grant("audit.view"), Grant("projects.view", Scope.DEPARTMENT)])
    entry = Entry.objects.get(action="role.edit")
    assert entry.before == {"permissions": ["查看操作日志"]}
    assert entry.after == {"permissions": ["查看操作日志", "查看项目（本部门）"]}
    save(admin, role, grants=[Grant("audit.view"), Grant("projects.view", Scope.DEPARTMENT)])
    assert Entry.objects.filter(action="role.edit").count() == 1


def test_unknown_codes_empty_choices_and_taken_names_are_refused(admin: User) -> None:
    with pytest.raises(UnknownCode):
        save(admin, grants=[Grant("experts.fly")])
    with pytest.raises(NotAllowed, match="至少选一个部门"):
        save(admin, grants=[Grant("experts.view", Scope.CHOSEN)])
    with pytest.raises(ValidationError):
        save(admin, name="管理员")
    assert Role.objects.count() == 8


def test_the_last_right_to_roles_cannot_be_taken_away(admin: User) -> None:
    role = ensure_demo_roles()["admin"]
    with pytest.raises(LastAdministrator):
        save(admin, role, name="管理员", grants=[Grant("accounts.users")])
    assert role.permissions.filter(code="accounts.roles").exists()


def test_a_role_is_deleted_only_when_nobody_has_it_and_it_is_not_built_in(admin: User) -> None:
    role = save(admin)
    user = make_user(roles=(role,))
    for kept in (role, ensure_demo_roles()["finance"]):
        with pytest.raises(RoleInUse):
            delete_role(role=kept, actor=admin, now=NOW)
    user.roles.clear()
    delete_role(role=role, actor=admin, now=NOW)
    assert not Role.objects.filter(pk=role.pk).exists()


def test_a_new_version_gives_its_permissions_to_the_built_in_roles_once() -> None:
    roles = ensure_demo_roles()
    admin, operator = roles["admin"], roles["operator"]

    def forget(code: str) -> None:
        KnownPermission.objects.filter(code=code).delete()
        RolePermission.objects.filter(code=code).delete()

    def holders(code: str) -> set[str]:
        return set(RolePermission.objects.filter(code=code).values_list("role__code", flat=True))

    forget("draws.void")
    forget("papers.templates")
    RolePermission.objects.filter(role=operator, code="draws.plan").delete()  # taken away by hand
    grant_new_permissions(now=timezone.now())
    assert holders("draws.void") == {"admin", "operator", "supervisor"}
    assert holders("papers.templates") == {"admin"}
    assert "operator" not in holders("draws.plan")
    scope = RolePermission.objects.get(role=operator, code="draws.void").scope
    assert scope == Scope.ALL
    entries = Entry.objects.filter(action="role.edit")
    assert {entry.subject_id for entry in entries} == {
        str(role.pk) for role in (admin, operator, roles["supervisor"])
    }
    RolePermission.objects.filter(role=admin, code="papers.templates").delete()
    grant_new_permissions(now=timezone.now())
    assert holders("papers.templates") == set()
    assert entries.count() == 3


def test_the_first_time_what_nobody_has_is_new() -> None:
    admin = ensure_demo_roles()["admin"]
    KnownPermission.objects.all().delete()
    RolePermission.objects.filter(code="papers.templates").delete()
    RolePermission.objects.filter(role=admin, code="draws.void").delete()
    grant_new_permissions(now=timezone.now())
    held = set(admin.permissions.values_list("code", flat=True))
    assert "papers.templates" in held
    assert "draws.void" not in held  # others have it: it was taken from him


def test_rights_of_a_role_are_read_with_one_object_of_it(django_assert_num_queries: Any) -> None:
    """Whoever signs in brings a hundred rows along on each page."""
    user = make_user("admin")
    with django_assert_num_queries(1):
        rows = [one for rows in user.grants.values() for one in rows]
        assert len({id(one.role) for one in rows}) == 1
        assert {one.role.code for one in rows} == {"admin"}
    assert len(rows) > 20


@pytest.mark.shows("EXP-39")
def test_a_role_that_masks_names_has_no_right_whose_pages_show_them(admin: User) -> None:
    levels = {"experts.name": Level.MASKED}

    def saved(role: Role | None, *codes: str, levels: dict[str, Level]) -> Role:
        return save_role(
            role=role,
            name="经办",
            grants=[Grant(code) for code in codes],
            levels=levels,
            actor=admin,
            now=timezone.now(),
        )

    with pytest.raises(NotAllowed, match=r"专家姓名不是明文的角色.*编辑、冻结专家"):
        saved(None, "experts.view", "experts.edit", levels=levels)
    role = saved(None, "experts.view", "draws.run", levels=levels)
    assert dict(role.fields.values_list("field", "level")) == {"experts.name": "masked"}
    saved(role, "experts.view", "experts.edit", levels={"experts.name": Level.PLAIN})
    assert not role.fields.exists()  # in clear a role says nothing of it


@pytest.mark.shows("EXP-39")
def test_a_new_version_gives_such_a_role_no_right_whose_pages_show_them() -> None:
    operator = ensure_demo_roles()["operator"]
    assert not operator.fields.filter(field="experts.name").exists()
    RoleField.objects.create(role=operator, field="experts.name", level="masked")
    new = ("experts.import", "draws.run")
    KnownPermission.objects.filter(code__in=new).delete()
    RolePermission.objects.filter(code__in=new).delete()
    grant_new_permissions(now=timezone.now())
    held = set(operator.permissions.values_list("code", flat=True))
    assert held.intersection(new) == {"draws.run"}
