"""One field of a record, and where it appears: each place that it has is declared beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.db import models

from expertpool.core import criteria as ask
from expertpool.core.crypto import DecryptionError
from expertpool.core.exporting import ExportColumn
from expertpool.core.fields import UNREADABLE
from expertpool.core.importing import CellRefused, ImportColumn, normalise_header
from expertpool.core.importing.columns import ZERO, Cleaner
from expertpool.core.subjects.conditions import ShownWhen
from expertpool.core.subjects.kinds import Kind, Rows, Text
from expertpool.core.visibility import GuardedField, Level, Viewer, is_clear, level_for

FILL_IN = "请填写这一项。"


def is_nothing(value: Any) -> bool:
    return value in (None, "", [])


class Owner(models.TextChoices):
    """Whose a field is of somebody who has a record: what he edits himself, at once or once the office
    has agreed, and what the office alone does."""

    OWN = "own", "本人直接修改"
    CONTROLLED = "controlled", "本人申请，核准后生效"
    OFFICE = "office", "管理部门填写"


FOR_SOME = "只对部分角色可见，不用于抽取"  # a field that is in use, of which a draw asks nothing


@dataclass(frozen=True, kw_only=True)
class InForm:
    """Where a record is typed and shown: the section, by variant of the record where they differ
    ("" is every variant). ``name`` is that of the control; ``labels`` are other labels by variant.
    ``shown=False``: typed, yet not on the page; ``typed=False``: the other way round. ``title`` is that of
    a section which the subject does not have."""

    section: str | Mapping[str, str]
    title: str = ""
    order: int = 0
    name: str = ""
    help: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    wide: bool = False
    typed: bool = True
    shown: bool = True

    def section_of(self, variant: str) -> str:
        """Return the section in which records of ``variant`` have the field; "" for none."""
        return self.section if isinstance(self.section, str) else self.section.get(variant, "")


@dataclass(frozen=True, kw_only=True)
class InImport:
    """A column of the import; see `core.importing.ImportColumn`. ``clean`` where a table is allowed more
    than the form (a birthday without its day); ``words`` where the kind does not know them."""

    aliases: Collection[str] = ()
    pieces: Sequence[str] = ()
    piece_names: Mapping[str, str] = field(default_factory=dict)
    others: Collection[str] = ()
    apart: Collection[str] = ()
    likely: Collection[str] = ()
    rather: str = ""
    order: int = 0
    code: str = ""
    help: str = ""
    sample: str = ""
    width: int = 16
    clean: Cleaner | None = None
    header: str = ""
    looks: Callable[[Any], bool] | None = None
    bare: Callable[[str], Any] | None = None
    words: Callable[[], Sequence[str]] | None = None
    meanings: Callable[[], Mapping[str, str]] = dict
    may_be: Callable[[str], Callable[[str], bool]] | None = None
    lists: bool = False
    dispensable: bool = False
    blanks: Collection[str] = ()
    missed: str = ""
    src: Callable[[], str] | None = None
    vague: Collection[str] = ()
    after: Collection[str] = ()
    after_header: Callable[[str], Any] | None = None
    begun_by: str = ""
    ends: Callable[[str], Any] | None = None


@dataclass(frozen=True, kw_only=True)
class InExport:
    """A column of the export; see `core.exporting.ExportColumn`. ``value`` where the record does not
    have it under the field's code."""

    order: int = 0
    code: str = ""
    width: int = 16
    optional: bool = False
    value: Callable[[Any], Any] | None = None


@dataclass(frozen=True, kw_only=True)
class InCriteria:
    """A condition over records. ``draws``: a draw may ask it, too; ``lists``: a list may. ``kept``: a draw has
    asked it once and may no more; what is sealed is read as before.
    ``field`` gives a code or a label only where they are not those of the declaration."""

    field: ask.Field
    order: int = 0
    draws: bool = True
    lists: bool = True
    kept: bool = False


@dataclass(frozen=True, kw_only=True)
class InFilter:
    """A control above the list; it asks what the condition of the field asks, so there has to be
    one, and not a guarded one: that is left to the builder, which knows who may. ``name`` in the
    address, where it is not the condition's code; ``kind`` where rows are chosen (`Rows`), and only
    there. Text, days and choices have a control; a number or yes and no is left to the builder.
    ``single``: one of the choices instead of several; ``outlived``: one that left the list is still
    found, where an address names it.
    """

    order: int = 0
    name: str = ""
    label: str = ""
    kind: Kind | None = None
    single: bool = False
    outlived: bool = False


@dataclass(frozen=True, kw_only=True)
class InHistory:
    """Kept in the versions of a record and compared."""

    order: int = 0


@dataclass(frozen=True, kw_only=True)
class InApplication:
    """Asked of whoever applies to be taken in: at which ``step``, by variant where they differ ("" is
    none of them). ``required`` beyond what the record demands. What has no step follows from the field
    ``told_by``: ``tells`` returns its values by what that one says."""

    step: str | Mapping[str, str] = ""
    order: int = 0
    required: bool = False
    help: str = ""
    told_by: str = ""
    tells: Callable[[], Mapping[str, Any]] | None = None

    def step_of(self, variant: str) -> str:
        """Return the step at which applicants of ``variant`` are asked; "" for none."""
        return self.step if isinstance(self.step, str) else self.step.get(variant, "")


@dataclass(frozen=True, kw_only=True)
class InInterface:
    """Given to other platforms, and taken from them if services take it; see `core.api.records`.
    ``help`` says more than the label."""

    help: str = ""


@dataclass(frozen=True, kw_only=True)
class FieldDeclaration:
    """A field and its places; a place that is not given is one where it does not appear.

    ``code`` is the attribute of the record, or the key in its ``extra`` (``is_extra``). In each
    place the fields follow in the order of their declaration; ``order`` moves one forward (below
    0) or back. ``write=False``: no service takes it. ``is_retired``: it reads as before, and
    nobody fills or asks it any more. ``owner``: whose it is; one that is ``always_asked`` no office lets
    him edit at once. ``veil``: the code of the veil that is over it (`visibility.GuardedField`): its own, or that of a
    field of which it may tell. ``shown_when``: a record has it only while another of its fields says so.
    ``former_labels``: what it was called before, and is in the log.
    """

    code: str
    label: str
    kind: Kind
    required: bool = False
    guard: GuardedField | None = None
    veil: str = ""
    write: bool = True
    read: Callable[[Any], Any] | None = None
    show: Callable[[Any], str] | None = None
    form: InForm | None = None
    imported: InImport | None = None
    exported: InExport | None = None
    criterion: InCriteria | None = None
    filtered: InFilter | None = None
    history: InHistory | None = None
    interface: InInterface | None = None
    applied: InApplication | None = None
    is_extra: bool = False
    is_retired: bool = False
    is_searched: bool = False
    owner: Owner = Owner.OFFICE
    always_asked: bool = False
    shown_when: ShownWhen | None = None
    former_labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.filtered is None:
            return
        if self.criterion is None or self.guard or self.criterion.field.guard:
            message = f"{self.code}: a filter asks by a condition that everybody may ask"
            raise ValueError(message)
        question, kind = self.criterion.field, self.filtered.kind
        if isinstance(question, ask.Reference):
            has_control = isinstance(kind, Rows)
        else:
            has_control = kind is None and isinstance(question, ask.Text | ask.Date | ask.Choice)
        if not has_control:
            message = (
                f"{self.code}: a filter asks for text, days, choices, or for rows by a kind `Rows`"
            )
            raise ValueError(message)

    def value_of(self, record: Any) -> Any:
        """Return what ``record`` has; None where it has nothing."""
        if self.read is not None:
            return self.read(record)
        if not self.is_extra:
            return getattr(record, self.code)
        stored = record.extra.get(self.code)
        return None if stored is None else self.kind.load(stored)

    def set_value(self, record: Any, value: Any) -> None:
        """Put a cleaned ``value`` into ``record``; nothing takes an extra value out."""
        if not self.is_extra:
            setattr(record, self.code, value)
        elif value in (None, "", []):
            record.extra.pop(self.code, None)
        else:
            record.extra[self.code] = self.kind.store(value)

    def clean(self, value: Any, record: Any = None) -> Any:
        """Return ``value`` by the rule of the kind, for ``record`` where there is one; empty is what it is. Raises
        CellRefused."""
        cleaned = value if value in (None, "") else self._cleaned(value, record)
        # That a column is filled in, its model says; of what waits for another field, the subject.
        if self.is_extra and self.required and not self.shown_when and is_nothing(cleaned):
            raise CellRefused("{}为空", FILL_IN)
        return cleaned

    def _cleaned(self, value: Any, record: Any) -> Any:
        # Of the fields of the code a constraint keeps what a record has within the rule.
        if record is None or not self.is_extra:
            return self.kind.clean(value)
        return self.kind.clean_beside(value, self.value_of(record))

    def is_hidden_from(self, viewer: Viewer) -> bool:
        """Tell whether ``viewer`` sees nothing of it, not even masked."""
        return self.guard is not None and level_for(viewer, self.guard.code) is Level.HIDDEN

    def is_veiled_from(self, viewer: Viewer) -> bool:
        """Tell whether ``viewer`` does not see it in clear since a veil is over it."""
        return bool(self.veil) and not is_clear(viewer, self.veil)

    def word_of(self, record: Any) -> str:
        """Return the value as it is read in Chinese; of an altered cell that it cannot be read."""
        try:
            return self.kind.word(self.value_of(record))
        except DecryptionError:
            return UNREADABLE

    # --- places -------------------------------------------------------------------------------

    def question(self, *, draws: bool = False) -> ask.Field:
        """Return what conditions ask of it, those of ``draws``; only of fields that they ask."""
        place = self.criterion
        assert place is not None  # noqa: S101
        # Who may not see a value does not ask for it either, whether or not the condition says so itself.
        guard = self.guard.code if self.guard else self.veil or place.field.guard
        return replace(
            place.field,
            code=place.field.code or self.code,
            label=place.field.label or self.label,
            is_retired=self.is_retired or (draws and place.kept),
            retired_as=FOR_SOME if not self.is_retired and place.kept else place.field.retired_as,
            guard=guard,
        )

    @property
    def filter_name(self) -> str:
        """How its filter is called in the address of a list."""
        return (self.filtered.name if self.filtered else "") or self.question().code

    @property
    def name(self) -> str:
        """How its control is called."""
        return (self.form.name if self.form else "") or self.code

    def input(self, variant: str, current: Any = None) -> forms.Field:
        place = self.form
        assert place is not None  # noqa: S101 (asked only of fields that are typed)
        return self.kind.input(
            current=current,
            label=place.labels.get(variant, self.label),
            # Of a field that waits for another its subject says that it is missing.
            required=(self.required or place.required) and not self.shown_when,
            help_text=place.help,
        )

    def import_column(self) -> ImportColumn:
        place = self.imported or InImport()
        is_plain_text = type(self.kind) is Text and not self.kind.rule and not self.is_extra
        return ImportColumn(
            place.code or self.code,
            place.header or self.label,
            place.clean or self.kind.cell_cleaner(),
            tuple(place.aliases),
            tuple(place.pieces),
            piece_names=place.piece_names,
            # Nobody could fill in what he does not see, or what the record need not have.
            required=self.required and not (self.is_extra and (self.guard or self.shown_when)),
            help=place.help,
            sample=place.sample,
            choices=self.kind.options,
            width=place.width,
            is_extra=self.is_extra,
            others=tuple(place.others),
            likely=tuple(place.likely),
            apart=tuple(place.apart),
            rather=place.rather,
            vague=tuple(place.vague),
            after=tuple(place.after),
            after_header=place.after_header,
            begun_by=place.begun_by,
            ends=place.ends,
            looks=place.looks,
            bare=place.bare,
            words=place.words or self.kind.cell_words,
            is_free=self.kind.is_free,
            meanings=place.meanings,
            may_be=place.may_be,
            lists=place.lists,
            dispensable=place.dispensable and not self.required,
            blanks=(*place.blanks, *((ZERO,) if is_plain_text else ())),
            missed=place.missed,
            # What a cleaner of its own makes of a cell, the kind need not know.
            word=str if place.clean else self.kind.word,
            src=place.src,
        )

    def headers(self) -> set[str]:
        """Return what a header may read for it, as imports compare; not imported, its label."""
        names = (self.label, *(self.import_column().headers if self.imported else ()))
        return {normalise_header(name) for name in names}

    def export_column(self) -> ExportColumn:
        place = self.exported or InExport()
        return ExportColumn(
            place.code or self.code,
            self.label,
            place.value or (lambda record: self.kind.cell(self.value_of(record))),
            self.guard.code if self.guard else "",
            place.width,
            optional=place.optional,
        )
