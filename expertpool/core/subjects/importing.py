"""What of a row of a table does not fit, seen by the fields of its subject."""

from __future__ import annotations

from expertpool.core.importing import Fault, Importer, Row
from expertpool.core.subjects.subject import Subject


def misfits(subject: Subject, importer: Importer, row: Row) -> list[Fault]:
    """Return the faults of fields that the record does not have, or lacks, as the fields say for which they
    wait. Only of those that a table of whoever imports has."""
    fields = {one.code: one for one in subject.fields() if one.imported}
    columns = {code: (one.imported and one.imported.code) or code for code, one in fields.items()}
    # A field that he does not see is neither required of him nor named to him.
    here = {code for code in fields if columns[code] in importer.by_code}
    found = subject.misfits(lambda code: row.values.get(columns.get(code, code)))
    return [
        importer.fault(columns[code], refusal.reason.format(fields[code].label), refusal.detail)
        for code, refusal in found.items()
        if code in here
    ]
