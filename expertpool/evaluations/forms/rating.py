"""All experts of a project in one form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from expertpool.draws.queries.panel import PanelMember
from expertpool.draws.services.names import NamedRow
from expertpool.evaluations.enums import Participation
from expertpool.evaluations.models import LONGEST, SCORES, RatingForm
from expertpool.evaluations.models.forms import Dimension
from expertpool.evaluations.services.rating import Marks

NEEDED = "请选择。"


def score_field(form: RatingForm, dimension: Dimension) -> forms.Field:
    """Return the field for one dimension: its grades, or a number."""
    if not form.answers:
        return SCORES.number(
            label=f"{dimension.name}（0–100 分）", required=False, help_text=dimension.help
        )
    return forms.TypedChoiceField(
        label=dimension.name,
        required=False,
        coerce=int,
        empty_value=None,
        help_text=dimension.help,
        choices=[("", "请选择"), *((str(one.score), one.label) for one in form.answers)],
    )


def comment_field() -> forms.CharField:
    return forms.CharField(
        label="评语", max_length=LONGEST, required=False, widget=forms.Textarea({"rows": 2})
    )


@dataclass(frozen=True)
class Part:
    """One expert in the form."""

    member: PanelMember
    row: NamedRow
    fields: list[BoundField]
    comment: BoundField


class PanelForm(forms.Form):
    """One part for each of ``people``; who is left empty is rated later."""

    def __init__(
        self,
        data: Any = None,
        *,
        form: RatingForm,
        people: Sequence[tuple[PanelMember, NamedRow]],
    ) -> None:
        super().__init__(data)
        self.form, self.people = form, people
        for member, _ in people:
            for at, dimension in enumerate(form.asked):
                self.fields[_name(member, f"d{at}")] = score_field(form, dimension)
            self.fields[_name(member, "level")] = forms.ChoiceField(
                label="参与度",
                required=False,
                choices=[("", "请选择"), *Participation.choices],
            )
            self.fields[_name(member, "comment")] = comment_field()

    @property
    def parts(self) -> Iterator[Part]:
        for member, row in self.people:
            names = [f"d{at}" for at in range(len(self.form.asked))]
            fields = [self[_name(member, name)] for name in (*names, "level")]
            yield Part(member, row, fields, self[_name(member, "comment")])

    def clean(self) -> dict[str, Any]:
        for member, _ in self.people:
            if not self._begun(member):
                continue
            for name in (*(f"d{at}" for at in range(len(self.form.asked))), "level"):
                key = _name(member, name)
                if self.cleaned_data.get(key) in (None, "") and key not in self.errors:
                    self.add_error(key, NEEDED)
        return self.cleaned_data

    def _begun(self, member: PanelMember) -> bool:
        begins = _name(member, "")
        return any(
            self.cleaned_data.get(name) not in (None, "") or name in self.errors
            for name in self.fields
            if name.startswith(begins)
        )

    @property
    def marks(self) -> dict[int, Marks]:
        """What was filled in, by the line of each expert."""
        said = self.cleaned_data
        return {
            member.invitation_id: Marks(
                scores={
                    one.name: said[_name(member, f"d{at}")]
                    for at, one in enumerate(self.form.asked)
                },
                participation=said[_name(member, "level")],
                comment=said[_name(member, "comment")],
            )
            for member, _ in self.people
            if self._begun(member)
        }


def _name(member: PanelMember, field: str) -> str:
    return f"e{member.invitation_id}_{field}"
