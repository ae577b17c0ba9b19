"""What of a row of a table does not fit, seen by the fields of its subject."""

from __future__ import annotations

from expertpool.core.importing import Fault, Importer, Row
from expertpool.core.subjects.subject import Subject


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

        refusals = (
            (one, Subject.misfit(self.all, one, value_of(one.code), value_of))
            for one in self.waiting
        )
        return [
            self.importer.fault(
                self.columns[one.code], refusal.reason.format(one.label), refusal.detail
            )
            for one, refusal in refusals
            if refusal
        ]
