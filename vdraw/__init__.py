"""VDRAW-1, the draw that anybody can check. Plain Python: no Django, no database, no clock, no dice."""

from vdraw.candidates import Candidate, Candidates
from vdraw.canonical import canonical_json
from vdraw.events import (
    END_STATES,
    EXIT_REASONS,
    SKIP_REASONS,
    Drawn,
    End,
    Event,
    Exit,
    Seat,
    Skip,
    Supplement,
    event_from_dict,
    event_to_dict,
)
from vdraw.exceptions import EngineError, ReplayDifference
from vdraw.feasibility import Feasibility, Shortage, check_feasibility
from vdraw.hashing import HASH_NAMES, hash_function
from vdraw.record import PROTOCOL, Opening, Record, build_record
from vdraw.replay import replay
from vdraw.rule import Group, Rule, build_rule
from vdraw.seal import (
    NONCE_BYTES,
    SALT_BYTES,
    SYSTEM_ROLE,
    Order,
    Reveal,
    Sealed,
    commit_identities,
    commit_identity,
    commit_nonce,
    encode_contribution,
    order_candidates,
    seal_draw,
)
from vdraw.seating import (
    DrawState,
    Step,
    Unavailable,
    end_draw,
    exit_expert,
    seat_first,
    supplement,
    void_draw,
)
from vdraw.verify import find_difference

__all__ = [
    "END_STATES",
    "EXIT_REASONS",
    "HASH_NAMES",
    "NONCE_BYTES",
    "PROTOCOL",
    "SALT_BYTES",
    "SKIP_REASONS",
    "SYSTEM_ROLE",
    "Candidate",
    "Candidates",
    "DrawState",
    "Drawn",
    "End",
    "EngineError",
    "Event",
    "Exit",
    "Feasibility",
    "Group",
    "Opening",
    "Order",
    "Record",
    "ReplayDifference",
    "Reveal",
    "Rule",
    "Sealed",
    "Seat",
    "Shortage",
    "Skip",
    "Step",
    "Supplement",
    "Unavailable",
    "build_record",
    "build_rule",
    "canonical_json",
    "check_feasibility",
    "commit_identities",
    "commit_identity",
    "commit_nonce",
    "encode_contribution",
    "end_draw",
    "event_from_dict",
    "event_to_dict",
    "exit_expert",
    "find_difference",
    "hash_function",
    "order_candidates",
    "replay",
    "seal_draw",
    "seat_first",
    "supplement",
    "void_draw",
]
