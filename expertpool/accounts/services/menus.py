"""Arranging the menu and the shortcuts of the home page, by role. The value is a setting (`core.arrangement`).

Each change is logged in the words of the page, and the security administrators are told: what is hidden from a role
is closed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.events import AccessTaken
from expertpool.accounts.exceptions import MenuRefused
from expertpool.accounts.models import Role, RolePermission, User
from expertpool.accounts.queries import role_names
from expertpool.accounts.services.announcing import announce
from expertpool.audit.services import record
from expertpool.core.arrangement import (
    LONGEST_URL,
    MENU_ARRANGEMENT,
    MENUS,
    MOST_SHORTCUTS,
    OWN,
    Arrangement,
    GroupPlace,
    OwnLink,
    RoleShortcuts,
    validate_link,
)
from expertpool.core.configuration import read_anew, value_of
from expertpool.core.events import publish
from expertpool.core.menus import whole_menu
from expertpool.core.permissions import codes_in
from expertpool.core.registry import MENU, MENU_GROUPS, MenuGroup, MenuItem
from expertpool.core.text import clean_text
from expertpool.siteconfig.exceptions import SettingsRefused
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import SettingEdits, save_settings

Change = Callable[[Arrangement], Arrangement]


def arrange_entry(
    *,
    item: MenuItem,
    label: str,
    group: MenuGroup,
    hidden_from: Iterable[Role],
    actor: User,
    now: datetime,
) -> None:
    """Name ``item`` (of the catalogue) ``label``, empty as it was declared, put it into ``group`` and hide it from
    roles. Refuses (MenuRefused) to hide from anybody by what he decides, watches or comes back (`MenuItem`)."""
    hidden_from = list(hidden_from)
    _check_may_hide(item, hidden_from)
    roles = _codes(hidden_from)
    label = clean_text(label)

    def change(arranged: Arrangement) -> Arrangement:
        place = arranged.place_of(item.code)
        return arranged.with_place(
            replace(
                place,
                label="" if label == item.label else label,
                group="" if group.code == item.group else group.code,
                hidden_from=roles,
            )
        )

    _save("menu.edit", item.label, change, actor=actor, now=now)


def order_entries(*, group: MenuGroup, codes: Sequence[str], actor: User, now: datetime) -> None:
    """Put the entries of ``group`` into the order of ``codes``; those that are not named come behind."""

    def change(arranged: Arrangement) -> Arrangement:
        there = [one.code for one in dict(whole_menu_by_code(arranged))[group.code]]
        wanted = [code for code in codes if code in there]
        for at, code in enumerate((*wanted, *(one for one in there if one not in wanted)), 1):
            if code.startswith(OWN):
                link = next(one for one in arranged.links if one.code == code)
                arranged = arranged.with_link(replace(link, order=10 * at))
            else:
                place = arranged.place_of(code)
                arranged = arranged.with_place(replace(place, order=10 * at))
        return arranged

    _save("menu.order", group.label or "工作台", change, actor=actor, now=now)


def arrange_group(*, group: MenuGroup, label: str, actor: User, now: datetime) -> None:
    """Name ``group`` ``label``, empty as it was declared."""
    label = clean_text(label)

    def change(arranged: Arrangement) -> Arrangement:
        place = next(
            (one for one in arranged.groups if one.code == group.code), GroupPlace(group.code)
        )
        return arranged.with_group(replace(place, label="" if label == group.label else label))

    _save("menu.edit", group.label or "工作台", change, actor=actor, now=now)


def move_group(*, group: MenuGroup, step: int, actor: User, now: datetime) -> None:
    """Move ``group`` up (``step`` -1) or down (1) by one place; at the end nothing happens."""

    def change(arranged: Arrangement) -> Arrangement:
        codes = [one.code for one, _ in whole_menu(arranged)]
        at = codes.index(group.code)
        to = at + step
        if not 0 <= to < len(codes):
            return arranged
        codes[at], codes[to] = codes[to], codes[at]
        for place, code in enumerate(codes):
            known = next((one for one in arranged.groups if one.code == code), GroupPlace(code))
            arranged = arranged.with_group(replace(known, order=10 * place))
        return arranged

    _save("menu.order", group.label or "工作台", change, actor=actor, now=now)


def save_link(
    *,
    code: str,
    label: str,
    url: str,
    group: MenuGroup,
    hidden_from: Iterable[Role],
    actor: User,
    now: datetime,
) -> None:
    """Add an own link (``code`` empty), or change one. Refuses (ValidationError) an address that is none of this
    site, nor an encrypted one of another."""
    url = url.strip()[: LONGEST_URL + 1]
    if len(url) > LONGEST_URL:
        raise ValidationError({"url": f"网址最多 {LONGEST_URL} 个字。"})
    try:
        validate_link(url)
    except ValidationError as error:
        raise ValidationError({"url": error.messages}) from None
    roles, label = _codes(hidden_from), clean_text(label)

    def change(arranged: Arrangement) -> Arrangement:
        known = next((one for one in arranged.links if one.code == code), None)
        if code and known is None:
            raise MenuRefused("这个链接已被别人删去，请刷新页面。")
        if known is None:
            known = OwnLink(_free_code(arranged), label, url, group.code)
        return arranged.with_link(
            replace(known, label=label, url=url, group=group.code, hidden_from=roles)
        )

    _save("menu.link", label, change, actor=actor, now=now, note=url)


def delete_link(*, code: str, actor: User, now: datetime) -> None:
    """Take an own link out of the menu; nothing happens where it is gone."""
    link = next((one for one in value_of(MENU_ARRANGEMENT).links if one.code == code), None)
    if link is not None:
        _save(
            "menu.unlink",
            link.label,
            lambda arranged: arranged.without_link(code),
            actor=actor,
            now=now,
            note=link.url,
        )


def set_shortcuts(*, role: Role, codes: Sequence[str], actor: User, now: datetime) -> None:
    """Let ``codes`` (entries of the menu) stand on the home page of ``role``, in this order; none: the usual ones."""
    chosen = tuple(dict.fromkeys(codes))
    if len(chosen) > MOST_SHORTCUTS:
        raise MenuRefused(f"快捷功能最多 {MOST_SHORTCUTS} 个。")
    _save(
        "menu.shortcuts",
        role.name,
        lambda arranged: arranged.with_shortcuts(RoleShortcuts(role.code, chosen)),
        actor=actor,
        now=now,
    )


def whole_menu_by_code(arranged: Arrangement) -> list[tuple[str, list[MenuItem]]]:
    return [(group.code, items) for group, items in whole_menu(arranged)]


@transaction.atomic
def _save(
    action: str, about: str, change: Change, *, actor: User, now: datetime, note: str = ""
) -> None:
    # What two change at once is changed one after the other, each on what the other left.
    SettingEdits(MENUS).hold()
    with read_anew():
        was = value_of(MENU_ARRANGEMENT)
    to_be = change(was)
    if to_be == was:
        return
    try:
        save_settings(
            group=MENUS,
            values={MENU_ARRANGEMENT.code: to_be},
            version=version_of(MENUS),
            actor=actor,
            now=now,
        )
    except SettingsRefused as refusal:
        raise MenuRefused(
            "".join(text for texts in refusal.errors.values() for text in texts)
        ) from None
    before, after = in_words(was), in_words(to_be)
    entry = record(
        action,
        actor=actor,
        now=now,
        before={name: said for name, said in before.items() if after.get(name) != said},
        after={name: said for name, said in after.items() if before.get(name) != said},
        note="：".join(filter(None, (about, note))),
    )
    announce(entry)
    if hidden := _hidden_more(was, to_be):
        publish(AccessTaken(entry.pk, "；".join(hidden)))


def _hidden_more(was: Arrangement, to_be: Arrangement) -> list[str]:
    """Return, in words, which pages are hidden from which roles that were open to them."""
    names, before = role_names(), was.hidden
    told = []
    for code, roles in to_be.hidden.items():
        more = [names.get(role, role) for role in roles if role not in before.get(code, ())]
        if more and code in MENU:  # a link closes nothing
            told.append(f"「{MENU[code].label}」对「{'」「'.join(more)}」隐藏")
    return told


def in_words(arranged: Arrangement) -> dict[str, str]:
    """Return what is arranged otherwise than declared, by what it is about."""
    names = role_names()
    told = {}
    for group, items in whole_menu(arranged):
        shown = group.label or "工作台"
        told[f"「{shown}」的次序"] = "、".join(item.label for item in items)
        for item in items:
            if roles := arranged.hidden.get(item.code):
                told[f"「{item.label}」隐藏"] = "、".join(names.get(code, code) for code in roles)
            if item.url:
                told[f"「{item.label}」网址"] = item.url
            elif item.label != MENU[item.code].label:
                told[f"「{MENU[item.code].label}」改名"] = item.label
        if shown != (MENU_GROUPS[group.code].label or "工作台"):
            told[f"「{MENU_GROUPS[group.code].label}」改名"] = shown
    for one in arranged.shortcuts:
        labels = [
            item.label
            for _, items in whole_menu(arranged)
            for item in items
            if item.code in one.codes
        ]
        told[f"{names.get(one.role, one.role)}的快捷功能"] = "、".join(labels)
    return told


def _check_may_hide(item: MenuItem, roles: list[Role]) -> None:
    if roles and item.is_fixed:
        raise MenuRefused(
            f"「{item.label}」不能隐藏：有人凭它办理、监督或恢复他人的使用，或登录后没有别的页面可看。"
            "不应使用它的角色，请在「角色权限」中收回权限。"
        )
    keeping = RolePermission.objects.filter(role__in=roles, code__in=codes_in(item.kept_for))
    if names := sorted(set(keeping.values_list("role__name", flat=True))):
        raise MenuRefused(
            f"「{item.label}」不能对「{'」「'.join(names)}」隐藏：他们凭它确认、监督或提出异议。"
            "不应使用它的角色，请在「角色权限」中收回权限。"
        )


def _codes(roles: Iterable[Role]) -> tuple[str, ...]:
    return tuple(sorted(role.code for role in roles))


def _free_code(arranged: Arrangement) -> str:
    """Return a code that no link has: with one that was deleted went whatever named it (`without_link`)."""
    numbers = [int(one.code.removeprefix(OWN)) for one in arranged.links]
    return f"{OWN}{max(numbers, default=0) + 1}"
