"""What was fixed before anybody was found: the rule of a draw as a typed value.

The rule of a random draw is sealed and read by the engine itself (`vdraw.Rule`); that of a list
which persons chose has the same shape where both have the same things. Here both are read for
everything that is shown, counted and compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime, time
from typing import Any

from expertpool.core.configuration import Span
from expertpool.draws.enums import CONTRIBUTOR_LABEL
from vdraw import EngineError

# Said at the field of each reason that a rule or record will hold.
IS_PUBLIC = "在公开的核验页和记录里原文公开，不能修改：请勿写任何人的姓名。"
# Of a random draw: the rule and the record are public later (`draws.queries.publicity`).
IS_PUBLIC_LATER = (
    "写入抽取记录，完整记录对外公开时（结果公布时；不公布结果的，评审结束次日）原文公开，"
    "不能修改：请勿写任何人的姓名。"
)


@dataclass(frozen=True)
class SealedLevel:
    """The conditions of one level: canonical criteria, and what they say in words."""

    level: int
    criteria: Mapping[str, Any]
    text: str


@dataclass(frozen=True)
class SealedGroup:
    """A condition group. ``standby_for``: the code of the group for which these stand by, whose
    conditions are theirs; empty for a group of the panel."""

    code: str
    name: str
    seats: int
    levels: tuple[SealedLevel, ...] = ()
    standby_for: str = ""
    conditions: tuple[str, ...] = ()  # in words, best level first


@dataclass(frozen=True)
class QuietHours:
    """In which part of each day no time to answer passes; None: in no part."""

    span: Span | None

    @property
    def words(self) -> str:
        return str(self.span) if self.span else "不设"

    def to_rule(self) -> list[str]:
        """Return them as they stand in a sealed rule: when they begin and end, or nothing."""
        return [f"{self.span.start:%H:%M}", f"{self.span.end:%H:%M}"] if self.span else []

    @classmethod
    def from_rule(cls, stored: Sequence[str]) -> QuietHours:
        """Read what `to_rule` gave; raises EngineError as `SealedRule.from_dict`."""
        with suppress(TypeError, ValueError):
            found = cls(Span(*map(time.fromisoformat, stored)) if stored else None)
            if found.to_rule() == list(stored):
                return found
        message = "抽取数据的 quiet_hours 不是应有的时段：数据被改动过。"
        raise EngineError(message)


@dataclass(frozen=True)
class SealedMeeting:
    """When the panel was to sit for a project, as it was written (ISO 8601); None: it does not say."""

    project: str  # its number
    opening_at: str | None
    duration_minutes: int | None


@dataclass(frozen=True)
class Policy:
    """What the office demands of a draw under its regime (`draws.queries.policy`), as sealed.

    Minutes for an answer, hours before the opening for the names and for an emergency,
    ``contributors`` who must give a random value, ``panel_bits`` as log2 of the possible panels.
    ``reveal_present``: the names open once all who sit have signed in at the place, or
    ``present_latest`` minutes after the opening. What is not in a rule was not asked for then;
    minutes of an emergency and quiet hours that are not (None) are those of the office
    (docs/decisions/0600, 0601).
    """

    reply_shortest: int
    reply_longest: int
    reveal_latest: int
    reveal_earliest: int
    contributors: tuple[str, ...]
    candidates_per_seat: int
    panel_bits: int
    emergency_within: int
    plan_approval: bool  # whether every plan has to be approved
    thin_is_refused: bool  # too few candidates: refused, or drawn once the plan is approved
    reveal_present: bool = False
    present_latest: int = 0
    emergency_shortest: int | None = None
    emergency_longest: int | None = None
    quiet_hours: QuietHours | None = None

    @property
    def demands(self) -> tuple[int, ...]:
        """What makes a draw stronger, each as a number: the more, the stricter."""
        return (
            self.reply_shortest,
            -self.reveal_earliest,
            *(role in self.contributors for role in CONTRIBUTOR_LABEL),
            self.candidates_per_seat,
            self.panel_bits,
            -self.emergency_within,
            self.emergency_shortest or 0,
            self.plan_approval,
            self.thin_is_refused,
            self.reveal_present,
        )

    def is_below(self, other: Policy) -> bool:
        """Tell whether it demands less than ``other`` in anything."""
        return any(mine < its for mine, its in zip(self.demands, other.demands, strict=True))

    def to_rule(self) -> dict[str, Any]:
        """Return it as it stands in a sealed rule."""
        hours = self.quiet_hours and self.quiet_hours.to_rule()
        stored = asdict(self) | {"contributors": list(self.contributors), "quiet_hours": hours}
        return {name: value for name, value in stored.items() if value is not None}

    @classmethod
    def from_rule(cls, stored: Any) -> Policy:
        """Read what `to_rule` gave; raises EngineError as `SealedRule.from_dict`."""
        content = _need(stored, dict, "policy")
        kinds = {"plan_approval": bool, "thin_is_refused": bool, "reveal_present": bool}
        later = {"reveal_present": False, "present_latest": 0}
        apart = ("contributors", "emergency_shortest", "emergency_longest", "quiet_hours")
        values = {
            one.name: _need(
                content.get(one.name, later.get(one.name)), kinds.get(one.name, int), one.name
            )
            for one in fields(cls)
            if one.name not in apart
        }
        hours = _texts(content, "quiet_hours") if "quiet_hours" in content else None
        return cls(
            **values,
            contributors=_texts(content, "contributors"),
            emergency_shortest=_number(content, "emergency_shortest"),
            emergency_longest=_number(content, "emergency_longest"),
            quiet_hours=None if hours is None else QuietHours.from_rule(hours),
        )


@dataclass(frozen=True)
class SealedRule:
    """The rule; ``content`` is the JSON object that was stored, which never changes.

    ``reason`` says why a draw supersedes or widens another, or why persons chose; the keys of a
    widened draw (docs/decisions/0016) and the approval number of a list are None elsewhere.
    """

    content: Mapping[str, Any]
    hash_name: str  # of its commitments and, of a draw, its order
    projects: tuple[str, ...]  # their numbers
    groups: tuple[SealedGroup, ...]
    contributors: tuple[str, ...]
    unit_cap: int | None
    exclusions: Mapping[str, int]  # how many, by ExclusionReason
    reason: str | None
    supersedes: str | None
    approval_number: str | None
    widens: str | None
    widens_seal: str | None
    supervisor: str | None  # what who agreed to a widened draw is; sealed earlier: his name
    witness: str | None  # the hash of what he agreed to
    panel_unit_cap: int | None
    policy: Policy | None  # None: a list, or sealed before there was one
    reply_minutes: int | None
    reveal_hours: (
        int | None
    )  # how long before the opening names open by themselves; None: not sealed
    grounds: tuple[str, ...]  # why a hand may end a seat; none: sealed before there was a list
    draw_id: str | None
    plan_version: int | None
    plan_words: str | None  # the digest of what that version said (`draws.queries.plan_versions`)
    plan_approved_at: str | None
    reveal_at: str | None
    meetings: tuple[SealedMeeting, ...]

    @property
    def is_chained(self) -> bool:
        """Whether each event of the draw carries the hash of the one before."""
        return "events" in self.content

    @property
    def is_linked(self) -> bool:
        """Whether that chain can be shown without the events, in a short record."""
        return self.content.get("events") == "linked"

    @property
    def opening_at(self) -> datetime | None:
        """When its first project was to be reviewed; None: the rule does not say."""
        said = [one.opening_at for one in self.meetings if one.opening_at]
        return min(map(datetime.fromisoformat, said), default=None)

    @property
    def panel(self) -> tuple[SealedGroup, ...]:
        """The groups whose seats are the panel."""
        return tuple(group for group in self.groups if not group.standby_for)

    @property
    def standby(self) -> tuple[SealedGroup, ...]:
        """The groups of standbys."""
        return tuple(group for group in self.groups if group.standby_for)

    @property
    def seats(self) -> int:
        """How many seats the panel has; those of standbys do not count."""
        return sum(group.seats for group in self.panel)

    @property
    def standby_seats(self) -> int:
        """How many are to stand by."""
        return sum(group.seats for group in self.standby)

    @property
    def group_names(self) -> dict[str, str]:
        return {group.code: group.name for group in self.groups}

    @classmethod
    def from_dict(cls, stored: Any) -> SealedRule:
        """Read what is ``stored``; what a kind of draw does not have is empty.

        Raises EngineError where a value is not of its type: such a row was changed by hand.
        """
        content: Mapping[str, Any] = _need(stored, dict, "rule")
        return cls(
            content=content,
            hash_name=_text(content, "hash") or "sha256",
            projects=_texts(content, "projects"),
            groups=read_groups(content.get("groups", [])),
            contributors=_texts(content, "contributors"),
            unit_cap=_number(content, "unit_cap"),
            exclusions=_counts(content.get("exclusions", {})),
            reason=_text(content, "reason"),
            supersedes=_text(content, "supersedes"),
            approval_number=_text(content, "approval_number"),
            widens=_text(content, "widens"),
            widens_seal=_text(content, "widens_seal"),
            supervisor=_text(content, "supervisor"),
            witness=_text(content, "witness"),
            panel_unit_cap=_number(content, "panel_unit_cap"),
            policy=Policy.from_rule(content["policy"]) if "policy" in content else None,
            reply_minutes=_number(content, "reply_minutes"),
            reveal_hours=_number(content, "reveal_hours"),
            grounds=_texts(content, "grounds"),
            draw_id=_text(content, "draw_id"),
            plan_version=_number(content, "plan_version"),
            plan_words=_text(content, "plan_words"),
            plan_approved_at=_text(content, "plan_approved_at"),
            reveal_at=_text(content, "reveal_at"),
            meetings=read_meetings(_meetings_in(content)),
        )


def read_meetings(rows: Any) -> tuple[SealedMeeting, ...]:
    """Read the times of a rule or of a later step; raises EngineError as `SealedRule.from_dict`."""
    return tuple(
        SealedMeeting(
            _text(row, "project") or "", _text(row, "opening_at"), _number(row, "duration_minutes")
        )
        for row in _rows(rows, "meetings")
    )


def _meetings_in(content: Mapping[str, Any]) -> Any:
    """Only a rule of several projects lists them; another says itself when its one project was to be reviewed."""
    one = dict(content) | {"project": next(iter(_texts(content, "projects")), "")}
    return content.get("meetings") or [one]


def read_groups(rows: Any) -> tuple[SealedGroup, ...]:
    """Read the groups of a rule; raises EngineError as `SealedRule.from_dict`."""
    rows = _rows(rows, "groups")
    names = {row.get("id"): row.get("name") for row in rows}
    return tuple(_group(row, names) for row in rows)


@dataclass(frozen=True)
class SealedReveal:
    """A value that was given for ``role``, by the user with the id ``by``; the system's by nobody."""

    role: str
    value: str
    by: int | None


def read_reveals(rows: Any) -> tuple[SealedReveal, ...]:
    """Read the reveals of a draw; raises EngineError as `SealedRule.from_dict`."""
    return tuple(
        SealedReveal(
            _need(row.get("role"), str, "role"),
            _need(row.get("value"), str, "value"),
            _number(row, "by"),
        )
        for row in _rows(rows, "reveals")
    )


def _group(row: Mapping[str, Any], names: Mapping[Any, Any]) -> SealedGroup:
    levels = tuple(
        SealedLevel(
            _need(one.get("level"), int, "level"),
            _need(one.get("criteria"), dict, "criteria"),
            _need(one.get("text"), str, "text"),
        )
        for one in _rows(row.get("levels", []), "levels")
    )
    home = _text(row, "standby_for") or ""
    texts = tuple(level.text for level in levels)
    return SealedGroup(
        code=_need(row.get("id"), str, "id"),
        name=_need(row.get("name"), str, "name"),
        seats=_need(row.get("seats"), int, "seats"),
        levels=levels,
        standby_for=home,
        conditions=(f"与「{names.get(home)}」相同",) if home else texts,
    )


def _need(value: Any, kind: type, name: str) -> Any:
    # not isinstance: JSON's ``true`` would pass for a number
    if type(value) is not kind:
        message = f"抽取数据的 {name} 不是应有的类型：数据被改动过。"
        raise EngineError(message)
    return value


def _rows(value: Any, name: str) -> list[dict[str, Any]]:
    return [_need(row, dict, name) for row in _need(value, list, name)]


def _texts(content: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(_need(one, str, name) for one in _need(content.get(name, []), list, name))


def _text(content: Mapping[str, Any], name: str) -> str | None:
    value = content.get(name)
    return None if value is None else str(_need(value, str, name))


def _number(content: Mapping[str, Any], name: str) -> int | None:
    value = content.get(name)
    return None if value is None else int(_need(value, int, name))


def _counts(value: Any) -> dict[str, int]:
    return {
        name: _need(count, int, "exclusions")
        for name, count in _need(value, dict, "exclusions").items()
    }
