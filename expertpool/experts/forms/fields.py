"""Form fields whose choices are too many for a page: trees and remote selects."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse_lazy

from expertpool.directory.models import Division, Specialty, Unit
from expertpool.experts.models import Expert


class ChosenOptions:
    """A select whose page carries only the chosen options; the script fetches all others."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        rows = chosen_rows(self.choices.queryset, value)  # type: ignore[attr-defined]
        label = self.choices.field.label_from_instance  # type: ignore[attr-defined]
        return [
            (None, [self.create_option(name, row.pk, label(row), True, at, attrs=attrs)], at)  # type: ignore[attr-defined]
            for at, row in enumerate(rows)
        ]


def chosen_rows(rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
    """Return the rows whose keys are among ``values``; what is no key is left out."""
    keys = []
    for value in values:
        try:
            keys.append(rows.model._meta.pk.to_python(value))
        except ValidationError:
            continue
    return rows.filter(pk__in=[key for key in keys if key not in (None, "")])


class TreeWidget(ChosenOptions, forms.SelectMultiple):
    pass


class RemoteWidget(ChosenOptions, forms.Select):
    pass


class SpecialtiesField(forms.ModelMultipleChoiceField):
    """Several nodes of the specialty trees. ``leaves``: a chosen branch becomes its leaves."""

    def __init__(self, *, leaves: bool = False, **kwargs: Any) -> None:
        attrs = {
            "data-enhance": "cascader",
            "data-src": reverse_lazy("directory:specialty_tree"),
            "data-noun": "专业",
        } | ({"data-leaves": ""} if leaves else {})
        kwargs.setdefault("label", "评审专业")
        super().__init__(Specialty.objects.all(), widget=TreeWidget(attrs=attrs), **kwargs)


class DivisionsField(forms.ModelMultipleChoiceField):
    """Several divisions; ``to_python`` gives their codes' rows."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {
            "data-enhance": "cascader",
            "data-src": reverse_lazy("directory:division_tree"),
            "data-noun": "地区",
        }
        kwargs.setdefault("label", "所在地区")
        super().__init__(Division.objects.all(), widget=TreeWidget(attrs=attrs), **kwargs)


class DivisionField(forms.ModelChoiceField):
    """One division."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {
            "data-enhance": "cascader",
            "data-src": reverse_lazy("directory:division_tree"),
            "data-noun": "地区",
            "data-single": "",
        }
        kwargs.setdefault("label", "所在地区")
        super().__init__(Division.objects.all(), widget=RemoteWidget(attrs=attrs), **kwargs)


class UnitField(forms.ModelChoiceField):
    """One unit that is in the directory."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"data-enhance": "select", "data-url": reverse_lazy("directory:unit_search")}
        kwargs.setdefault("label", "工作单位")
        super().__init__(Unit.objects.all(), widget=RemoteWidget(attrs=attrs), **kwargs)


class ExpertField(forms.ModelChoiceField):
    """One expert among those that the view allows."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"data-enhance": "select", "data-url": reverse_lazy("experts:options")}
        kwargs.setdefault("label", "专家")
        super().__init__(Expert.objects.none(), widget=RemoteWidget(attrs=attrs), **kwargs)
