"""What a rule is typed by, and what the list is narrowed by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.core.bounds import MOMENTS
from expertpool.core.client import clean_network, networks_around
from expertpool.core.views.listing import FilterForm
from expertpool.core.views.moments import MomentField
from expertpool.networks.models import NetworkRule


class RuleForm(forms.Form):
    network = forms.CharField(
        label="地址或网段",
        max_length=60,
        help_text="如 203.0.113.7、203.0.113.0/24；IPv6 如 2001:db8::/32。",
    )
    reason = forms.CharField(label="原因", max_length=200)
    until = MomentField(
        label="自动解除时间",
        at="23:59",
        required=False,
        help_text="不填的，一直有效，直到手工解除。",
    )

    def clean_network(self) -> str:
        return clean_network(self.cleaned_data["network"])

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until is not None:
            MOMENTS(until)
            if until <= timezone.now():
                raise ValidationError("请填写将来的时间。")
        return until


class RuleFilters(FilterForm):
    q = forms.CharField(label="地址 / 原因", max_length=100)

    def narrow(self, rows: QuerySet[NetworkRule]) -> QuerySet[NetworkRule]:
        if not (text := self.value("q")):
            return rows
        # A whole address finds the networks around it, too.
        if around := networks_around(text):
            return rows.filter(network__in=around)
        return rows.filter(network__startswith=text) | rows.filter(reason__icontains=text)
