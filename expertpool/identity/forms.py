"""Forms of the page of outside identities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from expertpool.accounts.models import Role
from expertpool.core.text import clean_text
from expertpool.core.views.listing import FilterForm


class MappingForm(forms.Form):
    group = forms.CharField(
        label="分组",
        max_length=255,
        help_text="与身份平台或目录里的写法一字不差，如 专家库经办；目录里的写全称，如 cn=ops,ou=groups,dc=example。",
        error_messages={"required": "请填写分组，写法与身份平台里的相同。"},
    )
    role = forms.ModelChoiceField(
        Role.objects.all(),
        label="角色",
        empty_label="请选择",
        error_messages={"required": "请选择这个分组的人应有的角色。"},
    )

    def clean_group(self) -> str:
        return clean_text(self.cleaned_data["group"])


class IdentityFilters(FilterForm):
    q = forms.CharField(label="账号 / 姓名 / 对方账号", max_length=100)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            match = Q(user__username__icontains=text) | Q(user__name__icontains=text)
            return rows.filter(match | Q(shown_as__icontains=text))
        return rows
