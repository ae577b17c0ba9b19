"""Choosing experts by hand, and the roles of the panel."""

from __future__ import annotations

from typing import Any

from django import forms

from expertpool.core.text import is_key
from expertpool.draws.enums import PanelRole
from expertpool.draws.models import Invitation
from expertpool.draws.rules import IS_PUBLIC
from expertpool.draws.services.pick_checks import Pick


class PickForm(forms.Form):
    """Why, on whose approval, and who; ``pick`` holds g1:12, the group and the expert's id.

    Lists replaced by others carry the approval of the first: ``first`` says which it is.
    """

    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 500}),
        error_messages={"required": "请写明理由。"},
    )
    approval_number = forms.CharField(
        label="批准文号",
        max_length=100,
        help_text="同意直接确定专家的批准文件编号，印在抽取表上，在公开页面上公开。",
        error_messages={"required": "请填写批准文号。"},
    )
    wide = ("reason",)

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first:
            self.fields["reason"].help_text = f"为什么不能随机抽取；{IS_PUBLIC}"
        else:
            del self.fields["approval_number"]


def picks_in(values: list[str]) -> list[Pick]:
    """Return the picks posted as g1:12; what is no such text is left out."""
    parts = [value.partition(":") for value in values]
    return [Pick(int(key), group) for group, _, key in parts if is_key(key)]


class PanelRolesForm(forms.Form):
    """One field for each seated line; ``names`` are shown where they may be read."""

    def __init__(self, *args: Any, lines: list[Invitation], names: dict[int, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        for row in lines:
            self.fields[f"line-{row.pk}"] = forms.ChoiceField(
                label=names.get(row.pk) or f"第 {row.line} 位专家",
                choices=[("", "未设置"), *PanelRole.choices],
                required=False,
                initial=row.panel_role,
            )

    @property
    def roles(self) -> dict[int, str]:
        return {int(name.removeprefix("line-")): role for name, role in self.cleaned_data.items()}
