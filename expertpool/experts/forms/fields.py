"""Controls of the filters and actions over experts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy

from expertpool.core.subjects.inputs import OneRemote
from expertpool.experts.models import Expert


class ExpertField(forms.ModelChoiceField):
    """One expert among those that the view allows."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"data-enhance": "select", "data-url": reverse_lazy("experts:options")}
        kwargs.setdefault("label", "专家")
        super().__init__(Expert.objects.none(), widget=OneRemote(attrs=attrs), **kwargs)
