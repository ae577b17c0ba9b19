"""What a row looks like, for ``before`` and ``after`` of an entry."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from expertpool.audit.queries import HIDDEN_FROM_SOME, NOTHING, field_label, value_in_words
from expertpool.core.crypto import DecryptionError
from expertpool.core.fields import UNREADABLE, EncryptedField
from expertpool.core.subjects import joined_fields
from expertpool.core.text import mask_middle
from expertpool.core.visibility import GUARDED_FIELDS

Values = dict[str, Any]
ADDED = "extra"  # where records keep the fields that joined them at run time


class Changes(TypedDict):
    """What `record` takes as ``before`` and ``after``."""

    before: Values
    after: Values


@dataclass(frozen=True)
class Shown:
    """A value that stands in the log by a ``text``: a mask for what it hides, a name for its row.

    Two are equal when what is ``meant`` is equal, so that no change is lost behind equal texts.
    """

    text: str = field(compare=False)
    meant: Any = field(repr=False)


def snapshot(row: models.Model, *names: str) -> Values:
    """Return the fields ``names`` of ``row`` that hold something, to be compared by `changed`.

    A guarded value is masked as its `GuardedField` says, any other encrypted one in its middle.
    Related rows, one or many, stand by their names; choices stay codes (the page shows their
    labels). ``extra`` gives each field that joined the record, under its label and in words.
    """
    values: Values = {}
    for name in names:
        values |= _added(row) if name == ADDED else {name: _value(row, name)}
    return {name: value for name, value in values.items() if value not in NOTHING}


def in_words(row: models.Model, *names: str) -> Values:
    """Return the same by labels and in words: for a row that the entry is not about itself."""
    model = type(row)
    return {
        field_label(model, name): value_in_words(model, name, value)
        for name, value in (as_json(snapshot(row, *names)) or {}).items()
    }


def changed(before: Values, after: Values) -> Changes:
    """Return the values that differ; both sides are empty when nothing does."""
    names = [
        name for name in dict.fromkeys([*after, *before]) if before.get(name) != after.get(name)
    ]
    return {
        "before": {name: before.get(name) for name in names},
        "after": {name: after.get(name) for name in names},
    }


def as_json(values: Values | None) -> Any:
    """Return ``values`` as the log keeps them: moments in the time of the site, no float."""
    if values is None:
        return None
    # There and back, so that the digest is of what the database will give back.
    return json.loads(json.dumps(values, cls=_Encoder), parse_float=_refuse_float)


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, Shown):
            return o.text
        if isinstance(o, DateTimeTZRange):
            return f"{_moment(o.lower)} 至 {_moment(o.upper)}"
        return _moment(o) if isinstance(o, datetime) else super().default(o)


def _moment(at: datetime) -> str:
    """Return 2026-11-27 09:30, with seconds where there are any."""
    text = timezone.localtime(at).replace(tzinfo=None).isoformat(sep=" ")
    return text.removesuffix(":00")


def _refuse_float(text: str) -> None:
    message = f"a log entry cannot hold the float {text}; give a Decimal or text"
    raise TypeError(message)


def _added(row: models.Model) -> Values:
    # The log is one for all its readers: what only some roles see, it knows to have changed.
    return {
        one.label: Shown(HIDDEN_FROM_SOME, one.word_of(row))
        if one.guard and one.word_of(row)
        else one.word_of(row)
        for one in joined_fields(row._meta.label_lower)
    }


def _value(row: models.Model, name: str) -> Any:
    column = row._meta.get_field(name)
    try:
        value = getattr(row, name)
    except DecryptionError:
        return UNREADABLE
    if column.one_to_many or column.many_to_many:
        # By their texts: two snapshots of the same rows have to be equal.
        return sorted((Shown(str(one), one.pk) for one in value.all()), key=lambda one: one.text)
    if value in NOTHING:
        return None
    guard = GUARDED_FIELDS.get(f"{row._meta.app_label}.{name}")
    if guard and not guard.is_veil:
        return Shown(guard.mask(value), value)
    # Encrypted, but guarded by no catalogue: masked all the same, since the log is never encrypted.
    if isinstance(column, EncryptedField):
        hidden = mask_middle(value, head=3, tail=4) if isinstance(value, str) else "******"
        return Shown(hidden, value)
    if isinstance(value, models.Model):
        return Shown(str(value), value.pk)
    if isinstance(column, models.BinaryField):
        return bytes(value).hex()
    # A copy, for the service goes on to change such a value in place.
    return deepcopy(value)
