"""The menu as the office arranges it, and the shortcuts of the home page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.forms.menus import EntryForm, GroupForm, LinkForm, ShortcutsForm
from expertpool.accounts.models import Role, UserRequest
from expertpool.accounts.queries import role_names
from expertpool.accounts.services.menus import (
    arrange_entry,
    arrange_group,
    delete_link,
    move_group,
    order_entries,
    save_link,
    set_shortcuts,
)
from expertpool.core.arrangement import MENU_ARRANGEMENT, MENUS
from expertpool.core.configuration import value_of
from expertpool.core.home import SHORTCUTS
from expertpool.core.menus import whole_menu
from expertpool.core.permissions import requires
from expertpool.core.registry import MENU, MENU_GROUPS, MenuGroup, MenuItem
from expertpool.core.responses import saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import render_list
from expertpool.siteconfig.services import SettingEdits

STEPS = {"up": -1, "down": 1}
AT_ONCE = "已保存，各人打开下一页时生效。"


@dataclass(frozen=True)
class Line:
    """An entry on the page."""

    item: MenuItem
    was: str  # as it is declared, where it was renamed
    hidden_from: list[str]
    edit_url: str
    delete_url: str = ""


@requires("accounts.menus")
def menu_list(request: UserRequest) -> HttpResponse:
    arranged, names = value_of(MENU_ARRANGEMENT), role_names()

    def line(item: MenuItem) -> Line:
        roles = [names[code] for code in arranged.hidden.get(item.code, ()) if code in names]
        if item.url:
            return Line(
                item,
                "",
                roles,
                reverse("accounts:menu_link_edit", args=[item.code]),
                reverse("accounts:menu_link_delete", args=[item.code]),
            )
        declared = MENU[item.code].label
        edit_url = reverse("accounts:menu_entry_edit", args=[item.code])
        return Line(item, "" if declared == item.label else declared, roles, edit_url)

    groups = [(group, [line(item) for item in items]) for group, items in whole_menu(arranged)]
    context = {"groups": groups, "total": sum(len(lines) for _, lines in groups)}
    return render_list(request, "accounts/menu_list.html", context)


@requires("accounts.menus")
def entry_edit(request: UserRequest, code: str) -> HttpResponse:
    editing = Editing(request, SettingEdits(MENUS))
    item = _entry(code)
    form = EntryForm(_posted(request), item=item, arranged=value_of(MENU_ARRANGEMENT))

    def write() -> None:
        arrange_entry(item=item, **form.data_for_service(), actor=request.user, now=timezone.now())

    title = f"菜单「{item.label}」"
    return _form(request, form, write, title=title, editing=editing)


@requires("accounts.menus")
def link_create(request: UserRequest) -> HttpResponse:
    form = LinkForm(_posted(request))

    def write() -> None:
        save_link(code="", **form.data_for_service(), actor=request.user, now=timezone.now())

    return _form(request, form, write, title="新增链接")


@requires("accounts.menus")
def link_edit(request: UserRequest, code: str) -> HttpResponse:
    editing = Editing(request, SettingEdits(MENUS))
    links = value_of(MENU_ARRANGEMENT).links
    link = next((one for one in links if one.code == code), None)
    if link is None:
        raise Http404
    form = LinkForm(_posted(request), link=link)

    def write() -> None:
        save_link(code=code, **form.data_for_service(), actor=request.user, now=timezone.now())

    return _form(request, form, write, title=f"链接「{link.label}」", editing=editing)


@require_POST
@requires("accounts.menus")
def link_delete(request: UserRequest, code: str) -> HttpResponse:
    delete_link(code=code, actor=request.user, now=timezone.now())
    return saved("链接已删除。", refresh="list")


@requires("accounts.menus")
def group_edit(request: UserRequest, code: str) -> HttpResponse:
    editing = Editing(request, SettingEdits(MENUS))
    group = _group(code)
    shown = next(one for one, _ in whole_menu(value_of(MENU_ARRANGEMENT)) if one.code == code)
    form = GroupForm(_posted(request), group=group, label=shown.label)

    def write() -> None:
        arrange_group(group=group, **form.cleaned_data, actor=request.user, now=timezone.now())

    return _form(request, form, write, title=f"菜单组「{shown.label}」", editing=editing)


@require_POST
@requires("accounts.menus")
def group_order(request: UserRequest, code: str) -> HttpResponse:
    """Take the order of the entries as they were dragged."""
    order_entries(
        group=_group(code),
        codes=request.POST.getlist("pk"),
        actor=request.user,
        now=timezone.now(),
    )
    return saved("次序已保存。", refresh="list")


@require_POST
@requires("accounts.menus")
def group_move(request: UserRequest, code: str, way: str) -> HttpResponse:
    if way not in STEPS:
        raise Http404
    move_group(group=_group(code), step=STEPS[way], actor=request.user, now=timezone.now())
    return saved("次序已保存。", refresh="list")


@requires("accounts.menus")
def shortcuts(request: UserRequest) -> HttpResponse:
    """Show, for each role, what stands on its home page."""
    arranged = value_of(MENU_ARRANGEMENT)
    labels = {item.code: item.label for _, items in whole_menu(arranged) for item in items}
    set_for = {one.role: one.codes for one in arranged.shortcuts}
    lines = [
        (role, [labels[code] for code in set_for.get(role.code, ()) if code in labels])
        for role in Role.objects.all()
    ]
    usual = "、".join(item.label for item in SHORTCUTS)
    context = {"lines": lines, "usual": usual, "total": len(lines)}
    return render_list(request, "accounts/menu_shortcuts.html", context)


@requires("accounts.menus")
def shortcuts_edit(request: UserRequest, pk: int) -> HttpResponse:
    editing = Editing(request, SettingEdits(MENUS))
    role = get_object_or_404(Role, pk=pk)
    form = ShortcutsForm(_posted(request), role=role, arranged=value_of(MENU_ARRANGEMENT))

    def write() -> None:
        set_shortcuts(role=role, codes=form.codes, actor=request.user, now=timezone.now())

    return _form(request, form, write, title=f"快捷功能 · {role.name}", editing=editing)


def _form(request: UserRequest, form: Any, write: Any, **more: Any) -> HttpResponse:
    return drawer_form(request, form, write, message=AT_ONCE, refusals=AccountError, **more)


def _posted(request: UserRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _entry(code: str) -> MenuItem:
    if (item := MENU.get(code)) is None:
        raise Http404
    return item


def _group(code: str) -> MenuGroup:
    if (group := MENU_GROUPS.get(code)) is None:
        raise Http404
    return group
