"""Which fields a condition over a subject (``experts.expert``) may name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from expertpool.core.catalogue import Catalogue
from expertpool.core.criteria.errors import CriteriaError
from expertpool.core.criteria.fields import Field
from expertpool.core.visibility import check_guard

Source = Callable[[], Sequence[Field]]


@dataclass(frozen=True)
class JoinedCriteria:
    """What adds fields to a subject (``code``) that come and go at run time."""

    code: str
    fields: Source


JOINED_CRITERIA: Catalogue[JoinedCriteria] = Catalogue("source of criteria")
_subjects: dict[str, Catalogue[Field]] = {}


def criteria_of(subject: str) -> Catalogue[Field]:
    """Return the catalogue of ``subject``, new and empty when it has none yet."""
    if subject not in _subjects:
        _subjects[subject] = Catalogue(f"criterion of {subject}")
    return _subjects[subject]


def register_criteria(subject: str, *fields: Field) -> None:
    """Add ``fields`` to ``subject``, in this order; upper apps may add to a lower app's subject.

    Raises ValueError when a field has the same code, or no code or label, UnknownCode when a guard
    is not declared.
    """
    for field in fields:
        if not (field.code and field.label):
            message = f"{field} has no code or no label"
            raise ValueError(message)
        check_guard(field.guard)
    criteria_of(subject).add(*fields)


def join_criteria(subject: str, source: Source) -> None:
    """Let ``source`` add fields to ``subject`` that come and go at run time; asked each time.

    Raises ValueError when the subject has a source already.
    """
    JOINED_CRITERIA.add(JoinedCriteria(subject, source))


def criteria_fields(subject: str) -> tuple[Field, ...]:
    """Return the fields of ``subject`` in their order, without retired ones."""
    joined = (field for field in _joined(subject) if not field.is_retired)
    return (*criteria_of(subject), *joined)


def all_criteria() -> Iterator[tuple[str, Field]]:
    """Yield the fields of all subjects, each with the subject."""
    for subject in list(_subjects):
        for field in criteria_fields(subject):
            yield subject, field


def criteria_field(subject: str, code: object) -> Field:
    """Return one field, a retired one, too; raise CriteriaError when the subject has none of that
    code."""
    field = criteria_of(subject).get(code) if isinstance(code, str) else None
    if field is None:
        field = next((one for one in _joined(subject) if one.code == code), None)
    if field is None:
        message = f"条件中的字段“{code}”不存在，请删除该条件或另选字段。"
        raise CriteriaError(message)
    return field


def _joined(subject: str) -> Sequence[Field]:
    source = JOINED_CRITERIA.get(subject)
    return source.fields() if source else ()
