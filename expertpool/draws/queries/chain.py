"""The chain of the log as anybody may see it: its head by the hour, and the seals and ends of draws in it
(docs/decisions/0664)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from expertpool.audit.models import Entry
from expertpool.audit.queries import head_confirmed
from expertpool.audit.services import proven
from expertpool.core.text import hour_of
from expertpool.core.visibility import told
from expertpool.draws.models import Draw

CHAIN_HEAD = "事件链头"  # in the entry of each change of a draw: the hash of its last event
SEAL = "draw.seal"
SEALS = (SEAL, "draw.end", "draw.abandon", "draw.void")  # what the public page lists


def logged_heads(draw: Draw) -> set[str]:
    """Return the heads of the chain of ``draw`` that the log holds, in its own chain."""
    lines = [str(pk) for pk in draw.invitations.values_list("pk", flat=True)]
    entries = Entry.objects.filter(
        Q(subject_type="draws.draw", subject_id=str(draw.pk))
        | Q(subject_type="draws.invitation", subject_id__in=lines),
        after__has_key=CHAIN_HEAD,
    )
    return {str(entry.after[CHAIN_HEAD]) for entry in proven(entries) if entry.after}


def is_sealed_by_log(draw: Draw, entries: Iterable[Entry]) -> bool:
    """Tell whether ``draw`` has the seal, and its rule says, what the log, of which these are proven ``entries``,
    took when it was sealed; of a rule that was taken in another form, or before the log took it, its seal alone
    is asked."""
    if not isinstance(draw.rule_content, dict):  # altered: nothing was ever sealed so
        return False
    for said in (entry.after for entry in entries if entry.action == SEAL and entry.after):
        rule, now = said.get("规则"), rule_of_log(draw)
        alike = isinstance(rule, dict) and rule.keys() == now.keys()
        if said.get("封存值", draw.seal) != draw.seal or (alike and rule != now):
            return False
    return True


def rule_of_log(draw: Draw) -> dict[str, Any]:
    """Return of the rule of ``draw`` what the log takes when it is sealed: numbers come with the names, and how much room
    the units of its candidates have left in the panel that it completes (`Shortfall.cap_for`)."""
    later = {"exclusions", "unit_cap"} if draw.widens_id else {"exclusions"}
    return {key: value for key, value in draw.rule_content.items() if key not in later}


def hash_text(entry: Entry) -> str:
    """Return the entry's link of the chain in hex; empty until its transaction is committed."""
    return bytes(entry.hash or b"").hex()


@dataclass(frozen=True)
class ChainState:
    """The chain as anybody may write it down: as it was at the full hour ``at``. Until something was confirmed by
    then it has no head."""

    at: datetime
    number: int
    hash: str
    seals: list[Entry]


def chain_state(*, seals: int, now: datetime) -> ChainState:
    """Return the head of the chain as it was at the full hour, and the latest ``seals`` seals and ends of draws that are
    told: its length, and the moment of an end, say when somebody answered."""
    at = hour_of(now)
    head = head_confirmed(at)
    found = told(Entry.objects.filter(action__in=SEALS, chain_no__isnull=False))
    return ChainState(
        at,
        head.number if head else 0,
        head.hash if head else "",
        list(proven(found.order_by("-chain_no")[:seals])),
    )
