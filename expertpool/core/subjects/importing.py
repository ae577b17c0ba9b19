"""What of a row of a table does not fit, seen by the fields of its subject."""

from __future__ import annotations

from typing import Any

from expertpool.core.importing import CellRefused, Fault, Importer, Row
from expertpool.core.subjects.conditions import ValueOf, can_decide, choices_of
from expertpool.core.subjects.fields import FieldDeclaration
from expertpool.core.subjects.kinds import Number
from expertpool.core.subjects.subject import Subject


def definition_of(one: FieldDeclaration) -> dict[str, str]:
    """Return what administrators may change of the rule of a field that joined: what is called so → how it is."""
    kind, when = one.kind, one.shown_when
    told = {"选项": "、".join(choices_of(kind))} if can_decide(kind) else {}
    if isinstance(kind, Number):
        told["范围"] = f"{kind.least} 至 {kind.most}"
    return told | {"显示条件": f"{when.code}：{'、'.join(when.words)}" if when else ""}


class Misfits:
    """The fields of ``subject`` as an import finds them when it begins: to ask for them row by row asked the
    database twice for each."""

    def __init__(self, subject: Subject, importer: Importer) -> None:
        self.importer = importer
        self.all = {one.code: one for one in subject.fields()}
        self.columns = {
            code: one.imported.code or code for code, one in self.all.items() if one.imported
        }
        # A field that he does not see is neither required of him nor named to him.
        self.waiting = [
            one
            for one in self.all.values()
            if one.shown_when and self.columns.get(one.code) in importer.by_code
        ]

    def of(self, row: Row) -> list[Fault]:
        """Return the faults of fields that the record does not have, or lacks, as the fields say for which they
        wait. Only of those that a table of whoever imports has."""

        def value_of(code: str) -> object:
            return row.values.get(self.columns.get(code, code))

        return [
            self._fault(one, refusal)
            for one in self.waiting
            if (refusal := self._misfit(one, value_of))
        ]

    def new_in(self, changed: Any, before: Any) -> list[Fault]:
        """Return the faults that the record ``changed`` has and had not ``before``: what it lacked already stops
        nobody who changes something else."""
        return [
            self._fault(one, refusal)
            for one in self.waiting
            if (refusal := self._misfit(one, self._held(changed)))
            and not self._misfit(one, self._held(before))
        ]

    def _held(self, record: Any) -> ValueOf:
        return lambda code: self.all[code].value_of(record)

    def _misfit(self, one: FieldDeclaration, value_of: ValueOf) -> CellRefused | None:
        return Subject.misfit(self.all, one, value_of(one.code), value_of)

    def _fault(self, one: FieldDeclaration, refusal: CellRefused) -> Fault:
        return self.importer.fault(
            self.columns[one.code], refusal.reason.format(one.label), refusal.detail
        )
