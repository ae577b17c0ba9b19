"""What several declarations ask: the entries to choose from, controls, masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model
from django.urls import reverse_lazy

from expertpool.accounts.models import Department
from expertpool.core import criteria as ask
from expertpool.core.importing import CellRefused
from expertpool.core.text import is_key
from expertpool.core.visibility import GuardedField, Sensitivity
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import Division, Specialty, Title
from expertpool.directory.queries import dictionary_names
from expertpool.experts.enums import ExpertKind
from expertpool.experts.queries.packs import encrypted_q

INDIVIDUAL, ORGANISATION = ExpertKind.INDIVIDUAL.value, ExpertKind.ORGANISATION.value
# Steps of an application at which applicants are asked.
BASIC, PROFESSION = "basic", "profession"
AS_CONTACT = {"sensitivity": Sensitivity.CONTACT}
NUMBERS = ("gte", "lte", "between", "eq")  # how conditions compare them


def tree(address: str, noun: str, **marks: str) -> dict[str, Any]:
    """Return what the script needs to fetch the nodes of a tree."""
    return {
        "data-enhance": "cascader",
        "data-src": reverse_lazy(address),
        "data-noun": noun,
    } | {f"data-{name}": value for name, value in marks.items()}


def guarded(code: str, label: str, mask: Callable[[str], str], **more: Any) -> GuardedField:
    return GuardedField(f"experts.{code}", label, mask, **more)


def encrypted(column: str, index: str = "") -> ask.Text:
    """Return the condition over an encrypted column, for who sees it plain: by parts, which packs find."""
    return ask.Text(
        match=encrypted_q(column, index), guard=f"experts.{column}", nullable=bool(index)
    )


def labels_of(model: type[Model]) -> Callable[[Sequence[str]], dict[str, str]]:
    def labels(values: Sequence[str]) -> dict[str, str]:
        # The values come from addresses and kept searches, where anything may stand.
        valid = [value for value in values if is_key(value)]
        rows = model._default_manager.filter(pk__in=valid).values_list("pk", "name")
        return {str(pk): name for pk, name in rows}

    return labels


def entries(dictionary: DictionaryCode) -> Callable[[], list[str]]:
    return lambda: dictionary_names(dictionary)


def titles() -> list[str]:
    return list(Title.objects.values_list("name", flat=True))


def specialties() -> list[str]:
    rows = Specialty.objects.filter(active=True, scheme__active=True)
    return list(rows.order_by("name").values_list("name", flat=True).distinct())


def divisions() -> list[str]:
    return list(Division.objects.order_by("code").values_list("name", flat=True))


def departments() -> list[str]:
    rows = Department.objects.filter(active=True).order_by("name")
    return list(rows.values_list("name", flat=True).distinct())


def passes(rule: Callable[[Any], Any]) -> Callable[[Any], bool]:
    """Return whether a cell passes a rule that few other cells pass."""

    def looks(cell: Any) -> bool:
        try:
            return bool(rule(cell))
        except CellRefused:
            return False

    return looks


def pairs(words: Callable[[], list[str]]) -> Callable[[], list[tuple[str, str]]]:
    return lambda: [(word, word) for word in words()]
