"""A record that was filed under the wrong kind: a unit as a person, or the other way round (docs/decisions/0217)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.directory.models import Specialty
from expertpool.experts.enums import ExpertKind
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.queries.coming import coming_seats
from expertpool.experts.services.profile import update_expert
from expertpool.experts.services.reasons import required_reason

MOST_REASON = 100


def other_kind(kind: str) -> ExpertKind:
    """Return the kind that a record may be of as well."""
    is_person = kind == ExpertKind.INDIVIDUAL
    return ExpertKind.ORGANISATION if is_person else ExpertKind.INDIVIDUAL


def only_of(kind: str) -> dict[str, Any]:
    """Return the fields that only records of ``kind`` have, each with its value for nothing."""
    other = other_kind(kind)
    held = [one for one in EXPERT.fields() if one.write and not one.is_extra]
    return {
        one.code: _empty(one.code)
        for one in held
        if one.form and one.form.typed
        if one.form.section_of(kind) and not one.form.section_of(other)
    }


def _empty(code: str) -> Any:
    field: Any = Expert._meta.get_field(code)
    return field.get_default()


@transaction.atomic
def change_kind(
    *,
    expert: Expert,
    kind: str,
    values: dict[str, Any],
    specialties: Iterable[Specialty] | None = None,
    reason: str,
    knowing: str | None = None,
    actor: User,
    now: datetime,
) -> Expert:
    """Make ``expert`` one of ``kind``, with the ``values`` that this kind has; what only the other one has is
    emptied, and stays in the version before.

    Keeps a version and an entry with the ``reason``. Refuses what `update_expert` refuses (a unit needs whom to ask for),
    a missing reason, and who sits in coming reviews, as far as ``actor`` may know of them (ExpertRefused).
    """
    reason = required_reason(reason, called="更改原因", most=MOST_REASON)
    held = Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
    if held.kind == kind:
        raise ExpertRefused(f"{held}已是{ExpertKind(kind).label}，没有更改。")
    if coming := coming_seats(actor, [held.pk], now=now):
        named = "、".join(dict.fromkeys(seat.review for seat in coming.seats))
        raise ExpertRefused(f"{held}将要参加 {named}，请先让出席位，或在评审结束后更改类别。")
    return update_expert(
        expert=held,
        values=only_of(held.kind) | values | {"kind": kind},
        specialties=specialties,
        knowing=knowing,
        actor=actor,
        now=now,
        note=reason,
    )
