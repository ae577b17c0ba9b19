"""All fields of one kind of record, and what each place makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError

from expertpool.core.catalogue import Catalogue
from expertpool.core.criteria import Field as CriteriaField
from expertpool.core.exporting import ExportColumn
from expertpool.core.importing import CellRefused, ImportColumn
from expertpool.core.subjects.fields import FieldDeclaration
from expertpool.core.visibility import GuardedField

Snapshot = dict[str, str]
MOST_COLUMNS = 20  # of fields that joined, in one list: each is written into every row
Sections = Mapping[str, str]  # code → title, in order


@dataclass(frozen=True)
class ShownField:
    """One line of a section of the panorama."""

    declaration: FieldDeclaration
    text: str

    @property
    def label(self) -> str:
        label = self.declaration.label
        # Shown in words of its own, a value says its measure itself.
        return label.partition("（")[0] if self.declaration.show else label

    @property
    def code(self) -> str:
        return self.declaration.code

    @property
    def is_guarded(self) -> bool:
        return self.declaration.guard is not None

    @property
    def is_wide(self) -> bool:
        return self.declaration.kind.is_long


class Subject:
    """What a kind of record consists of. ``sections`` of the form by variant of the record (the
    variant "" where there is one only); ``fields`` are those of the code. Others join at run time,
    see `FieldSource`; they stand in the section ``extra``."""

    def __init__(
        self,
        code: str,
        *,
        label: str,
        sections: Mapping[str, Sections],
        fields: Sequence[FieldDeclaration],
    ) -> None:
        self.code = code
        self.label = label
        self.sections = sections
        self.built_in = tuple(fields)
        codes = [field.code for field in fields]
        if len(set(codes)) != len(codes):
            message = f"{code}: a field is declared twice"
            raise ValueError(message)

    # --- fields -------------------------------------------------------------------------------

    def all_fields(self) -> list[FieldDeclaration]:
        """Return every field, retired ones too."""
        return [*self.built_in, *joined_fields(self.code)]

    def fields(self) -> list[FieldDeclaration]:
        """Return the fields that are in use."""
        return [field for field in self.all_fields() if not field.is_retired]

    def writable(self) -> dict[str, FieldDeclaration]:
        """Return what a service may be given, by code."""
        return {field.code: field for field in self.fields() if field.write}

    def fill(self, record: Any, values: Mapping[str, Any]) -> dict[str, ValidationError]:
        """Put the given ``values`` into ``record``, cleaned by the rules of their kinds, but for
        those that are wrong; return what is wrong with them.

        Raises TypeError for a value that is no writable field.
        """
        writable = self.writable()
        if unknown := values.keys() - writable.keys():
            message = f"no fields of {self.code}: {', '.join(sorted(unknown))}"
            raise TypeError(message)
        errors: dict[str, ValidationError] = {}
        for code, value in values.items():
            field = writable[code]
            try:
                field.set_value(record, field.clean(value))
            except CellRefused as refusal:
                errors[code] = ValidationError(refusal.sentence(field.label))
        return errors

    # --- places -------------------------------------------------------------------------------

    def guards(self) -> list[GuardedField]:
        return [field.guard for field in self.built_in if field.guard]

    def titles(self, variant: str = "") -> dict[str, str]:
        """Return the sections of a form with a field, code → title."""
        fields = self.fields()
        return {
            code: title
            for code, title in self.sections[variant].items()
            if any(field.form and field.form.section_of(variant) == code for field in fields)
        }

    def inputs(self, variant: str = "", section: str = "") -> dict[str, list[FieldDeclaration]]:
        """Return the fields to type by section, or those of one ``section``."""
        return {
            code: [field for field in self._in_section(variant, code) if field.form.typed]  # type: ignore[union-attr]
            for code in self.titles(variant)
            if not section or code == section
        }

    def panorama(self, record: Any, section: str, variant: str = "") -> list[ShownField]:
        """Return what the page of ``record`` shows in a section."""
        return [
            # A guarded value is shown by a tag of its own, which knows the reader.
            ShownField(field, "" if field.guard else (field.show or field.word_of)(record))
            for field in self._in_section(variant, section)
            if field.form and field.form.shown
        ]

    def _in_section(self, variant: str, section: str) -> list[FieldDeclaration]:
        return placed(
            (field for field in self.fields() if _section_of(field, variant) == section), "form"
        )

    def import_columns(self) -> list[ImportColumn]:
        return [field.import_column() for field in placed(self.fields(), "imported")]

    def export_columns(self) -> list[ExportColumn]:
        return [field.export_column() for field in placed(self.fields(), "exported")]

    def list_columns(self) -> list[FieldDeclaration]:
        """Return the fields that joined and may be columns of a list: the first that are in use."""
        return [one for one in joined_fields(self.code) if not one.is_retired][:MOST_COLUMNS]

    def criteria(self, *, draws: bool = False) -> list[CriteriaField]:
        """Return what conditions may ask of the fields of the code: in lists, or in ``draws``."""
        return _questions(self.built_in, draws=draws)

    def joined_criteria(self, *, draws: bool = False) -> list[CriteriaField]:
        """Return what they may ask of the fields that joined; `join_criteria` takes them."""
        return _questions(joined_fields(self.code), draws=draws)

    def labels(self) -> dict[str, str]:
        """Return the fields that versions keep, code → label, in the order in which they read."""
        return {field.code: field.label for field in placed(self.all_fields(), "history")}

    def version_of(self, record: Any) -> Snapshot:
        """Return ``record`` as text by field; choices and references as they read in Chinese."""
        fields = placed(self.all_fields(), "history")
        return {field.code: field.word_of(record) for field in fields}

    @property
    def recorded(self) -> tuple[str, ...]:
        """The columns of which the log keeps what a change replaced."""
        return (*(field.code for field in self.built_in if field.history), "extra")

    def differences(self, before: Snapshot, after: Snapshot) -> list[str]:
        """Return the codes of the fields that differ between two versions."""
        # A field may have joined between the two.
        return [code for code in self.labels() if before.get(code, "") != after.get(code, "")]


def placed(fields: Iterable[FieldDeclaration], place: str) -> list[FieldDeclaration]:
    """Return those of ``fields`` that have this ``place``, in its order."""
    have = [field for field in fields if getattr(field, place) is not None]
    # Stable: fields of one order stay as they were declared.
    return sorted(have, key=attrgetter(f"{place}.order"))


def _questions(fields: Iterable[FieldDeclaration], *, draws: bool) -> list[CriteriaField]:
    where = "draws" if draws else "lists"
    return [
        field.question() for field in placed(fields, "criterion") if getattr(field.criterion, where)
    ]


def _section_of(field: FieldDeclaration, variant: str) -> str:
    return field.form.section_of(variant) if field.form else ""


SUBJECTS: Catalogue[Subject] = Catalogue("subject")


@dataclass(frozen=True)
class FieldSource:
    """Fields that come and go at run time: ``fields`` returns those of a subject, asked anew each
    time, retired ones too."""

    code: str
    fields: Callable[[str], Sequence[FieldDeclaration]]


FIELD_SOURCES: Catalogue[FieldSource] = Catalogue("source of fields")


def joined_fields(subject: str) -> list[FieldDeclaration]:
    """Return the fields that joined ``subject``, retired ones too."""
    return [field for source in FIELD_SOURCES for field in source.fields(subject)]
