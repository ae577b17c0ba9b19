"""Reads of the log: whole, of one subject, and its values in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, DecimalException
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.text import Truncator

from expertpool.audit.actions import (
    BRANCHES,
    CODES,
    READ_BY,
    action_label,
    all_names,
    kept_from,
    name_today,
    value_label,
)
from expertpool.audit.models import GENESIS, Anchor, ChainHead, Entry
from expertpool.core.prepared import Prepared
from expertpool.core.subjects import logged_names
from expertpool.core.text import is_key, plain_number
from expertpool.core.timeline import TimelineEntry
from expertpool.core.visibility import NOBODY, Level, Viewer, is_exportable, level_for, told_later

EMPTY = "—"
HIDDEN_FROM_SOME = "（仅指定角色可见）"
NOTHING: tuple[Any, ...] = (None, "", [], {})
# As it is copied from a message: with blanks, or a full-width colon.
KEPT_HEAD = re.compile(r"\s*(?P<number>[1-9]\d{0,17})\s*[:：]\s*(?P<hash>[0-9a-fA-F]{64})\s*")
MOST_TEXT = 300  # characters of changes on the page of a subject
MOST_VALUE = 100  # characters of a value that is told to whoever edits it
FIGURES = {True: "是", False: "否", None: EMPTY, "": EMPTY}


Said = dict[str, Any]  # names → values, as an entry keeps them
Holds = Callable[[str], bool]  # whether a reader has a permission


class Head(NamedTuple):
    """The end of the chain, as it is or as somebody kept it: how many entries it has and the last
    hash (hex)."""

    number: int
    hash: str


@dataclass(frozen=True)
class Anchored:
    """How often the chain was confirmed, and with how many entries the last time."""

    count: int
    last: int


@dataclass(frozen=True)
class Difference:
    """One value of an entry in words."""

    label: str
    before: str
    after: str


def entries_visible_to(user: Any) -> QuerySet[Entry]:
    """Return the log to holders of audit.view, nothing to others; without what is told later."""
    return _told(Entry.objects.all()) if user.has_permission("audit.view") else Entry.objects.none()


def _told(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    return entries.exclude(told_later(Entry))


def is_told(entry: Entry) -> bool:
    """Tell whether what was just written is told at once, and not later (`core.visibility.LATER`)."""
    return _told(Entry.objects.filter(pk=entry.pk)).exists()


# One subject, or those of a model by their keys: all that was done to them, or some actions alone.
Rows = tuple[type[models.Model], Iterable[Any]]
Subjects = models.Model | Rows | tuple[type[models.Model], Iterable[Any], Iterable[str]]


def entries_for(*subjects: Subjects) -> QuerySet[Entry]:
    """Return what was done to any of ``subjects``, newest first. The caller checks who may see it."""
    about = Q()
    for one in subjects:
        model, keys = (type(one), [one.pk]) if isinstance(one, models.Model) else one[:2]
        names = all_names(model._meta.label_lower)
        of = Q(subject_type__in=names, subject_id__in=[str(key) for key in keys])
        if isinstance(one, tuple) and len(one) == 3:
            of &= Q(action__in=one[2])
        about |= of
    return Entry.objects.filter(about).order_by("-id") if about else Entry.objects.none()


def names_last_told(model: str, keys: Iterable[str]) -> dict[str, str]:
    """Return how rows of ``model``, deleted ones too, were called when the log last told of them, by their keys."""
    told = Entry.objects.filter(subject_type__in=all_names(model), subject_id__in=keys)
    last = told.order_by("subject_id", "-id").distinct("subject_id")
    return dict(last.values_list("subject_id", "subject_label"))


def entries_by(actor: Any) -> QuerySet[Entry]:
    """Return what ``actor`` did, newest first: his own doings, which he may always see."""
    return Entry.objects.filter(actor_id=actor.pk).order_by("-id")


def log_begins() -> datetime | None:
    """Return when the first entry of the log was written; None of an empty log. Where the beginning of the chain is
    not there, nobody knows, and it is as old as can be."""
    first = Entry.objects.order_by("id").first()
    linked = Entry.objects.filter(chain_no=1).first()
    if linked is None and chain_head().number:
        return datetime.min.replace(tzinfo=UTC)
    return min((one.at for one in (first, linked) if one), default=None)


def chain_head() -> Head:
    """Return the end of the chain; of an empty one number 0 and zeros."""
    head = _head.first()
    return Head(head.number, bytes(head.hash).hex()) if head else Head(0, GENESIS.hex())


_head = Prepared(lambda: ChainHead.objects.order_by("pk")[:1])


def head_confirmed(before: datetime) -> Head | None:
    """Return the end of the chain as it was confirmed last (`Anchor`) not after ``before``; None where it was not yet."""
    row = Anchor.objects.filter(at__lte=before).order_by("-number").first()
    return Head(row.number, row.hash) if row else None


def waiting_in_branches() -> QuerySet[Entry]:
    """Return what stands in the chains of departments and not yet in the chain."""
    return Entry.objects.filter(chain_no__isnull=True, branch_no__isnull=False)


def branch_name(department: int) -> str:
    """Return how the department is called whose chain is asked about; of one that is gone its number."""
    return next((one.name(department) for one in BRANCHES), "") or f"部门 {department}"


def anchors() -> Anchored:
    """Return what is known of the confirmations of the chain (docs/decisions/0083)."""
    found = Anchor.objects.aggregate(count=Count("pk"), last=Max("number"))
    return Anchored(found["count"], found["last"] or 0)


def kept_head(text: str) -> Head:
    """Read a head that somebody kept, as messages and sheets write it (1234:9f86…).

    Raises ValueError with a Chinese message for anything else.
    """
    found = KEPT_HEAD.fullmatch(text)
    if found is None:
        raise ValueError("留存的链头写作“链长:链头”，例如 1234:9f86…（链头 64 位）。")
    return Head(int(found["number"]), found["hash"].lower())


def _holds_nothing(code: str) -> bool:
    return False


def differences(
    entry: Entry, holds: Holds = _holds_nothing, viewer: Viewer = NOBODY
) -> list[Difference]:
    """Return the values of ``entry`` before and after, with Chinese names and labels, as far as whoever ``holds``
    asks about is told them (`Action.kept`), and ``viewer`` sees the fields that joined the record as they are now."""
    kept = kept_from(entry.action, holds)
    before, after = (
        {name: value for name, value in said.items() if name not in kept}
        for said in _seen(entry, viewer)
    )
    return _differences(entry, before, after)


def _seen(entry: Entry, viewer: Viewer) -> tuple[Said, Said]:
    """Return what was before and after: of a field that is hidden from ``viewer`` only that there was something. It may have
    had no readers when the entry was written."""
    hidden = _hidden_names(entry, viewer)

    def shown(name: str, value: Any) -> Any:
        if name in hidden and value not in NOTHING:
            return HIDDEN_FROM_SOME
        return part(value) if isinstance(value, dict) else value

    def part(values: Said) -> Said:
        return {name: shown(name, value) for name, value in values.items()}

    return part(entry.before or {}), part(entry.after or {})


class _Everything(Container[str]):
    def __contains__(self, name: object) -> bool:
        return True


def _hidden_names(entry: Entry, viewer: Viewer) -> Container[str]:
    if not _is_read_by(entry, viewer):
        return _Everything()
    return logged_names(name_today(entry.subject_type), lambda one: one.is_hidden_from(viewer))


def _is_read_by(entry: Entry, viewer: Viewer) -> bool:
    """Tell whether ``viewer`` reads what ``entry`` says of its subject (`READ_BY`)."""
    one = READ_BY.get(name_today(entry.subject_type))
    return one is None or _stands_in(one.seen(viewer), entry)


def _stands_in(rows: QuerySet[Any], entry: Entry) -> bool:
    return is_key(entry.subject_id) and rows.filter(pk=entry.subject_id).exists()


def note_of(entry: Entry, viewer: Viewer) -> str:
    """Return the note of ``entry``, which names a file, say, as far as ``viewer`` may read it."""
    is_read = not entry.note or _is_read_by(entry, viewer)
    return entry.note if is_read else HIDDEN_FROM_SOME


def notes_read_by(viewer: Viewer) -> Q:
    """Return of which entries ``viewer`` reads the note: by others none is found."""
    found = Q()
    for one in READ_BY:
        keys = one.seen(viewer).order_by().values(text=Cast("pk", models.TextField()))
        found &= ~Q(subject_type__in=all_names(one.code)) | Q(subject_id__in=keys)
    return found


def _differences(entry: Entry, before: Said, after: Said) -> list[Difference]:
    model = _model(entry.subject_type)
    return [
        Difference(
            field_label(model, name),
            value_in_words(model, name, before[name]) if name in before else "",
            value_in_words(model, name, after[name]) if name in after else "",
        )
        for name in dict.fromkeys([*before, *after])
    ]


def summary(entry: Entry) -> str:
    """Return the changes of ``entry`` in one line (姓名：王明 → 王小明；…), and its note; what is kept from others
    (`Action.kept`) is not told."""
    return _joined(changes(entry), note_of(entry, NOBODY))


def exported_summary(entry: Entry) -> str:
    """The same for an export: of a field that the office keeps out of exports nothing, nor what only some see."""
    of_some = READ_BY.get(name_today(entry.subject_type))
    if of_some and not _stands_in(of_some.leaving(), entry):
        return HIDDEN_FROM_SOME
    kept = kept_from(entry.action, _holds_nothing)
    before, after = (
        {name: value for name, value in _leaving(entry, said).items() if name not in kept}
        for said in _seen(entry, NOBODY)
    )
    return _joined(_in_line(_differences(entry, before, after)), note_of(entry, NOBODY))


def _leaving(entry: Entry, said: Said) -> Said:
    model = _model(entry.subject_type)
    app = model._meta.app_label if model else ""
    stay = logged_names(
        name_today(entry.subject_type), lambda one: not is_exportable(f"{app}.{one.code}")
    )

    def part(values: Said) -> Said:
        # What administrators added stands together under one name, by its codes.
        return {
            name: part(value) if isinstance(value, dict) else value
            for name, value in values.items()
            if name not in stay and is_exportable(f"{app}.{name}")
        }

    return part(said)


def changes(
    entry: Entry,
    *,
    without: Container[str] = (),
    holds: Holds = _holds_nothing,
    viewer: Viewer = NOBODY,
) -> str:
    """Return the changes of ``entry`` in one line, as `differences`; not the values labelled as in ``without``, nor
    what was empty and stayed so."""
    return _in_line(one for one in differences(entry, holds, viewer) if one.label not in without)


def _in_line(some: Iterable[Difference]) -> str:
    return "；".join(
        f"{one.label}：{_change(one)}" for one in some if not {one.before, one.after} <= {"", EMPTY}
    )


def edits_in_words(entry: Entry, viewer: Viewer, untold: Collection[str] = ()) -> list[str]:
    """Return the changes of ``entry`` one by one (姓名：王明 → 王小明) as ``viewer`` may see them:
    of lists what came and went, of a field that is hidden from him only that it changed, of what is
    ``untold`` nothing."""
    before, after = entry.before or {}, entry.after or {}
    model = _model(entry.subject_type)
    app = model._meta.app_label if model else ""
    of_others = _hidden_names(entry, viewer)
    told = []
    for name in dict.fromkeys([*before, *after]):
        if name in untold or before.get(name) == after.get(name):
            continue
        hidden = name in of_others or level_for(viewer, f"{app}.{name}") is Level.HIDDEN
        words = "已修改" if hidden else _edit(model, name, before.get(name), after.get(name))
        told.append(f"{field_label(model, name)}：{words}")
    return told


def _edit(model: type[models.Model] | None, name: str, old: Any, new: Any) -> str:
    def words(value: Any) -> str:
        return Truncator(value_in_words(model, name, value)).chars(MOST_VALUE, truncate="…")

    if isinstance(old, dict) and isinstance(new, dict):
        keys = [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]
        old, new = ({key: one[key] for key in keys if key in one} for one in (old, new))
    if isinstance(old, list | None) and isinstance(new, list | None) and (old or new):
        came = [one for one in new or [] if one not in (old or [])]
        went = [one for one in old or [] if one not in (new or [])]
        if came or went:
            sides = (("增加", came), ("去掉", went))
            return "，".join(f"{word} {words(some)}" for word, some in sides if some)
    return f"{words(old)} → {words(new)}"


def _joined(*parts: str) -> str:
    return "；".join(part for part in parts if part)


def _change(one: Difference) -> str:
    if not one.after:
        return one.before
    return one.after if one.before in {"", EMPTY} else f"{one.before} → {one.after}"


def subject_type_label(subject_type: str) -> str:
    """Return the Chinese name of a type of subject (项目), or the type itself."""
    model = _model(subject_type)
    return str(model._meta.verbose_name) if model else subject_type


def timeline_of(
    *subjects: Subjects,
    most: int,
    without: Container[str] = (),
    holds: Holds = _holds_nothing,
    viewer: Viewer = NOBODY,
    tone: str = "grey",
) -> list[TimelineEntry]:
    """Return the last ``most`` things done to ``subjects``, as the pages of a subject tell them.

    Personal data stand in the log masked, as they were recorded. Of long changes the beginning is
    shown, the whole is on the page of the log; what somebody wrote is shown whole. What is told
    later is not there yet. The caller checks who may see it, and says what he ``holds`` and sees (`differences`).
    """
    return [
        TimelineEntry(
            entry.at,
            action_label(entry.action),
            entry.actor_name,
            _joined(
                Truncator(changes(entry, without=without, holds=holds, viewer=viewer)).chars(
                    MOST_TEXT, truncate="…"
                ),
                note_of(entry, viewer),
            ),
            tone=tone,
        )
        for entry in _told(entries_for(*subjects))[:most]
    ]


def _model(subject_type: str) -> type[models.Model] | None:
    try:
        return apps.get_model(name_today(subject_type))
    except (LookupError, ValueError):
        # The model is gone, or the entry is about none: it stays readable.
        return None


def _field(model: type[models.Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        # A name that is no field is a word that the service chose.
        return None


def field_label(model: type[models.Model] | None, name: str) -> str:
    """Return what ``name`` in an entry about a ``model`` is called."""
    field = _field(model, name)
    # A relation from the other side has no name of its own.
    if field is not None and field.one_to_many:
        field = field.related_model._meta
    return str(getattr(field, "verbose_name", "") or value_label(name))


def _number_in_words(column: models.DecimalField[Any, Any], value: Any) -> str:
    """Return a number alike whether it came from the database (10.000) or was typed (10); of two places as money is
    written."""
    try:
        number = Decimal(str(value))
        return f"{number:.2f}" if column.decimal_places == 2 else plain_number(number)
    except DecimalException:  # a text that stands for it
        return str(value)


def value_in_words(model: type[models.Model] | None, name: str, value: Any) -> str:
    """Return a ``value`` under ``name`` as it is read in Chinese."""
    codes = CODES.get(f"{model._meta.label_lower}.{name}") if model else None
    if isinstance(value, dict):
        return "，".join(
            f"{(codes and codes.label(key)) or value_label(key)} {value_in_words(None, key, one)}"
            for key, one in value.items()
        )
    if isinstance(value, list):
        return "、".join(value_in_words(model, name, one) for one in value) or EMPTY
    if isinstance(value, bool | None) or value == "":
        return FIGURES[value]
    if codes and (label := codes.label(str(value))):
        return label
    column = _field(model, name)
    if isinstance(column, models.DecimalField):
        return _number_in_words(column, value)
    choices = dict(getattr(column, "flatchoices", ()) or ())
    return str(choices.get(value) or value_label(str(value)))
