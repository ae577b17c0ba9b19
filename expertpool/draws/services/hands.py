"""Whose hand was in a step of a draw: what its events say beside the seats (docs/decisions/0056)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any, Protocol

import vdraw
from expertpool.accounts.models import User
from expertpool.core.crypto import blind_index
from expertpool.draws.enums import BY_HIMSELF, StepReason, StepVia
from expertpool.draws.models import AnswerRequest, DrawRequest
from expertpool.workflow.enums import Proof
from expertpool.workflow.models import TwoPersonRequest

CONFIRMATION = "确认值"  # what a log entry calls the hash of a confirmation
# How a decision was proven, where a record says it.
_BY_PROOF: dict[str, str] = {Proof.CODE: ":code", Proof.APP: ":app"}
OF_THE_EXPERT = frozenset(map(str, BY_HIMSELF))


class Numbered(Protocol):
    """What has a record of its own: a draw, or an assignment of items to experts."""

    @property
    def number(self) -> str: ...
    @property
    def operator_id(self) -> int | None: ...


@dataclass(frozen=True)
class Hand:
    """By which way and why a step was taken, and by whom.

    ``actor`` None: by the system or, where he answered himself, by the expert, who has no name in a
    record. ``second``: who confirmed it. ``witness``: the hash of what he
    confirmed (`confirmation_of`). ``ground``: which of the sealed grounds was chosen
    (`draws.queries.policy.grounds_of`).
    """

    via: StepVia
    reason: StepReason
    actor: User | None = None
    second: User | None = None
    witness: str = ""
    ground: str = ""

    def person(self, draw: Numbered) -> vdraw.Person:
        """Who it was: the draw's own operator, whatever else he may do; others by their first role."""
        if self.actor is None:
            return vdraw.Person("expert" if str(self.via) in OF_THE_EXPERT else vdraw.SYSTEM_ROLE)
        return vdraw.Person(role_in(draw, self.actor), alias_in(draw, self.actor))

    def said(self, draw: Numbered) -> dict[str, Any]:
        """Return the keys that the events of the step get."""
        second = role_in(draw, self.second) if self.second else ""
        more = {"supervisor": second, "witness": self.witness, "ground": self.ground}
        return {
            "by": self.person(draw).to_dict(),
            "via": str(self.via),
            "reason_code": str(self.reason),
            **{key: value for key, value in more.items() if value},
        }


def by_system(reason: StepReason) -> Hand:
    """Return the hand of what follows by itself."""
    return Hand(StepVia.SYSTEM, reason)


def role_in(draw: Numbered, user: User) -> str:
    """Return what ``user`` is in ``draw``, as a record says it."""
    if user.pk == draw.operator_id:
        return "operator"
    return user.roles.order_by("pk").values_list("code", flat=True).first() or "other"


def alias_in(draw: Numbered, user: User) -> str:
    """Return what the public record of ``draw`` calls ``user``: it tells his steps from those of others in
    this draw, and nobody his name or account. Who he is, the log says under the same head."""
    return blind_index("hand", f"{draw.number}:{user.pk}").hex()[:12]


def confirmation_of(request: DrawRequest | AnswerRequest) -> str:
    """Return the hash of what a second person decided on ``request``, for the record and the log:
    whoever has the request can show that it is the one. A decision by a code says so."""
    return confirmation_by(request, request.draw.rule.hash_name)


def confirmation_by(request: TwoPersonRequest, hash_name: str) -> str:
    """Return the same by the hash of that name, which is its record's."""
    if request.decided_by is None or request.decided_at is None:
        message = f"{request} was decided by nobody"
        raise ValueError(message)
    return vdraw.hash_confirmation(
        hash_name,
        kind=str(request._meta.model_name),
        number=str(request.pk),
        account=request.decided_by.username,
        at=request.decided_at.astimezone(UTC).isoformat(timespec="seconds"),
        decision="agreed" + _BY_PROOF.get(request.proof, "") if request.agreed else "refused",
    )
