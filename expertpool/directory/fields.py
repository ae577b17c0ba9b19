"""Fields of forms that ask for something of the basic data."""

from __future__ import annotations

from typing import Any

from django import forms

from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import EVERY_KIND
from expertpool.directory.queries import dictionary_names


class ProjectKindField(forms.ChoiceField):
    """For which kind of projects something is (`models.ForProjectKind`); none: for all. What its row holds may be chosen
    again, though the list has it no more."""

    def __init__(self, *, help_text: str = "") -> None:
        super().__init__(label="适用项目类型", required=False, help_text=help_text)

    def get_bound_field(self, form: Any, field_name: str) -> Any:
        # The form is asked for its fields before any of them is checked.
        kept = form.get_initial_for_field(self, field_name) or ""
        names = dict.fromkeys([*dictionary_names(DictionaryCode.PROJECT_KIND), kept])
        self.choices = [("", EVERY_KIND), *((name, name) for name in names if name)]
        return super().get_bound_field(form, field_name)
