"""The rule: everything that is fixed and hashed before a draw's order exists."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vdraw.canonical import canonical_json
from vdraw.exceptions import EngineError
from vdraw.hashing import HASH_NAMES, HashFunction, hash_all, hash_function
from vdraw.text import is_hex, is_key

# Narrower than `fromisoformat`, which takes other forms in other versions of Python.
CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
TIME = re.compile(rf"\d{{4}}-\d\d-\d\dT{CLOCK}(:[0-5]\d)?[+-]{CLOCK}", re.ASCII)
CHAINED = "chained"  # draws sealed before events were linked
LINKED = "linked"
RULE_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Group:
    """A condition group: ``seats`` experts are wanted; ``content`` holds further sealed keys."""

    id: str
    name: str
    seats: int
    content: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {**self.content, "id": self.id, "name": self.name, "seats": self.seats}

    @property
    def standby_for(self) -> str | None:
        """The id of the group whose standbys these are; None for an ordinary group."""
        return self.content.get("standby_for")


@dataclass(frozen=True, slots=True)
class Rule:
    """The sealed rule. ``content`` is the JSON object itself, the rest is read from it."""

    content: Mapping[str, Any]
    draw_id: str
    hash_name: str
    groups: tuple[Group, ...]
    unit_cap: int | None
    nonce_commit: str
    contributors: tuple[str, ...]

    @property
    def is_chained(self) -> bool:
        """Whether each event carries a hash over itself and the one before (PROTOCOL.md, section 12)."""
        return "events" in self.content

    @property
    def is_linked(self) -> bool:
        """Whether that hash is over the digest of the event, so that there is a short record."""
        return self.content.get("events") == LINKED

    @property
    def grounds(self) -> tuple[str, ...] | None:
        """Why a hand may end a seat; None: the rule has no such list."""
        return (
            tuple(self.content["grounds"]) if self.is_linked and "grounds" in self.content else None
        )

    @property
    def reveal_at(self) -> Any:
        """From when names open by themselves, as it was sealed; None: the rule does not say."""
        return self.content.get("reveal_at") if self.is_linked else None

    @property
    def homes(self) -> tuple[int, ...]:
        """For each group the position of the group whose conditions count in it: its own, or that
        of the group for which its people stand by."""
        places = {group.id: place for place, group in enumerate(self.groups)}
        return tuple(places[group.standby_for or group.id] for group in self.groups)

    @property
    def ordinary(self) -> tuple[int, ...]:
        """The positions of the groups whose seats are the panel."""
        return tuple(n for n, group in enumerate(self.groups) if group.standby_for is None)

    @property
    def standby_of(self) -> dict[int, int]:
        """The position of its standby group for each group that has one."""
        return {home: group for group, home in enumerate(self.homes) if home != group}

    @property
    def standby(self) -> tuple[int, ...]:
        """The positions of the groups of standbys."""
        return tuple(n for n, group in enumerate(self.groups) if group.standby_for is not None)

    def has_opened(self, at: datetime | str) -> bool:
        """Tell whether the panel sits, or sat, for the last time at ``at`` (ISO 8601): by
        ``opening_at``, of several projects by the latest of ``meetings``. A rule that does not say
        when never opens."""
        return has_opened(self.meetings, at)

    @property
    def meetings(self) -> Any:
        """When the panel was to sit as this was sealed: what says so, whatever it is."""
        return self.content.get("meetings", [self.content])

    @property
    def digest(self) -> HashFunction:
        return hash_function(self.hash_name)

    def digest_all(self, values: Iterable[bytes]) -> list[bytes]:
        """What `digest` gives for each of ``values``."""
        return hash_all(self.hash_name, values)

    def to_dict(self) -> dict[str, Any]:
        return dict(self.content)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Rule":
        """Read and check a rule; raises EngineError naming the first thing that is wrong."""
        check_common(content)
        require(content.get("kind") == "random", "kind 必须是 random：人工选定的不是随机抽取")
        events = content.get("events", CHAINED)
        require(events in (CHAINED, LINKED), "events 只能是 chained 或 linked")
        if events == LINKED and "reveal_at" in content:
            require(read_time(content["reveal_at"]) is not None, "reveal_at 必须是带时区的时间")
        cap = content.get("unit_cap")
        require(cap is None or is_count(cap), "unit_cap 必须是 null 或正整数")
        if events == LINKED:
            check_linked(content)
        return cls(
            content=dict(content),
            draw_id=content["draw_id"],
            hash_name=content["hash"],
            groups=_read_groups(content.get("groups")),
            unit_cap=cap,
            nonce_commit=content["nonce_commit"],
            contributors=tuple(content["contributors"]),
        )


def build_rule(
    *,
    draw_id: str,
    projects: Sequence[str],
    groups: Sequence[Group],
    nonce_commit: str,
    contributors: Sequence[str],
    salt: str,
    unit_cap: int | None = None,
    exclusions: Mapping[str, int] | None = None,
    hash_name: str = "sha256",
    reason: str | None = None,
    supersedes: str | None = None,
    further: Mapping[str, Any] | None = None,
) -> Rule:
    """Put a rule together; ``further`` holds additional sealed keys and may not replace the named ones.

    Its events are linked. ``salt`` is 16 random bytes in hex: the hash of the rule is public before
    the rule is, and nobody shall guess what has it.
    """
    content: dict[str, Any] = {
        "draw_id": draw_id,
        "projects": list(projects),
        "kind": "random",
        "events": LINKED,
        "salt": salt,
        "hash": hash_name,
        "groups": [group.to_dict() for group in groups],
        "unit_cap": unit_cap,
        "exclusions": dict(exclusions or {}),
        "nonce_commit": nonce_commit,
        "contributors": list(contributors),
        "reason": reason,
        "supersedes": supersedes,
    }
    return Rule.from_dict({**(further or {}), **content})


def check_common(content: Mapping[str, Any]) -> None:
    """What every rule says, be it of a draw or of an assignment."""
    # First: what cannot be hashed cannot be sealed.
    canonical_json(dict(content))
    require(is_text(content.get("draw_id")), "draw_id 必须是非空文本")
    require(content.get("hash") in HASH_NAMES, "hash 必须是 sha256 或 sm3")
    require(is_hex(content.get("nonce_commit"), 32), "nonce_commit 必须是 64 位小写十六进制")
    contributors: Any = content.get("contributors")
    require(_is_text_list(contributors), "contributors 必须是非空文本的列表")
    # The system's own value goes by this name.
    require("system" not in contributors, "contributors 里不能有 system")
    require(len(set(contributors)) == len(contributors), "contributors 不能重复")


def check_linked(content: Mapping[str, Any]) -> None:
    salt, grounds = content.get("salt"), content.get("grounds", ["其他"])
    require(is_hex(salt, RULE_SALT_BYTES), "salt 必须是 32 位小写十六进制")
    require(_is_text_list(grounds) and len(grounds) > 0, "grounds 必须是非空文本的列表")
    require(len(set(grounds)) == len(grounds), "grounds 不能重复")


def _read_groups(value: Any) -> tuple[Group, ...]:
    require(isinstance(value, list | tuple) and len(value) > 0, "groups 必须是非空列表")
    groups = tuple(_read_group(item) for item in value)
    require(len({group.id for group in groups}) == len(groups), "groups 里的 id 不能重复")
    _check_standbys(groups)
    return groups


def _check_standbys(groups: Sequence[Group]) -> None:
    """Each standby group names an ordinary group before it, and no two name the same."""
    free: set[str] = set()
    for group in groups:
        if "standby_for" not in group.content:
            free.add(group.id)
            continue
        home = group.standby_for
        require(
            isinstance(home, str) and home in free,
            f"条件组 {group.id} 的 standby_for 必须是前面的一个条件组，且每组只能有一个候补组",
        )
        free.discard(str(home))


def _read_group(value: Any) -> Group:
    require(isinstance(value, Mapping), "groups 里的每一项必须是对象")
    require(is_key(value.get("id")), "条件组 id 必须是非空 ASCII 文本")
    require(is_text(value.get("name")), "条件组 name 必须是非空文本")
    require(is_count(value.get("seats")), "条件组 seats 必须是正整数")
    content = {key: item for key, item in value.items() if key not in ("id", "name", "seats")}
    return Group(value["id"], value["name"], value["seats"], content)


def last_opening(meetings: Any) -> datetime | None:
    """When the panel sits for the last time of its ``meetings``; None unless each of them says
    when."""
    return max(_openings(meetings), default=None)


def _openings(meetings: Any) -> list[datetime]:
    """When each of ``meetings`` begins; nothing unless each says so."""
    if not isinstance(meetings, list | tuple):
        return []
    rows = [row.get("opening_at") if isinstance(row, Mapping) else None for row in meetings]
    openings = [opening for opening in map(read_time, rows) if opening is not None]
    return openings if len(openings) == len(rows) else []


def is_earlier(meetings: Any, before: Any) -> bool:
    """Whether a panel whose ``meetings`` were ``before`` would sit earlier: for the first or the last
    time, or for a project that both name."""
    new, old = _openings(meetings), _openings(before)
    if not new or not old:
        return False
    of = {row["project"]: at for row, at in zip(before, old, strict=True) if _names_project(row)}
    return (
        min(new) < min(old)
        or max(new) < max(old)
        or any(
            at < of.get(row["project"], at)
            for row, at in zip(meetings, new, strict=True)
            if _names_project(row)
        )
    )


def _names_project(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("project"), str)


def has_opened(meetings: Any, at: datetime | str) -> bool:
    """Whether the last of ``meetings`` begins, or began, at ``at`` (ISO 8601); never where that is
    not known."""
    opening, moment = last_opening(meetings), read_time(at) if isinstance(at, str) else at
    return opening is not None and moment is not None and moment >= opening


def read_time(value: Any) -> datetime | None:
    """A time with minutes and its distance from UTC, as records hold it; None for all else."""
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        # The form is right, yet there is no such day.
        return None


def require(holds: bool, message: str) -> None:
    if not holds:
        raise EngineError(f"抽取规则：{message}")


def is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_text_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(is_text(item) for item in value)


def is_count(value: Any) -> bool:
    # True is an int, too.
    return type(value) is int and value > 0
