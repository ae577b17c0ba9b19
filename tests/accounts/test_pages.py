from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from expertpool.accounts.enums import LoginOutcome, Scope
from expertpool.accounts.models import Department, LoginRecord, Role, RolePermission, User
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.core.permissions import PERMISSION_GROUPS, without_view
from expertpool.core.registry import permission_groups
from expertpool.core.visibility import GUARDED_FIELDS
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db

PAGES = ("/users/", "/users/new/", "/roles/", "/roles/new/", "/departments/", "/logins/")
HTMX = {"HX-Request": "true", "HX-Target": "list"}


def menu_of(client: Client) -> list[str]:
    page = client.get("/")
    return [item["label"] for group in page.context["menu_groups"]() for item in group["items"]]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", ["operator", "department", "supervisor", "finance", "expert"])
def test_other_roles_do_not_enter(client: Client, role: str, path: str) -> None:
    assert login(client, make_user(role)).get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_administrators_enter(client: Client, admin: User, path: str) -> None:
    assert login(client, admin).get(path).status_code == 200


@pytest.mark.shows("SYS-06", "SYS-13")
def test_a_granted_role_changes_menu_and_rights_at_the_next_request(
    client: Client, admin: User
) -> None:
    user = make_user("finance")
    login(client, user)
    assert "用户管理" not in menu_of(client)
    assert client.get("/users/").status_code == 403
    data = {
        "name": user.name,
        "roles": [ensure_demo_roles()["finance"].pk, ensure_demo_roles()["admin"].pk],
    }
    assert login(Client(), admin).post(f"/users/{user.pk}/", data).status_code == 204
    assert "用户管理" in menu_of(client)
    assert client.get("/users/").status_code == 200


@pytest.mark.shows("SYS-07")
def test_the_menu_of_two_roles_is_the_union(client: Client) -> None:
    def entries(*roles: str) -> set[str]:
        user = make_user(roles=tuple(ensure_demo_roles()[code] for code in roles))
        return set(menu_of(login(Client(), user)))

    assert entries("operator", "auditor") == entries("operator") | entries("auditor")


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"), [("/users/", 10), ("/departments/", 5), ("/roles/", 5), ("/logins/", 7)]
)
def test_lists_ask_the_same_for_any_number_of_rows(
    client: Client,
    admin: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    path: str,
    queries: int,
    rows: int,
) -> None:
    for number in range(rows):
        department = make_department(f"{number} 部")
        user = make_user("operator", department=department)
        LoginRecord.objects.create(
            at=timezone.now(), account="x", user=user, address="10.0.0.1", outcome="success"
        )
    login(client, admin)
    with django_assert_num_queries(queries):
        client.get(path, headers=HTMX)


def names(response: Any) -> list[str]:
    return [user.name for user in response.context["page"]]


def test_users_are_found_and_sorted_into_tabs(client: Client, admin: User) -> None:
    department = make_department("采购部")
    below = make_department("采购一组", parent=department)
    make_user("operator", username="li", name="李晓梅", phone="13812340002", department=below)
    make_user("finance", username="zhou", name="周丽", is_active=False)
    put_out = {"is_active": False, "blacklisted_at": timezone.now()}
    make_user(username="he", name="何伟", **put_out)
    make_user(username="wu", name="吴涛", locked_until=timezone.now() + timezone.timedelta(hours=1))
    login(client, admin)
    role = ensure_demo_roles()["finance"].pk
    for query, found in (
        ("q=LI", ["李晓梅"]),
        ("q=周", ["周丽"]),
        ("q=13812340002", ["李晓梅"]),
        ("q=1381234", []),
        (f"department={department.pk}", ["李晓梅"]),
        (f"role={role}", ["周丽"]),
        ("tab=disabled", ["周丽"]),
        ("tab=blacklisted", ["何伟"]),
        ("tab=locked", ["吴涛"]),
        ("role=999", []),
    ):
        assert sorted(names(client.get(f"/users/?{query}"))) == sorted(found), query


def test_phone_numbers_are_masked_in_the_list(client: Client, admin: User) -> None:
    make_user(phone="13812340002")
    page = login(client, admin).get("/users/").content.decode()
    assert "138****0002" in page
    assert "13812340002" not in page


@pytest.mark.shows("EXP-41")
def test_the_form_of_an_experts_account_shows_his_contacts_masked_and_keeps_them(
    client: Client, admin: User
) -> None:
    """They are of his file, where they are shown for a reason; who manages accounts changes them nowhere else."""
    user = make_user("expert", name="王立新", phone="13812345678", email="wang@example.cn")
    make_expert("王立新", user=user, phone=user.phone, email=user.email)
    login(client, admin)
    page = client.get(f"/users/{user.pk}/", headers=HTMX).content.decode()
    assert "13812345678" not in page
    assert "wang@example.cn" not in page
    assert "138****5678" in page
    assert "w***@example.cn" in page
    data = {"name": "王立心", "roles": [role.pk for role in user.roles.all()]}
    assert client.post(f"/users/{user.pk}/", data, headers=HTMX).status_code < 300
    user = User.objects.get(pk=user.pk)
    assert (user.name, user.phone, user.email) == ("王立心", "13812345678", "wang@example.cn")


def test_a_new_user_signs_in_with_the_password_shown_once(client: Client, admin: User) -> None:
    data = {"username": "wang", "name": "王明", "roles": [ensure_demo_roles()["operator"].pk]}
    response = login(client, admin).post("/users/new/", data)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    (password,) = set(re.findall(r"\w{4}-\d{4}-\w{4}", response.content.decode()))
    sign_in = Client().post("/login/", {"identifier": "wang", "password": password})
    assert sign_in["Location"] == "/password/"


def test_a_refused_form_says_why_and_keeps_what_was_typed(client: Client, admin: User) -> None:
    data = {"username": admin.username, "name": "王明", "phone": "12"}
    response = login(client, admin).post("/users/new/", data)
    assert response.status_code == 422
    page = response.content.decode()
    assert "手机号格式不对" in page
    assert 'value="王明"' in page
    data["phone"] = ""
    assert "已有人使用" in client.post("/users/new/", data).content.decode()
    assert User.objects.count() == 1


def test_actions_on_a_user(client: Client, admin: User) -> None:
    user = make_user("operator", locked_until=timezone.now())
    login(client, admin)
    for action, attribute, value in (
        ("unlock", "locked_until", None),
        ("disable", "is_active", False),
        ("enable", "is_active", True),
    ):
        assert client.get(f"/users/{user.pk}/{action}/").status_code == 405
        assert client.post(f"/users/{user.pk}/{action}/", {"reason": "xy"}).status_code == 204
        user.refresh_from_db()
        assert getattr(user, attribute) == value
    assert "一次性密码" in client.get(f"/users/{user.pk}/reset/").content.decode()
    assert "只显示这一次" in client.post(f"/users/{user.pk}/reset/").content.decode()
    assert client.post(f"/users/{admin.pk}/disable/").status_code == 409
    assert client.get("/users/999999/").status_code == 404


def role_data(**values: Any) -> dict[str, Any]:
    levels = {
        f"level__{field.code.replace('.', '__')}": "plain" if field.is_veil else "masked"
        for field in GUARDED_FIELDS
    }
    return {"name": "项目助理", "description": ""} | levels | values


@pytest.mark.shows("SYS-11")
def test_a_role_made_on_the_page_works_in_menu_action_and_data(client: Client, admin: User) -> None:
    department = make_department("采购部")
    data = role_data(
        grant__projects__view="on",
        scope__projects__view="chosen",
        departments__projects__view=[department.pk],
        grant__accounts__logins="on",
    )
    response = login(client, admin).post("/roles/new/", data)
    assert (response.status_code, response["Location"]) == (302, "/roles/")
    role = Role.objects.get(name="项目助理")
    grant = role.permissions.get(code="projects.view")
    assert (grant.scope, list(grant.departments.all())) == (Scope.CHOSEN, [department])
    # Of what is in clear unless a role says otherwise it says nothing.
    assert role.fields.count() == len([one for one in GUARDED_FIELDS if not one.is_veil])
    user = make_user(roles=(role,))
    login(client, user)
    assert {"登录记录", "项目管理"} <= set(menu_of(client))
    assert "用户管理" not in menu_of(client)
    assert client.get("/logins/").status_code == 200
    assert client.get("/users/").status_code == 403


@pytest.mark.shows("EXP-40")
def test_rights_that_open_nothing_without_the_right_to_view_are_said(
    client: Client, admin: User
) -> None:
    rights = (
        "experts__edit",
        "experts__leave",
        "projects__view",
        "projects__edit",
        "accounts__users",
    )
    data = role_data(name="档案管理员", **{f"grant__{one}": "on" for one in rights})
    page = login(client, admin).post("/roles/new/", data, follow=True).content.decode()
    assert "「编辑、冻结专家」、「管理请假」要另有「查看专家」。" in page
    role = Role.objects.get(name="档案管理员")
    hint = "没有勾选「查看专家」，打开会被拒绝。"
    assert client.get(f"/roles/{role.pk}/").content.decode().count(hint) == 2
    data["grant__experts__view"] = "on"
    page = client.post(f"/roles/{role.pk}/", data, follow=True).content.decode()
    assert "已保存" in page
    assert "要另有" not in page
    assert hint not in client.get(f"/roles/{role.pk}/").content.decode()


def test_no_role_that_an_installation_begins_with_lacks_the_right_to_view(db: None) -> None:
    lacking = {
        role.name: [one.code for one, _ in without_view(row.code for row in role.permissions.all())]
        for role in ensure_demo_roles().values()
    }
    assert not {name: codes for name, codes in lacking.items() if codes}


def test_the_page_of_a_role_shows_the_whole_catalogue_as_it_is(client: Client, admin: User) -> None:
    role = ensure_demo_roles()["department"]
    page = login(client, admin).get(f"/roles/{role.pk}/").content.decode()
    for group in PERMISSION_GROUPS:
        for permission in group.permissions:
            assert permission.label in page
    assert re.search(r'name="grant__projects__view"[^>]*checked', page)
    assert not re.search(r'name="grant__projects__approve"[^>]*checked', page)
    assert '<option value="department_and_below" selected>' in page


def test_the_groups_of_a_role_stand_in_the_order_of_the_menu(client: Client, admin: User) -> None:
    role = ensure_demo_roles()["department"]
    page = login(client, admin).get(f"/roles/{role.pk}/").content.decode()
    first = (
        "experts__view",
        "projects__view",
        "draws__view",
        "reports__ledger",
        "siteconfig__manage",
    )
    places = [page.index(f'name="grant__{name}"') for name in first]
    assert places == sorted(places)
    assert {group.code for group in permission_groups()} == {
        group.code for group in PERMISSION_GROUPS
    }


def test_saving_the_page_unchanged_changes_nothing(client: Client, admin: User) -> None:
    def state() -> list[Any]:
        return sorted(RolePermission.objects.filter(role=role).values_list("code", "scope"))

    role = ensure_demo_roles()["department"]
    before = state()
    form = login(client, admin).get(f"/roles/{role.pk}/").context["form"]
    data = {
        bound.html_name: value for bound in form if (value := bound.value()) not in (None, False)
    }
    assert client.post(f"/roles/{role.pk}/", data).status_code == 302
    assert state() == before


@pytest.mark.shows("EXP-39")
def test_each_right_that_cannot_stand_beside_masked_names_is_marked(
    client: Client, admin: User
) -> None:
    rights = ("experts__view", "experts__edit", "fees__view")
    data = role_data(level__experts__name="masked", **{f"grant__{one}": "on" for one in rights})
    response = login(client, admin).post("/roles/new/", data)
    assert response.status_code == 422
    form = response.context["form"]
    marked = [one for one in rights if form.errors.get(f"grant__{one}")]
    assert marked == ["experts__edit", "fees__view"]
    assert "编辑、冻结专家" in form.non_field_errors()[0]
    page = response.content.decode()
    assert page.count("页面要用到姓名或单位，请取消勾选。") == 2
    assert re.search(r'name="grant__fees__view"[^>]*checked', page), "what was ticked stays"


def test_the_last_right_to_roles_stays(client: Client, admin: User) -> None:
    role = ensure_demo_roles()["admin"]
    response = login(client, admin).post(f"/roles/{role.pk}/", role_data(name="管理员"))
    assert response.status_code == 422
    assert "至少要有一位" in response.content.decode()
    assert role.permissions.filter(code="accounts.roles").exists()
    assert client.post(f"/roles/{role.pk}/delete/").status_code == 409


def test_departments_are_added_renamed_moved_and_disabled(client: Client, admin: User) -> None:
    login(client, admin)
    assert client.post("/departments/new/", {"name": "总部", "order": 1}).status_code == 204
    top = Department.objects.get()
    data = {"name": "一部", "parent": top.pk, "order": 1}
    assert client.post("/departments/new/", data).status_code == 204
    assert client.post("/departments/new/", data).status_code == 422
    below = Department.objects.get(name="一部")
    data = {"name": "采购一部", "order": 2}
    assert client.post(f"/departments/{below.pk}/", data).status_code == 204
    below.refresh_from_db()
    assert (below.name, below.parent, below.path) == ("采购一部", None, f"{below.pk}/")
    assert client.post(f"/departments/{below.pk}/disable/").status_code == 204
    assert client.post(f"/departments/{below.pk}/enable/").status_code == 204
    make_user(department=top)
    assert client.post(f"/departments/{top.pk}/disable/").status_code == 409
    assert "采购一部" in client.get("/departments/").content.decode()


@pytest.mark.shows("SYS-15", "SYS-18")
def test_sign_ins_are_found_by_user_and_time_and_shown_in_detail(
    client: Client, auditor: User
) -> None:
    user = make_user(username="zhang", name="老张")
    for day, outcome in ((1, "success"), (2, "wrong_password"), (3, "wrong_password")):
        LoginRecord.objects.create(
            at=timezone.datetime(2026, 11, day, 9, tzinfo=timezone.get_current_timezone()),
            account="zhang",
            user=user,
            address="10.0.0.1",
            device="Windows · Edge",
            user_agent="Mozilla/5.0 (Windows NT 10.0)",
            method="phone",
            outcome=outcome,
        )
    recent = LoginRecord.objects.create(
        at=timezone.now(), account="zhang", address="10.0.0.1", outcome=LoginOutcome.LOCKED
    )
    login(client, auditor)

    def days(query: str) -> list[int]:
        page = client.get(f"/logins/?{query}").context["page"]
        return [row.at.astimezone(timezone.get_current_timezone()).day for row in page if row.user]

    assert days("q=老张") == [3, 2, 1]
    assert days("q=zhang&days=2026-11-01 至 2026-11-02") == [2, 1]
    assert days("tab=success") == [1]
    assert days("outcome=wrong_password&address=10.") == [3, 2]
    record = LoginRecord.objects.get(outcome="success")
    page = client.get(f"/logins/{record.pk}/").content.decode()
    for text in (
        "手机号密码",
        "Windows · Edge",
        "Windows NT 10.0",
        "2026-11-01 09:00:00",
        "10.0.0.1",
    ):
        assert text in page
    page = client.get(f"/logins/{recent.pk}/").content.decode()
    assert "1 次" in page


def test_a_phone_that_cannot_be_opened_takes_no_list_down(client: Client, admin: User) -> None:
    altered = make_user(phone="13800138000")
    with connection.cursor() as cursor:
        cursor.execute(
            r"UPDATE accounts_user SET phone = '\x03deadbeef00' WHERE id = %s", [altered.pk]
        )
    page = login(client, admin).get("/users/")
    assert page.status_code == 200
    assert page.content.decode().count("无法读取") == 1
