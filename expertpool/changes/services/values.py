"""What is typed of a record as requests keep it: JSON, and words for people."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from expertpool.changes.exceptions import ChangeRefused
from expertpool.core.importing import CellRefused
from expertpool.core.subjects import FieldDeclaration, Rows
from expertpool.directory.models import Specialty
from expertpool.directory.services.units import resolve_unit
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert

EMPTY: tuple[Any, ...] = (None, "", [])
GONE = "「{}」里申请的内容已不在可选的范围内，不能核准；请不同意，并请专家重新选择。"


class NamedEmployer(NamedTuple):
    """An employer as he is typed: the unit is found, or entered, once it is his."""

    name: str
    uscc: str = ""

    @property
    def word(self) -> str:
        return f"{self.name}（{self.uscc}）" if self.uscc else self.name


class Asked(NamedTuple):
    """A field that is to read otherwise: words before and after, and what is kept of the value."""

    field: str
    before: str
    after: str
    value: Any


def differing(expert: Expert, values: dict[str, Any]) -> dict[str, Asked]:
    """Return which of ``values`` (by code; also ``specialties`` and a `NamedEmployer`) differ from what
    ``expert`` has. Refuses (ValidationError by field) what their kinds do."""
    fields = {one.code: one for one in EXPERT.fields()}
    found, errors = list[Asked | None](), dict[str, ValidationError]()
    for code, value in values.items():
        try:
            found.append(_asked(fields[code], expert, value))
        except CellRefused as refusal:
            errors[code] = ValidationError(refusal.sentence(fields[code].label))
    if errors:
        raise ValidationError(errors)
    return {one.field: one for one in found if one is not None}


def _asked(declared: FieldDeclaration, expert: Expert, value: Any) -> Asked | None:
    before = declared.word_of(expert)
    if isinstance(value, NamedEmployer):
        held = expert.employer
        if (held.name if held else "") == value.name and value.uscc in (
            "",
            held.uscc if held else "",
        ):
            return None
        return Asked(declared.code, before, value.word, [value.name, value.uscc])
    if declared.code == "specialties":
        held_keys = {one.pk for one in expert.specialties.all()}
        chosen = {one.pk: str(one) for one in value}
        if chosen.keys() == held_keys:
            return None
        return Asked(declared.code, before, "、".join(chosen.values()), sorted(chosen))
    value = declared.clean(value, expert)
    after = declared.kind.word(value)
    if before == after:
        return None
    if value in EMPTY:
        return Asked(declared.code, before, after, value)
    kept = value.pk if isinstance(declared.kind, Rows) else declared.kind.store(value)
    return Asked(declared.code, before, after, kept)


def taken_back(field: str, kept: Any) -> Any:
    """Return what a service takes of ``kept``; finds or enters the employer. Refuses (ChangeRefused) what
    cannot be chosen any more."""
    declared = next((one for one in EXPERT.fields() if one.code == field), None)
    if declared is None:
        raise ChangeRefused(GONE.format(field))
    if field == "employer":
        name, uscc = kept
        return resolve_unit(name=name, uscc=uscc, knowing=True) if name else None
    if field == "specialties":
        rows = list(Specialty.objects.filter(pk__in=kept, active=True))
        if len(rows) < len(kept):
            raise ChangeRefused(GONE.format(declared.label))
        return rows
    if kept in EMPTY:
        return kept
    if isinstance(declared.kind, Rows):
        try:
            return declared.kind.rows().get(pk=kept)
        except ObjectDoesNotExist:
            raise ChangeRefused(GONE.format(declared.label)) from None
    return declared.kind.load(kept)
