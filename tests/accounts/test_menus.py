"""The menu as the office arranges it: names, order, own links, what is hidden from whom, shortcuts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from expertpool.accounts.exceptions import MenuRefused
from expertpool.accounts.models import Role, RolePermission, User
from expertpool.accounts.services.menus import (
    arrange_entry,
    arrange_group,
    delete_link,
    move_group,
    order_entries,
    save_link,
    set_shortcuts,
)
from expertpool.audit.models import Entry
from expertpool.core.arrangement import MENU_ARRANGEMENT, Arrangement, validate_link
from expertpool.core.configuration import value_of
from expertpool.core.exporting.registry import EXPORTS
from expertpool.core.menus import is_closed_call
from expertpool.core.models import ExportRun
from expertpool.core.registry import MENU, MENU_GROUPS
from expertpool.notifications.models import Message
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import reset_setting
from tests.attacks.test_rights import make_role
from tests.factories.accounts import built_in_roles, make_token, make_user
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def role(code: str) -> Role:
    return built_in_roles()[code]


def hide(code: str, *roles: str, actor: User, label: str = "") -> None:
    item = MENU[code]
    arrange_entry(
        item=item,
        label=label,
        group=MENU_GROUPS[item.group],
        hidden_from=[role(one) for one in roles],
        actor=actor,
        now=NOW,
    )


def menu_of(client: Client) -> dict[str, list[str]]:
    groups = client.get("/").context["menu_groups"]()
    return {group["label"]: [item["label"] for item in group["items"]] for group in groups}


def add_link(admin: User, url: str = "https://example.cn/a?b=1", **more: Any) -> None:
    group = MENU_GROUPS["projects"]
    values = {"code": "", "label": "操作规程", "group": group, "hidden_from": ()} | more
    save_link(url=url, actor=admin, now=NOW, **values)


@pytest.mark.shows("SYS-12")
def test_entries_and_groups_go_by_other_names_in_another_order(client: Client, admin: User) -> None:
    login(client, admin)
    before = menu_of(client)
    users = MENU["accounts.users"]
    arrange_entry(
        item=users,
        label="账号",
        group=MENU_GROUPS["experts"],
        hidden_from=(),
        actor=admin,
        now=NOW,
    )
    arrange_group(group=MENU_GROUPS["projects"], label="抽取", actor=admin, now=NOW)
    move_group(group=MENU_GROUPS["projects"], step=-1, actor=admin, now=NOW)
    order_entries(group=MENU_GROUPS["experts"], codes=["accounts.users"], actor=admin, now=NOW)
    after = menu_of(client)
    assert after["专家库管理"] == ["账号", *before["专家库管理"]]
    assert after["抽取"] == before["抽取管理"]
    assert list(after).index("抽取") == list(before).index("抽取管理") - 1
    assert "用户管理" not in after["系统管理"]
    assert client.get("/users/").content.decode().count('aria-current="page"') >= 2
    entries = Entry.objects.filter(action__startswith="menu.")
    assert set(entries.values_list("action", flat=True)) == {"menu.edit", "menu.order"}
    assert entries.filter(action="menu.edit").last().after  # type: ignore[union-attr]
    version = version_of(MENU_ARRANGEMENT)
    reset_setting(setting=MENU_ARRANGEMENT, version=version, actor=admin, now=NOW)
    assert menu_of(client) == before


@pytest.mark.shows("SYS-12", "SYS-13")
def test_what_is_hidden_from_a_role_is_closed_to_it_by_address_and_interface(
    admin: User, operator: User
) -> None:
    client, token = login(Client(), operator), make_token(operator)
    other = login(Client(), admin)
    headers = {"Authorization": f"Bearer {token.text}"}  # type: ignore[attr-defined]
    for address in ("/experts/", "/api/v1/experts"):
        assert client.get(address, headers=headers).status_code == 200, address
    hide("experts", "operator", actor=admin)
    assert "专家信息" not in menu_of(client)["专家库管理"]
    assert "专家信息" in menu_of(other)["专家库管理"]
    # The page, what it names as its own, and what lies below it.
    for address in ("/experts/", "/experts/new/", "/experts/9/", "/experts/9/freeze/"):
        answer = client.get(address)
        assert (answer.status_code, "没有对您的角色开放" in answer.content.decode()) == (403, True)
    answer = Client().get("/api/v1/experts", headers=headers)
    assert (answer.status_code, "没有对您的角色开放" in answer.json()["detail"]) == (403, True)
    # What another entry is for stays open, and so does all to whom it is not hidden from.
    assert client.get("/projects/").status_code == 200
    assert Client().get("/api/v1/projects", headers=headers).status_code == 200
    assert other.get("/experts/").status_code == 200
    hide("experts", actor=admin)
    assert client.get("/experts/").status_code == 200


@pytest.mark.shows("SYS-12")
def test_the_file_of_what_is_hidden_is_closed_as_its_list_is(admin: User) -> None:
    """Its address lies below no page of the entry."""
    # Who reads the log sees experts whatever is arranged.
    RolePermission.objects.filter(role=role("admin"), code="audit.view").delete()
    client = login(Client(), make_user("admin"))
    address = "/exports/new/experts.experts/"
    assert client.post(address).status_code != 403
    count = ExportRun.objects.count()
    hide("experts", "admin", actor=admin)
    answer = client.post(address)
    assert (answer.status_code, "没有对您的角色开放" in answer.content.decode()) == (403, True)
    assert ExportRun.objects.count() == count


@pytest.mark.shows("SYS-13")
def test_what_somebody_may_not_use_keeps_no_call_open(admin: User, operator: User) -> None:
    """An entry that he has no right to, for the same calls, kept them open where his own was hidden."""
    user, path = User.objects.get(pk=operator.pk), "/api/v1/experts"
    hide("experts", "operator", actor=admin)
    held = MENU["accounts.users"]
    assert not user.has_permission("accounts.users")
    with MENU.holding(replace(held, code="accounts.other", api=("experts",))):
        assert is_closed_call(user, path)
    with MENU.holding(replace(held, code="accounts.other", api=("experts",), permissions=())):
        assert not is_closed_call(user, path)


def test_each_export_belongs_to_an_entry_of_the_menu() -> None:
    assert {one.code: one.item for one in EXPORTS if one.item not in MENU} == {}


@pytest.mark.shows("SYS-12")
def test_home_and_search_lead_nowhere_that_is_closed(admin: User, operator: User) -> None:
    client = login(Client(), operator)
    assert "/experts/" in str([one.url for one in client.get("/").context["stats"]])
    hide("experts", "operator", actor=admin)
    page = client.get("/")
    shown = [*page.context["stats"], *page.context["todos"]]
    assert not [one.url for one in shown if one.url.startswith("/experts/?")]
    assert "专家信息" not in [one.label for one in page.context["shortcuts"]]
    found = client.get("/search/?q=专家信息").context["groups"]
    assert not [item.url for group in found for item in group["items"] if item.url == "/experts/"]


@pytest.mark.shows("SYS-07", "SYS-12")
def test_of_two_roles_what_one_shows_is_shown(admin: User) -> None:
    user = make_user(roles=(role("operator"), role("department")))
    client = login(Client(), user)
    hide("experts", "operator", actor=admin)
    assert client.get("/experts/").status_code == 200
    hide("experts", "operator", "department", actor=admin)
    assert client.get("/experts/").status_code == 403


@pytest.mark.shows("SYS-12")
def test_nobody_locks_himself_out(client: Client, admin: User) -> None:
    for code in ("accounts.menus", "portal.home"):
        with pytest.raises(MenuRefused, match="不能隐藏"):
            hide(code, "admin", actor=admin)
    login(client, admin)
    assert 'name="hidden_from"' not in client.get("/menus/entries/accounts.menus/").content.decode()
    hide("customforms", "admin", actor=admin)
    assert client.get("/fields/").status_code == 403
    assert client.get("/menus/").status_code == 200
    hide("customforms", actor=admin)
    assert client.get("/fields/").status_code == 200


def test_others_are_told_what_was_hidden_from_whom(admin: User) -> None:
    security = make_user("admin")
    hide("inspections", "auditor", actor=admin)
    told = Message.objects.filter(occasion="account.acted")
    assert [one.recipient for one in told] == [security.name]
    assert "「专家年检」隐藏" in told[0].body
    assert "审计员" in told[0].body


@pytest.mark.shows("SYS-12")
def test_links_of_ones_own_stand_in_the_menu(client: Client, admin: User, operator: User) -> None:
    add_link(admin)
    add_link(admin, "/projects/?tab=approved", label="已批准", hidden_from=[role("operator")])
    menu = login(client, admin).get("/").content.decode()
    assert 'href="https://example.cn/a?b=1"' in menu
    assert 'target="_blank" rel="noopener noreferrer"' in menu
    assert menu_of(client)["抽取管理"][-2:] == ["操作规程", "已批准"]
    assert menu_of(login(Client(), operator))["抽取管理"][-1] == "操作规程"
    set_shortcuts(role=role("admin"), codes=["own-1"], actor=admin, now=NOW)
    delete_link(code="own-1", actor=admin, now=NOW)
    assert value_of(MENU_ARRANGEMENT).shortcuts == (), "its code may be another's"
    assert "操作规程" not in menu_of(client)["抽取管理"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.cn/",
        "//example.cn/",
        "https://[",
        "//[::1",
        "/\\example.cn",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user@example.cn/",
        "https:///x",
        "https://例子.cn/",
        "/a b",
        "example.cn",
        "",
        "https://example.cn/\u202egnp",
    ],
)
def test_a_link_that_leads_elsewhere_than_it_says_is_refused(admin: User, url: str) -> None:
    with pytest.raises(ValidationError):
        validate_link(url)
    with pytest.raises(ValidationError):
        add_link(admin, url)
    assert value_of(MENU_ARRANGEMENT) == Arrangement()


@pytest.mark.shows("SYS-08")
def test_shortcuts_are_set_for_each_role(admin: User) -> None:
    operator, both = make_user("operator"), make_user(roles=(role("operator"), role("finance")))

    def shortcuts(user: User) -> list[str]:
        return [one.label for one in login(Client(), user).get("/").context["shortcuts"]]

    usual = shortcuts(operator)
    chosen = ["draw_records", "projects", "accounts.users"]
    set_shortcuts(role=role("operator"), codes=chosen, actor=admin, now=NOW)
    assert shortcuts(operator) == ["抽取记录", "项目管理"], "what he may not use is not there"
    set_shortcuts(role=role("finance"), codes=["fees.lines", "projects"], actor=admin, now=NOW)
    assert shortcuts(both) == ["抽取记录", "项目管理", "劳务费记录"]
    set_shortcuts(role=role("operator"), codes=["experts", "projects"], actor=admin, now=NOW)
    hide("experts", "operator", actor=admin)
    assert shortcuts(operator) == ["项目管理"]
    hide("experts", actor=admin)
    set_shortcuts(role=role("operator"), codes=[], actor=admin, now=NOW)
    assert shortcuts(operator) == usual


@pytest.mark.shows("SYS-08", "SYS-12")
def test_the_pages_do_all_of_it(client: Client, admin: User) -> None:
    login(client, admin)
    page = client.get("/menus/").content.decode()
    assert "用户管理" in page
    answer = client.post(
        "/menus/links/new/", {"label": "规程", "url": "javascript:", "group": "home"}
    )
    assert (answer.status_code, "以 https:// 开头" in answer.content.decode()) == (422, True)
    link = {"label": "规程", "url": "/projects/", "group": "projects"}
    assert client.post("/menus/links/new/", link).status_code == 204

    def edit(address: str, **posted: Any) -> int:
        form = client.get(address)
        editing = form.context["editing"]
        read = {"version": editing.version, "read": editing.read}
        return client.post(address, read | posted).status_code

    assert edit("/menus/links/own-1/", **(link | {"label": "规程二"})) == 204
    assert edit("/menus/groups/projects/", label="抽取") == 204
    hidden = {"label": "", "group": "experts", "hidden_from": [role("finance").pk]}
    assert edit("/menus/entries/experts/", **hidden) == 204
    assert client.post("/menus/groups/projects/move/up/").status_code == 204
    order = {"pk": ["own-1", "draw_records"]}
    assert client.post("/menus/groups/projects/order/", order).status_code == 204
    shortcuts = f"/menus/shortcuts/{role('finance').pk}/"
    assert edit(shortcuts, at0="projects", at1="own-1") == 204
    page = client.get("/menus/").content.decode()
    assert "规程二" in page
    assert "财务" in page
    assert menu_of(client)["抽取"][:2] == ["规程二", "抽取记录"]
    assert "规程二" in client.get("/menus/shortcuts/").content.decode()
    assert "已调整" in client.get("/settings/?q=菜单").content.decode()
    assert client.post("/menus/links/own-1/delete/").status_code == 204
    assert "规程二" not in client.get("/menus/").content.decode()


@pytest.mark.shows("SYS-12")
def test_the_form_of_a_link_promises_no_more_than_it_does(
    client: Client, admin: User, operator: User
) -> None:
    """It said that the page behind it is closed as well."""
    add_link(admin, url="/experts/", hidden_from=[role("operator")])
    assert login(Client(), operator).get("/experts/").status_code == 200
    login(client, admin)
    closed = "不能用网址或接口打开"
    assert closed not in client.get("/menus/links/new/").content.decode()
    assert closed in client.get("/menus/entries/experts/").content.decode()


# What forms offer to choose from, and whoever asks: these belong to no entry (docs/decisions/0659).
OF_NO_ENTRY = {"me", "attachments", "condition-fields", "departments", "specialties"}


@pytest.mark.shows("SYS-13")
def test_each_call_belongs_to_an_entry_or_is_known_to_belong_to_none(admin: User) -> None:
    paths = json.loads((settings.BASE_DIR / "docs/api/openapi.json").read_text())["paths"]
    first = {path.removeprefix("/api/v1/").partition("/")[0] for path in paths}
    of_entries = {about: item for item in MENU for about in item.api}
    assert first - OF_NO_ENTRY == set(of_entries), "say to which entry of the menu it belongs"
    # Somebody for whom no entry is kept: he neither decides nor watches.
    reader = make_role("experts.view", "projects.view")
    user = make_user(roles=(reader,))
    for item in {one.code: one for one in of_entries.values()}.values():
        arrange_entry(
            item=item,
            label="",
            group=MENU_GROUPS[item.group],
            hidden_from=[reader],
            actor=admin,
            now=NOW,
        )
        calls = [path.replace("{", "").replace("}", "") for path in paths]
        closed = {path for path in calls if is_closed_call(user, path)}
        own = {path for path in calls if path.split("/")[3] in item.api}
        assert closed == own, item.code
        hide(item.code, actor=admin)


@pytest.mark.shows("SYS-13")
def test_what_another_page_offers_stays_as_it_does_by_the_interface(
    admin: User, operator: User
) -> None:
    """Of a leave: the list is hidden, and ends none; the page of an expert still files one."""
    RolePermission.objects.create(role=role("operator"), code="experts.leave")
    user, expert = User.objects.get(pk=operator.pk), make_expert()
    hide("experts.leaves", "operator", actor=admin)
    client = login(Client(), operator)
    assert client.get("/experts/leaves/").status_code == 403
    assert client.post("/experts/leaves/9/cancel/").status_code == 403
    assert is_closed_call(user, "/api/v1/leaves/9/cancel")
    assert client.get(f"/experts/{expert.pk}/leaves/new/").status_code == 200
    assert not is_closed_call(user, f"/api/v1/experts/{expert.pk}/leaves")
