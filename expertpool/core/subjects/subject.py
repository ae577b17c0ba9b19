"""All fields of one kind of record, and what each place makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError

from expertpool.core.catalogue import Catalogue
from expertpool.core.criteria import Field as CriteriaField
from expertpool.core.exporting import ExportColumn
from expertpool.core.importing import CellRefused, ImportColumn
from expertpool.core.subjects.conditions import ValueOf, applies
from expertpool.core.subjects.fields import FILL_IN, FieldDeclaration, is_nothing
from expertpool.core.visibility import UNSEEN, GuardedField, Viewer

Snapshot = dict[str, str]
MOST_COLUMNS = 20  # of fields that joined, in one list: each is written into every row
Sections = Mapping[str, str]  # code → title, in order


@dataclass(frozen=True)
class ShownField:
    """One line of a section of the panorama."""

    declaration: FieldDeclaration
    text: str
    url: str = ""
    is_veiled: bool = False

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
        # What joined is hidden or plain; a page has left out the hidden.
        is_guarded = self.declaration.guard is not None and not self.declaration.is_extra
        return is_guarded or self.is_veiled

    @property
    def is_wide(self) -> bool:
        return self.declaration.kind.is_long


class Subject:
    """What a kind of record consists of. ``sections`` of the form by variant of the record (the
    variant "" where there is one only); ``fields`` are those of the code. Others join at run time,
    see `FieldSource`; they stand in the section ``extra`` or in ones of their own. ``is_somebodys``: a record is that of a person,
    who may fill in fields himself."""

    def __init__(
        self,
        code: str,
        *,
        label: str,
        sections: Mapping[str, Sections],
        fields: Sequence[FieldDeclaration],
        is_somebodys: bool = False,
    ) -> None:
        self.code = code
        self.is_somebodys = is_somebodys
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
                field.set_value(record, field.clean(value, record))
            except CellRefused as refusal:
                errors[code] = ValidationError(refusal.sentence(field.label))
        return self._leave_out(record, values) | errors

    def _leave_out(self, record: Any, given: Mapping[str, Any]) -> dict[str, ValidationError]:
        """Empty those fields of ``record`` that it does not have, as others stand now; return what is
        wrong with what is ``given`` of them."""
        fields = {one.code: one for one in self.all_fields()}

        def value_of(code: str) -> Any:
            return fields[code].value_of(record)

        waiting = [one for one in fields.values() if one.shown_when and not one.is_retired]
        errors = {
            one.code: ValidationError(refusal.sentence(one.label))
            for one in waiting
            if one.code in given
            and (refusal := self.misfit(fields, one, given[one.code], value_of))
        }
        for one in waiting:
            if not applies(fields, one.code, value_of):
                one.set_value(record, None)
        return errors

    def lacking(self, record: Any) -> dict[str, ValidationError]:
        """Return what ``record`` lacks of the required fields that administrators added: one that was made before
        the field was, or before it was required. Nothing is asked of what some do not see, nor of files: no table and no
        other platform can hand these in."""
        fields = {one.code: one for one in self.all_fields()}

        def value_of(code: str) -> Any:
            return fields[code].value_of(record)

        return {
            one.code: ValidationError(CellRefused("{}为空", FILL_IN).sentence(one.label))
            for one in fields.values()
            if one.is_extra and one.required and one.imported and not (one.is_retired or one.guard)
            if applies(fields, one.code, value_of) and is_nothing(value_of(one.code))
        }

    @staticmethod
    def misfit(
        fields: Mapping[str, FieldDeclaration], one: FieldDeclaration, value: Any, value_of: ValueOf
    ) -> CellRefused | None:
        """Return why ``value`` cannot be that of ``one``, which waits for another of ``fields``: given though
        the record does not have it, or missing though it is required."""
        when = one.shown_when
        assert when is not None  # noqa: S101 (asked only of those that wait)
        if applies(fields, one.code, value_of):
            missing = one.required and is_nothing(value)
            return CellRefused("{}为空", FILL_IN) if missing else None
        if is_nothing(value):
            return None
        waited = fields[when.code].label
        mend = f"“{waited}”为“{'、'.join(when.words)}”时才填写这一项，请清空它，或改“{waited}”。"
        return CellRefused("{}不应填写", mend)

    def has_field(self, record: Any, one: FieldDeclaration) -> bool:
        """Tell whether ``record`` has the field as it stands; None is one in which nothing stands yet."""
        fields = {field.code: field for field in self.all_fields()}
        return applies(
            fields, one.code, lambda code: fields[code].value_of(record) if record else None
        )

    # --- places -------------------------------------------------------------------------------

    def name_of(self, one: FieldDeclaration) -> str:
        """Return by which code visibility and exports know a field: experts.phone."""
        return f"{self.code.partition('.')[0]}.{one.code}"

    def guards(self) -> list[GuardedField]:
        return [field.guard for field in self.built_in if field.guard]

    def titles(self, variant: str = "") -> dict[str, str]:
        """Return the sections of a form with a field, code → title."""
        places = [field.form for field in placed(self.fields(), "form")]
        asked = {place.section_of(variant): place.title for place in places if place}
        known = self.sections[variant]
        # Those that joined have sections of their own, after those of the subject.
        own = {code: title for code, title in asked.items() if title and code not in known}
        return {code: title for code, title in known.items() if code in asked} | own

    def inputs(
        self, variant: str = "", section: str = "", *, viewer: Viewer, record: Any = None
    ) -> dict[str, list[FieldDeclaration]]:
        """Return the fields to type by section, or those of one ``section``: without those that joined and
        are hidden from ``viewer``, and those that wait for what is not typed here and is not so of ``record``."""
        typed = {
            code: [
                field
                for field in self._in_section(variant, code)
                if field.form
                and field.form.typed
                and not (field.is_extra and field.is_hidden_from(viewer))
            ]
            for code in self.titles(variant)
            if not section or code == section
        }
        here = {field.code: field for fields in typed.values() for field in fields}
        while gone := {one.code for one in here.values() if not self._may_come(one, here, record)}:
            here = {code: one for code, one in here.items() if code not in gone}
        return {code: [one for one in some if one.code in here] for code, some in typed.items()}

    def _may_come(self, one: FieldDeclaration, here: Mapping[str, Any], record: Any) -> bool:
        when = one.shown_when
        return when is None or when.code in here or self.has_field(record, one)

    def panorama(
        self, record: Any, section: str, variant: str = "", *, viewer: Viewer
    ) -> list[ShownField]:
        """Return what the page of ``record`` shows ``viewer`` in a section."""
        return [
            # A guarded value of the code is shown by a tag of its own, which knows the reader.
            ShownField(field, "")
            if field.guard and not field.is_extra
            else self._veiled(field)
            if field.is_veiled_from(viewer)
            else ShownField(
                field,
                (field.show or field.word_of)(record),
                field.kind.url_of(field.value_of(record)),
            )
            for field in self._in_section(variant, section)
            if field.form
            and field.form.shown
            and not (field.is_extra and field.is_hidden_from(viewer))
            and (field.shown_when is None or self.has_field(record, field))
        ]

    def _veiled(self, field: FieldDeclaration) -> ShownField:
        """Return what is shown of a field under a veil: as a guarded one if the veil is its own, else nothing of it."""
        is_own = self.name_of(field) == field.veil
        return ShownField(field, "" if is_own else UNSEEN, is_veiled=is_own)

    def _in_section(self, variant: str, section: str) -> list[FieldDeclaration]:
        return placed(
            (field for field in self.fields() if _section_of(field, variant) == section), "form"
        )

    def import_columns(self, viewer: Viewer | None = None) -> list[ImportColumn]:
        """Return the columns of a table of records; without those that joined and are hidden from ``viewer``:
        he would be offered, and shown as taken, what he may not write."""
        return [
            field.import_column()
            for field in placed(self.fields(), "imported")
            if not (viewer and field.is_extra and field.is_hidden_from(viewer))
        ]

    def export_columns(self) -> list[ExportColumn]:
        return [
            replace(field.export_column(), of=(self.name_of(field),))
            for field in placed(self.fields(), "exported")
        ]

    def list_columns(self, viewer: Viewer) -> list[FieldDeclaration]:
        """Return the fields that joined and may be columns of a list of ``viewer``: the first that are
        in use."""
        return self.joined(viewer)[:MOST_COLUMNS]

    def joined(self, viewer: Viewer) -> list[FieldDeclaration]:
        """Return the fields in use that joined, without those hidden from ``viewer``."""
        added = (one for one in joined_fields(self.code) if not one.is_retired)
        return [one for one in added if not one.is_hidden_from(viewer)]

    def criteria(self, *, draws: bool = False) -> list[CriteriaField]:
        """Return what conditions may ask of the fields of the code: in lists, or in ``draws``."""
        return _questions(self.built_in, draws=draws)

    def joined_criteria(self, *, draws: bool = False) -> list[CriteriaField]:
        """Return what they may ask of the fields that joined; `join_criteria` takes them."""
        return _questions(joined_fields(self.code), draws=draws)

    def labels(self, viewer: Viewer | None = None) -> dict[str, str]:
        """Return the fields that versions keep, code → label, in the order in which they read; without
        those that joined and are hidden from ``viewer``."""
        return {
            field.code: field.label
            for field in placed(self.all_fields(), "history")
            if not (viewer and field.is_extra and field.is_hidden_from(viewer))
        }

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
        field.question(draws=draws)
        for field in placed(fields, "criterion")
        if getattr(field.criterion, where)
    ]


def _section_of(field: FieldDeclaration, variant: str) -> str:
    return field.form.section_of(variant) if field.form else ""


SUBJECTS: Catalogue[Subject] = Catalogue("subject")


@dataclass(frozen=True)
class FieldSource:
    """Fields that come and go at run time: ``fields`` returns those of a subject, asked anew each
    time, retired ones too; within ``as_one_look`` they are asked once."""

    code: str
    fields: Callable[[str], Sequence[FieldDeclaration]]
    as_one_look: Callable[[], AbstractContextManager[None]] = nullcontext


FIELD_SOURCES: Catalogue[FieldSource] = Catalogue("source of fields")


@contextmanager
def one_look() -> Iterator[None]:
    """Let a piece of work see one state of the fields that joined, as a request does: it asks for them at each row."""
    with ExitStack() as looks:
        for source in FIELD_SOURCES:
            looks.enter_context(source.as_one_look())
        yield


def joined_fields(subject: str) -> list[FieldDeclaration]:
    """Return the fields that joined ``subject``, retired ones too."""
    return [field for source in FIELD_SOURCES for field in source.fields(subject)]


def logged_names(subject: str, is_meant: Callable[[FieldDeclaration], bool]) -> set[str]:
    """Return under which names the log keeps those of the fields that joined ``subject`` that are meant: what they are called
    and were called before, or their codes."""
    meant = (one for one in joined_fields(subject) if is_meant(one))
    return {name for one in meant for name in (one.code, one.label, *one.former_labels)}


def searched_fields(subject: str, viewer: Viewer | None) -> list[str]:
    """Return the codes of the fields that joined ``subject`` whose texts the search box of ``viewer`` reads;
    of nobody's, those that all see."""
    texts = (one for one in joined_fields(subject) if one.is_searched and not one.is_retired)
    return [
        one.code
        for one in texts
        if one.guard is None or (viewer and not one.is_hidden_from(viewer))
    ]
