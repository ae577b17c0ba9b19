"""Form fields that clean by the rule of a kind, and selects whose choices are too many for a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from expertpool.core.importing.columns import CellRefused
from expertpool.core.text import HIDDEN, if_seen, one_line, plain_number
from expertpool.core.validators import is_writable


class SeenField(forms.CharField):
    """A text of which somebody sees something: signs that are drawn as nothing are no answer where one is required."""

    def validate(self, value: Any) -> None:
        super().validate(value and if_seen(value))


class RuleField(forms.CharField):
    """What is typed, cleaned by ``rule``: the same that cleans a cell of an import."""

    def __init__(self, *, rule: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(empty_value=None, **kwargs)
        self.rule = rule

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        if typed is None:
            return None
        try:
            return self.rule(typed)
        except CellRefused as refusal:
            raise ValidationError(refusal.sentence(str(self.label))) from None

    def run_validators(self, value: Any) -> None:
        """The rule has said everything."""

    def prepare_value(self, value: Any) -> Any:
        return plain_number(value) if isinstance(value, float) else value


class EntryField(forms.ChoiceField):
    """A word of a list. One with line breaks, as imports once kept them, is chosen as it reads: a
    browser would send another one back."""

    def prepare_value(self, value: Any) -> Any:
        return one_line(value) if isinstance(value, str) else value


class ChosenOptions:
    """A select whose page carries only the chosen options; the script fetches all others."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        field = self.choices.field  # type: ignore[attr-defined]
        moved = getattr(field, "moved", None)
        rows = chosen_rows(field.queryset, moved(value) if moved else value)
        label = field.label_from_instance
        return [
            (None, [self.create_option(name, row.pk, label(row), True, at, attrs=attrs)], at)  # type: ignore[attr-defined]
            for at, row in enumerate(rows)
        ]


def chosen_rows(rows: QuerySet[Any], values: list[str]) -> Iterable[Any]:
    """Return the rows whose keys are among ``values``; what is no key is left out. Where there is none, nothing is asked."""
    keys = []
    for value in values:
        # Nothing chosen is no error: one that is raised is its own list of errors, and keeps all that
        # the page holds until the next collection.
        if value in (None, "") or not is_writable(str(value)):
            continue
        try:
            keys.append(rows.model._meta.pk.to_python(value))
        except ValidationError:
            continue
    return rows.filter(pk__in=keys) if keys else ()


class OneRow(forms.ModelChoiceField):
    """A row by its key; where keys are texts, the database does not take every one as such. ``moved``
    gives the keys of today for those of rows that became others."""

    moved: Callable[[Sequence[str]], list[str]] | None = None

    def to_python(self, value: Any) -> Any:
        if not is_writable(str(value)):
            raise ValidationError(HIDDEN)
        if self.moved and isinstance(value, str) and value:
            value = self.moved([value])[0]
        return super().to_python(value)


class ManyRows(forms.ModelMultipleChoiceField):
    """Several rows by their keys."""

    def clean(self, value: Any) -> Any:
        if not all(is_writable(str(key)) for key in value or ()):
            raise ValidationError(HIDDEN)
        return super().clean(value)


class ManyRemote(ChosenOptions, forms.SelectMultiple):
    """Several rows of a long table or a tree."""


class OneRemote(ChosenOptions, forms.Select):
    """One row of a long table or a tree."""


class KeptFile(forms.ClearableFileInput):
    """A file that is there already is named; another takes its place, or it is taken away."""

    template_name = "core/ui/kept_file.html"
    clear_checkbox_label = "删除这个文件"

    def is_initial(self, value: Any) -> bool:
        return bool(value)
