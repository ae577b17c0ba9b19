"""The published record of a draw, as dataclasses and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vdraw.candidates import Candidate
from vdraw.events import Event, event_from_dict, event_to_dict
from vdraw.exceptions import EngineError
from vdraw.rule import Rule
from vdraw.seal import (
    Order,
    Reveal,
    Sealed,
    commit_identity,
    order_candidates,
    seal_draw,
)

PROTOCOL = "VDRAW-1"


@dataclass(frozen=True, slots=True)
class Opening:
    """What proves who a seated commitment is."""

    commit: str
    ref: str
    salt: str

    def to_dict(self) -> dict[str, str]:
        return {"commit": self.commit, "ref": self.ref, "salt": self.salt}


@dataclass(frozen=True, slots=True)
class Record:
    """All that somebody needs to check a draw; ``candidates`` are sorted by leaf."""

    rule: Rule
    candidates: Sequence[Candidate]
    seal: str
    reveals: tuple[Reveal, ...]
    seed: str
    events: tuple[Event, ...]
    openings: tuple[Opening, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "protocol": PROTOCOL,
            "rule": self.rule.to_dict(),
            "candidates": [
                {"commit": item.commit, "groups": dict(item.groups), "unit": item.unit}
                for item in self.candidates
            ],
            "seal": self.seal,
            "reveals": [{"role": item.role, "value": item.value} for item in self.reveals],
            "seed": self.seed,
            "events": [event_to_dict(event) for event in self.events],
            "openings": [item.to_dict() for item in self.openings],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Record":
        """Read a record without checking what it claims; raises EngineError if it has no such form."""
        if content.get("protocol") != PROTOCOL:
            raise EngineError(f"协议不是 {PROTOCOL}")
        try:
            return cls(
                rule=Rule.from_dict(content["rule"]),
                candidates=tuple(
                    Candidate(item["commit"], dict(item["groups"]), item["unit"])
                    for item in content["candidates"]
                ),
                seal=content["seal"],
                reveals=tuple(Reveal(item["role"], item["value"]) for item in content["reveals"]),
                seed=content["seed"],
                events=tuple(event_from_dict(item) for item in content["events"]),
                openings=tuple(
                    Opening(item["commit"], item["ref"], item["salt"])
                    for item in content["openings"]
                ),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise EngineError(f"记录格式不对：{error}") from error

    def reseal(self) -> Sealed:
        """Seal rule and candidates again; raises EngineError if the seal comes out different."""
        sealed = seal_draw(self.rule, self.candidates)
        if sealed.seal != self.seal:
            raise EngineError("封存值与规则和候选人不一致")
        return sealed

    def reorder(self) -> Order:
        """Derive the order again; raises EngineError if seal or seed come out different."""
        order = order_candidates(self.reseal(), self.reveals)
        if order.seed != self.seed:
            raise EngineError("种子与封存值和公开值不一致")
        return order


def build_record(order: Order, events: Iterable[Event], openings: Iterable[Opening] = ()) -> Record:
    """The record of a draw; without openings the names stay sealed.

    Raises EngineError for an opening that does not fit its commitment.
    """
    rule = order.sealed.rule
    opened = tuple(openings)
    for item in opened:
        commit = commit_identity(
            draw_id=rule.draw_id, ref=item.ref, salt=item.salt, hash_name=rule.hash_name
        )
        if commit != item.commit:
            raise EngineError(f"专家 {item.ref} 的编号与承诺不符")
    return Record(
        rule=rule,
        candidates=order.sealed.candidates,
        seal=order.sealed.seal,
        reveals=order.reveals,
        seed=order.seed,
        events=tuple(events),
        openings=opened,
    )
