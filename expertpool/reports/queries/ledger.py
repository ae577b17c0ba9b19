"""The ledger of draws: every step that a person took, beside the seals and ends of the chain."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.queries import summary
from expertpool.core.visibility import told_later
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.draws import draws_visible_to, in_eights
from expertpool.draws.queries.untold import as_text

DRAW, INVITATION = "draws.draw", "draws.invitation"

# What belongs to every draw; all else that a person did is a manual step.
COURSE = ("draw.seal", "draw.contribute", "draw.order", "draw.end", "draw.release", "draw.sheet")
HASHES = ("封存值", "种子")  # written in groups of eight digits
LOOKS = ("draw.names", "draw.pick_look", "draw.contact")

IN_COURSE = Q(action__in=COURSE)
IS_LOOK = Q(action__in=LOOKS)
# By the system, for what a hand did in the pool.
BY_SYSTEM = Q(action="draw.pool_changed")
IS_MANUAL = Q(actor__isnull=False) & ~IN_COURSE & ~IS_LOOK | BY_SYSTEM


def ledger_visible_to(user: User) -> QuerySet[Entry]:
    """Return the manual steps, looks at names, seals and ends of draws in the user's scope; answers and
    ends once names are released, as in the log (docs/decisions/0088)."""
    entries = entries_about(draws_visible_to(user, "reports.ledger", reading=True))
    return entries.filter(IS_MANUAL | IS_LOOK | IN_COURSE).exclude(told_later(Entry))


def ledger_counts(user: User, draws: Iterable[Draw]) -> dict[int, int]:
    """Return how many entries the ledger shows ``user`` of each of ``draws`` when it is narrowed to
    the draw's number: one query for any number of them."""
    # As the filter of its page asks: the number and the list behind it agree.
    about = {draw.pk: Q(subject_label__icontains=draw.number) for draw in draws}
    entries = ledger_visible_to(user).filter(reduce(or_, about.values(), Q()))
    counts = entries.aggregate(**{f"of_{pk}": Count("pk", filter=q) for pk, q in about.items()})
    return {pk: counts[f"of_{pk}"] for pk in about}


def entries_about(draws: QuerySet[Draw]) -> QuerySet[Entry]:
    """Return the log entries about ``draws`` and their invitations."""
    lines = Invitation.objects.filter(draw__in=draws.values("pk"))
    return Entry.objects.filter(
        Q(subject_type=DRAW, subject_id__in=as_text(draws, "pk"))
        | Q(subject_type=INVITATION, subject_id__in=as_text(lines, "pk"))
    )


def draw_ids_of(entries: Iterable[Entry]) -> dict[int, int]:
    """Return the draw of each entry, by the entry's id."""
    entries = list(entries)
    lines = {int(row.subject_id) for row in entries if row.subject_type == INVITATION}
    draws = dict(Invitation.objects.filter(pk__in=lines).values_list("pk", "draw_id"))
    return {
        row.pk: draws[int(row.subject_id)]
        if row.subject_type == INVITATION
        else int(row.subject_id)
        for row in entries
    }


def ledger_text(entry: Entry) -> str:
    """Return what was done in one line; the sealed rule is in the record, not here."""
    after = {
        name: in_eights(value) if name in HASHES else value
        for name, value in (entry.after or {}).items()
        # A rule is pages long.
        if name != "规则"
    }
    return summary(
        Entry(subject_type=entry.subject_type, before=entry.before, after=after, note=entry.note)
    )
