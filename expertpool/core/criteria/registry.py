"""Which fields a condition over a subject (``experts.expert``) may name."""

from __future__ import annotations

from expertpool.core.criteria.errors import CriteriaError
from expertpool.core.criteria.fields import Field
from expertpool.core.visibility import check_guard

_subjects: dict[str, dict[str, Field]] = {}


def register_criteria(subject: str, *fields: Field) -> None:
    """Add ``fields`` to ``subject``, in this order; upper apps may add to a lower app's subject.

    Raises ValueError when another field has the same code, or a guard is not registered.
    """
    known = _subjects.setdefault(subject, {})
    for field in fields:
        check_guard(field.guard)
        if known.setdefault(field.code, field) is not field:
            message = f"criteria field {subject}.{field.code} is registered twice"
            raise ValueError(message)


def criteria_fields(subject: str) -> tuple[Field, ...]:
    """Return the fields of ``subject`` in the order of registration."""
    return tuple(_subjects.get(subject, {}).values())


def criteria_field(subject: str, code: object) -> Field:
    """Return one field; raise CriteriaError when the subject has none of that code."""
    field = _subjects.get(subject, {}).get(code) if isinstance(code, str) else None
    if field is None:
        message = f"条件中的字段“{code}”不存在，请删除该条件或另选字段。"
        raise CriteriaError(message)
    return field
