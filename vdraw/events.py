"""The events of a record, in and out of JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from vdraw.exceptions import EngineError
from vdraw.rule import last_opening, read_time
from vdraw.text import is_key

SKIP_REASONS = (
    "on_leave",
    "busy",
    "blacklisted",
    "avoided",
    "frozen",
    "expired",
    "removed",
    "ineligible",
)
EXIT_REASONS = (
    "declined", "no_answer", "unreached", "leave", "conflict", "replaced", *SKIP_REASONS
)  # fmt: skip

SUCCESS = "success"
SUCCESS_SUPPLEMENT = "success_supplement"
UNSATISFIED = "unsatisfied"
VOID = "void"
END_STATES = (SUCCESS, SUCCESS_SUPPLEMENT, UNSATISFIED, VOID)


@dataclass(frozen=True, slots=True)
class Seat:
    """An expert's place: the group he sits in and his level there."""

    commit: str
    group: str
    level: int

    def to_dict(self) -> dict[str, Any]:
        return {"commit": self.commit, "group": self.group, "level": self.level}


@dataclass(frozen=True, slots=True)
class Person:
    """Whose hand an event is of: his ``role`` in the draw and, unless his name is sealed or it was
    the system, his account."""

    role: str
    account: str | None = None

    def to_dict(self) -> dict[str, str]:
        return {"role": self.role} | ({} if self.account is None else {"account": self.account})

    @classmethod
    def from_dict(cls, row: Any) -> "Person":
        """Read who it was; raises EngineError for anything else."""
        known = isinstance(row, Mapping) and row.keys() <= {"role", "account"}
        if not known or not is_key(row.get("role")):
            raise EngineError("by 必须写明角色（role）和账号（account）")
        account = row.get("account")
        if "account" in row and not (isinstance(account, str) and account):
            raise EngineError("by 的 account 必须是非空文本")
        return cls(row["role"], account)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The first seating, in seating order."""

    type: ClassVar[str] = "drawn"
    n: int
    seats: tuple[Seat, ...]
    further: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exit:
    """A seated expert leaves his seat for good.

    ``moved_up``: the seat as whoever stood by longest for the group takes it in the same moment.
    """

    type: ClassVar[str] = "exit"
    n: int
    commit: str
    reason: str
    further: Mapping[str, Any] = field(default_factory=dict)
    moved_up: Seat | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """A candidate is passed over by the supplement that follows, and by no other."""

    type: ClassVar[str] = "skip"
    n: int
    commit: str
    reason: str
    further: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Supplement:
    """Those whom a supplement seated, in seating order; empty if nobody was left."""

    type: ClassVar[str] = "supplement"
    n: int
    seats: tuple[Seat, ...]
    further: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class End:
    """How the draw stands; ``lacking`` maps group id to the number of experts it lacks.

    ``reason`` and ``by`` (two accounts) belong to a draw that was void before events were chained.
    ``closed``: the panel sits, so that nobody new is asked for a seat that somebody left.
    """

    type: ClassVar[str] = "end"
    n: int
    state: str
    lacking: Mapping[str, int] = field(default_factory=dict)
    reason: str | None = None
    by: tuple[str, ...] = ()
    closed: bool = False
    further: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that changes no seat and matters: an emergency, a pause, names released early."""

    type: ClassVar[str] = "note"
    n: int
    code: str
    further: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reschedule:
    """The panel sits at other times than the rule says: its ``meetings`` from now on, each with its
    ``opening_at``. Everybody keeps his seat; a list that had ended goes on. ``further``
    may say from when names open then (``reveal_at``)."""

    type: ClassVar[str] = "reschedule"
    n: int
    meetings: tuple[Mapping[str, Any], ...]
    further: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Void:
    """Two persons declare the draw void for a reason; nothing follows."""

    type: ClassVar[str] = "void"
    n: int
    reason: str
    by: tuple[Person, ...]
    further: Mapping[str, Any] = field(default_factory=dict)


Event = Drawn | Exit | Skip | Supplement | End | Note | Reschedule | Void


def event_to_dict(event: Event) -> dict[str, Any]:
    """The event as it stands in a record."""
    row: dict[str, Any] = {"n": event.n, "type": event.type}
    if isinstance(event, Drawn | Supplement):
        row["seats"] = [seat.to_dict() for seat in event.seats]
    elif isinstance(event, Exit | Skip):
        row |= {"commit": event.commit, "reason": event.reason}
        if isinstance(event, Exit) and event.moved_up:
            row["moved_up"] = event.moved_up.to_dict()
    elif isinstance(event, Note):
        row["code"] = event.code
    elif isinstance(event, Reschedule):
        row["meetings"] = [dict(meeting) for meeting in event.meetings]
    elif isinstance(event, Void):
        row |= {"reason": event.reason, "by": [person.to_dict() for person in event.by]}
    else:
        row["state"] = event.state
        if event.lacking:
            row["lacking"] = dict(event.lacking)
        if event.closed:
            row["closed"] = True
        if event.state == VOID:
            row |= {"reason": event.reason, "by": list(event.by)}
    # The protocol's keys last: no further key can take the place of one.
    return {**event.further, **row}


def event_from_dict(row: Mapping[str, Any]) -> Event:
    """Read an event; keys the protocol does not name are kept in ``further``."""
    try:
        return _READERS[row["type"]](row)
    except (KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"事件格式不对：{error}") from error


def _read_drawn(row: Mapping[str, Any]) -> Event:
    return Drawn(row["n"], _read_seats(row), _further(row, "seats"))


def _read_supplement(row: Mapping[str, Any]) -> Event:
    return Supplement(row["n"], _read_seats(row), _further(row, "seats"))


def _read_exit(row: Mapping[str, Any]) -> Event:
    return Exit(
        row["n"],
        _text(row["commit"]),
        row["reason"],
        _further(row, "commit", "reason", "moved_up"),
        _read_seat(row["moved_up"]) if "moved_up" in row else None,
    )


def _read_skip(row: Mapping[str, Any]) -> Event:
    return Skip(row["n"], _text(row["commit"]), row["reason"], _further(row, "commit", "reason"))


def _read_end(row: Mapping[str, Any]) -> Event:
    is_void = row["state"] == VOID
    own = ("state", "lacking", "reason", "by") if is_void else ("state", "lacking", "closed")
    closed = row.get("closed", False)
    if not isinstance(closed, bool):
        raise EngineError("closed 必须是 true 或 false")
    return End(
        n=row["n"],
        state=row["state"],
        lacking={group: _count(n) for group, n in dict(row.get("lacking", {})).items()},
        reason=row["reason"] if is_void else None,
        by=tuple(row["by"]) if is_void else (),
        closed=closed and not is_void,
        further=_further(row, *own),
    )


def _read_note(row: Mapping[str, Any]) -> Event:
    if not is_key(row["code"]):
        raise EngineError("code 必须是非空 ASCII 文本")
    return Note(row["n"], row["code"], _further(row, "code"))


def _read_reschedule(row: Mapping[str, Any]) -> Event:
    meetings = row["meetings"]
    if not isinstance(meetings, list) or last_opening(meetings) is None:
        raise EngineError("meetings 的每一场必须写明开始时间（opening_at）")
    if "reveal_at" in row and read_time(row["reveal_at"]) is None:
        raise EngineError("reveal_at 必须是带时区的时间")
    return Reschedule(row["n"], tuple(meetings), _further(row, "meetings"))


def _read_void(row: Mapping[str, Any]) -> Event:
    by = tuple(Person.from_dict(person) for person in row["by"])
    return Void(row["n"], _text(row["reason"]), by, _further(row, "reason", "by"))


def _read_seats(row: Mapping[str, Any]) -> tuple[Seat, ...]:
    return tuple(_read_seat(seat) for seat in row["seats"])


def _read_seat(seat: Mapping[str, Any]) -> Seat:
    return Seat(seat["commit"], seat["group"], _count(seat["level"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise EngineError("事件格式不对：应为文本")
    return value


def _count(value: Any) -> int:
    # True equals 1, and is written otherwise.
    if type(value) is not int:
        raise EngineError("事件格式不对：应为整数")
    return value


def _further(row: Mapping[str, Any], *own: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("n", "type", *own)}


_READERS = {
    "drawn": _read_drawn,
    "exit": _read_exit,
    "skip": _read_skip,
    "supplement": _read_supplement,
    "end": _read_end,
    "note": _read_note,
    "reschedule": _read_reschedule,
    "void": _read_void,
}
