"""Forms of the menu: an entry, a group, a link of the office's own, the shortcuts of a role."""

from __future__ import annotations

from typing import Any

from django import forms

from expertpool.accounts.models import Role
from expertpool.core.arrangement import (
    LONGEST_LABEL,
    MENU_ARRANGEMENT,
    MOST_SHORTCUTS,
    Arrangement,
    OwnLink,
)
from expertpool.core.configuration import value_of
from expertpool.core.menus import whole_menu
from expertpool.core.registry import MENU_GROUPS, MenuGroup, MenuItem

HOME_GROUP = "（最上面，没有组名）"


CLOSES = "隐藏后，这些角色也不能用网址或接口打开它和它下面的页面；一人有几个角色的，都隐藏才隐藏。"
# What it leads to is another entry's, or another site's.
HIDES = (
    "隐藏后，这些角色的菜单里不显示这个链接，它指向的页面照常能打开；"
    "一人有几个角色的，都隐藏才隐藏。"
)


class HiddenFromField(forms.ModelMultipleChoiceField):
    def __init__(self, help_text: str) -> None:
        super().__init__(
            Role.objects.all(),
            label="对这些角色隐藏",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=help_text,
        )


class _Placed(forms.Form):
    """What an entry and a link have in common."""

    label = forms.CharField(label="名称", max_length=LONGEST_LABEL)
    group = forms.ChoiceField(label="所在组")
    wide = {"hidden_from"}
    hiding = CLOSES

    def __init__(self, data: Any, *, initial: dict[str, Any], may_hide: bool = True) -> None:
        super().__init__(data, initial=initial)
        fields: dict[str, Any] = self.fields
        fields["group"].choices = [
            (group.code, group.label or HOME_GROUP)
            for group, _ in whole_menu(value_of(MENU_ARRANGEMENT))
        ]
        if may_hide:
            self.fields["hidden_from"] = HiddenFromField(self.hiding)

    def data_for_service(self) -> dict[str, Any]:
        """Return the arguments of the service, after ``is_valid()``."""
        data = dict(self.cleaned_data)
        group: MenuGroup = MENU_GROUPS[data["group"]]
        return data | {"group": group, "hidden_from": data.get("hidden_from") or ()}


class EntryForm(_Placed):
    def __init__(self, data: Any = None, *, item: MenuItem, arranged: Arrangement) -> None:
        place = arranged.place_of(item.code)
        initial = {
            "label": place.label or item.label,
            "group": place.group or item.group,
            "hidden_from": Role.objects.filter(code__in=place.hidden_from),
        }
        super().__init__(data, initial=initial, may_hide=not item.is_fixed)
        self.fields["label"].required = False
        self.fields["label"].help_text = f"系统原来叫「{item.label}」；留空即恢复。"


class LinkForm(_Placed):
    url = forms.CharField(
        label="网址",
        help_text="本系统的地址（以 / 开头）或以 https:// 开头的网址，从浏览器地址栏复制；别的网站在新窗口打开。",
    )
    field_order = ("label", "url", "group", "hidden_from")
    hiding = HIDES

    def __init__(self, data: Any = None, *, link: OwnLink | None = None) -> None:
        initial: dict[str, Any] = {}
        if link is not None:
            roles = Role.objects.filter(code__in=link.hidden_from)
            initial = {"label": link.label, "url": link.url, "group": link.group}
            initial |= {"hidden_from": roles}
        super().__init__(data, initial=initial)
        self.order_fields(self.field_order)


class GroupForm(forms.Form):
    label = forms.CharField(label="组名", max_length=LONGEST_LABEL, required=False)

    def __init__(self, data: Any = None, *, group: MenuGroup, label: str) -> None:
        super().__init__(data, initial={"label": label})
        self.fields["label"].help_text = f"系统原来叫「{group.label}」；留空即恢复。"


class ShortcutsForm(forms.Form):
    """One field for each place on the home page, the first empty: nothing."""

    def __init__(self, data: Any = None, *, role: Role, arranged: Arrangement) -> None:
        set_now = next((one.codes for one in arranged.shortcuts if one.role == role.code), ())
        super().__init__(data)
        choices: list[Any] = [("", "（不放）")]
        for group, items in whole_menu(arranged):
            rows = [(one.code, one.label) for one in items]
            choices.append((group.label or HOME_GROUP, rows))
        for at in range(MOST_SHORTCUTS):
            self.fields[f"at{at}"] = forms.ChoiceField(
                label=f"第 {at + 1} 个",
                choices=choices,
                required=False,
                initial=set_now[at] if at < len(set_now) else "",
            )

    @property
    def codes(self) -> list[str]:
        """What was chosen, in its order."""
        return [code for code in self.cleaned_data.values() if code]
