"""Controls of the filters and actions over experts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy

from expertpool.core.subjects.inputs import ManyRemote, ManyRows, OneRemote
from expertpool.directory.models import Division, Specialty, Unit
from expertpool.experts.fields import tree
from expertpool.experts.models import Expert


class SpecialtiesField(forms.ModelMultipleChoiceField):
    """Several nodes of the specialty trees."""

    def __init__(self, **kwargs: Any) -> None:
        widget = ManyRemote(attrs=tree("directory:specialty_tree", "专业"))
        super().__init__(Specialty.objects.all(), label="评审专业", widget=widget, **kwargs)


class DivisionsField(ManyRows):
    """Several divisions."""

    def __init__(self, **kwargs: Any) -> None:
        widget = ManyRemote(attrs=tree("directory:division_tree", "地区"))
        super().__init__(Division.objects.all(), label="所在地区", widget=widget, **kwargs)


class UnitField(forms.ModelChoiceField):
    """One unit that is in the directory."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"data-enhance": "select", "data-url": reverse_lazy("directory:unit_search")}
        kwargs.setdefault("label", "工作单位")
        super().__init__(Unit.objects.all(), widget=OneRemote(attrs=attrs), **kwargs)


class ExpertField(forms.ModelChoiceField):
    """One expert among those that the view allows."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"data-enhance": "select", "data-url": reverse_lazy("experts:options")}
        kwargs.setdefault("label", "专家")
        super().__init__(Expert.objects.none(), widget=OneRemote(attrs=attrs), **kwargs)
