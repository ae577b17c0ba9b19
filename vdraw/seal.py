"""Steps 1 to 3: commitments, the seal, and the order that follows from it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nsmallest
from itertools import islice
from operator import le
from typing import Any, Protocol

from vdraw.candidates import Candidate, Candidates
from vdraw.canonical import canonical_json, canonical_texts
from vdraw.exceptions import EngineError
from vdraw.hashing import HashFunction, hash_all, hash_function
from vdraw.merkle import merkle_root
from vdraw.rule import Rule
from vdraw.text import are_hex, is_hex, is_key

# A hash begins with a byte of its own, so that none passes for another: 0 leaf, 1 node of the tree,
# 2 seal, 3 seed, 4 ticket, 5 identity, 6 nonce (PROTOCOL.md, section 2).
TAG = b"VDRAW-1"
NONCE_BYTES = 32
SALT_BYTES = 16
SYSTEM_ROLE = "system"
_FIRST = 4096  # of an order: as far as it is asked for as a rule

# What a candidate may be seated in: (position of the group in the rule, level), in rule order.
# Who fits a group fits its standby group at the same level.
Fits = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Reveal:
    """A contributed value, as lower-case hex of its bytes."""

    role: str
    value: str


class Contributed(Protocol):
    """What a rule says of the values that are given after the seal."""

    @property
    def hash_name(self) -> str: ...
    @property
    def contributors(self) -> tuple[str, ...]: ...
    @property
    def nonce_commit(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """A frozen draw: candidates sorted by leaf, and the seal over rule and candidates in hex.

    ``positions`` says where in ``candidates`` a commitment stands, ``given`` where each stood among those that were
    given.
    """

    rule: Rule
    candidates: Candidates
    given: Sequence[int] = field(compare=False)
    positions: Mapping[str, int]
    leaves: tuple[bytes, ...]
    fits: tuple[Fits, ...]
    levels: tuple[int, ...]
    seal: str


class Ranking(Sequence[int]):
    """Positions in the order of their ``tickets``. A draw asks for the first few hundred: these are found
    without sorting a hundred thousand."""

    def __init__(self, tickets: Sequence[bytes]) -> None:
        self._tickets = tickets

    @cached_property
    def _first(self) -> list[int]:
        return nsmallest(_FIRST, range(len(self)), key=self._tickets.__getitem__)

    @cached_property
    def _all(self) -> list[int]:
        return sorted(range(len(self)), key=self._tickets.__getitem__)

    def __iter__(self) -> Iterator[int]:
        yield from self._first
        if len(self) > _FIRST:
            yield from islice(self._all, _FIRST, None)

    def __len__(self) -> int:
        return len(self._tickets)

    def __getitem__(self, at: int | slice) -> Any:
        return self._all[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Order:
    """The order of all candidates; ``ranking`` holds their positions in ``sealed.candidates``."""

    sealed: Sealed
    reveals: tuple[Reveal, ...]
    seed: str
    ranking: Sequence[int]

    def queue(self, group: int, level: int) -> Iterator[int]:
        """Who fits a ``group`` (its position in the rule) at a ``level``, in ticket order."""
        fit, fits = (group, level), self.sealed.fits
        return (at for at in self.ranking if fit in fits[at])

    @property
    def candidates(self) -> Candidates:
        """All candidates in the order of their tickets."""
        return self.sealed.candidates.picked(self.ranking)

    def rank_of(self, commit: str) -> int:
        """The candidate's place in the order, from 1; raises EngineError if he is not in the hat."""
        position = self.sealed.positions.get(commit)
        if position is None:
            raise EngineError(f"候选人里没有 {commit}")
        return self.ranking.index(position) + 1


def commit_identity(*, draw_id: str, ref: str, salt: str, hash_name: str = "sha256") -> str:
    """The commitment to an expert's number in hex; ``salt`` is 16 fresh random bytes in hex."""
    return commit_identities(draw_id=draw_id, refs=[ref], salts=[salt], hash_name=hash_name)[0]


def commit_identities(
    *, draw_id: str, refs: Sequence[str], salts: Sequence[str], hash_name: str = "sha256"
) -> list[str]:
    """The commitments of one draw to thousands of numbers, each with its salt.

    What is hashed equals canonical_json([draw_id, ref, salt]): hex needs no escaping.
    """
    if not are_hex(salts, SALT_BYTES):
        raise EngineError("盐值必须是 16 字节的小写十六进制")
    start = f"\x05{TAG.decode()}[{canonical_texts([draw_id])[0]},"
    rows = zip(canonical_texts(refs), salts, strict=True)
    texts = (f'{start}{ref},"{salt}"]'.encode() for ref, salt in rows)
    return [digest.hex() for digest in hash_all(hash_name, texts)]


def commit_nonce(nonce: bytes, *, hash_name: str = "sha256") -> str:
    """The commitment to the system's nonce (32 random bytes) in hex, for the rule."""
    if len(nonce) != NONCE_BYTES:
        raise EngineError("系统随机数必须是 32 字节")
    return hash_function(hash_name)(b"\x06" + TAG + nonce).hex()


def encode_contribution(text: str) -> str:
    """A contributor's words or dice as the hex of their UTF-8; raises EngineError if empty."""
    value = text.strip()
    if not value:
        raise EngineError("随机值不能为空，请输入任意文字或骰子点数")
    return value.encode().hex()


def seal_draw(rule: Rule, candidates: Iterable[Candidate]) -> Sealed:
    """Freeze rule and candidates. The result does not depend on the candidates' order.

    Raises EngineError for a commitment that is malformed or comes twice, an unknown group,
    no group at all, or a level below 1.
    """
    given = Candidates.of(candidates)
    check_commits(given.commits)
    fits = {kind: _read_fits(rule, given, kind) for kind in set(given.kind_of)}
    unsorted = rule.digest_all(candidate_texts(given, start="\x00" + TAG.decode()))
    sorted_, leaves = given, tuple(unsorted)
    by_leaf: Sequence[int] = range(len(unsorted))
    # Stored candidates come as they were sealed.
    if not all(map(le, leaves, leaves[1:])):
        by_leaf = sorted(by_leaf, key=unsorted.__getitem__)
        sorted_, leaves = given.picked(by_leaf), tuple([unsorted[at] for at in by_leaf])
    return Sealed(
        rule=rule,
        candidates=sorted_,
        given=by_leaf,
        positions=_positions(sorted_.commits),
        leaves=leaves,
        fits=tuple([fits[kind] for kind in sorted_.kind_of]),
        levels=tuple(sorted({level for one in fits.values() for _, level in one})),
        seal=_seal_of(rule, leaves),
    )


def candidate_texts(candidates: Candidates, start: str = "") -> list[bytes]:
    """What the leaf of each hashes: ``start``, then canonical_json([commit, groups, unit]).

    A hex commitment needs no escaping; the texts of groups and unit, which repeat thousands of
    times, are made once each.
    """
    kinds = [canonical_json(dict(kind)).decode() for kind in candidates.kinds]
    named = [unit for unit in set(candidates.units) if unit is not None]
    units: dict[str | None, str] = {None: "null"}
    units.update(zip(named, canonical_texts(named), strict=True))
    rows = zip(candidates.commits, candidates.kind_of, candidates.units, strict=True)
    start += '["'
    return [
        f'{start}{commit}",{kinds[kind]},{units[unit]}]'.encode() for commit, kind, unit in rows
    ]


def order_candidates(sealed: Sealed, reveals: Sequence[Reveal]) -> Order:
    """Derive seed and order from the system's nonce and the contributors' values, in that order.

    Raises EngineError if a role is missing, extra or misplaced, or the nonce is not the committed one.
    """
    rule = sealed.rule
    check_reveals(rule, reveals)
    values = [bytes.fromhex(reveal.value) for reveal in reveals]
    seed = seed_value(rule.digest, bytes.fromhex(sealed.seal), values)
    tickets = tickets_of(rule.hash_name, seed, sealed.leaves)
    return Order(sealed, tuple(reveals), seed.hex(), Ranking(tickets))


def seal_value(digest: HashFunction, rule: bytes, root: bytes, count: int) -> bytes:
    """The seal over the digest of a rule and the root of ``count`` leaves."""
    return digest(b"\x02" + TAG + rule + root + count.to_bytes(8, "big"))


def seed_value(digest: HashFunction, seal: bytes, values: Iterable[bytes]) -> bytes:
    """The seed that follows from a seal and the revealed ``values``, the system's first."""
    # Hashed to one length each: values of any length joined as they are could be cut elsewhere.
    return digest(b"\x03" + TAG + seal + b"".join(digest(value) for value in values))


def tickets_of(hash_name: str, seed: bytes, leaves: Iterable[bytes]) -> list[bytes]:
    """The ticket of each leaf."""
    prefix = b"\x04" + TAG + seed
    return hash_all(hash_name, (prefix + leaf for leaf in leaves))


def _seal_of(rule: Rule, leaves: Sequence[bytes]) -> str:
    content = rule.digest(canonical_json(rule.to_dict()))
    root = merkle_root(leaves, rule.digest_all)
    return seal_value(rule.digest, content, root, len(leaves)).hex()


def check_commits(commits: Sequence[str]) -> None:
    """Raises EngineError for a commitment that is none."""
    if not are_hex(commits, 32):
        # One by one only now, to name it.
        wrong = next(commit for commit in commits if not is_hex(commit, 32))
        raise EngineError(f"候选人承诺必须是 64 位小写十六进制：{wrong}")


def _read_fits(rule: Rule, candidates: Candidates, kind: int) -> Fits:
    """What candidates of a ``kind`` may be seated in; the first of them is named if it is wrong."""
    groups = candidates.kinds[kind]
    known = [group.id for group in rule.groups]
    standbys = {known[position] for position in rule.standby}
    first = f"候选人 {candidates.commits[candidates.kind_of.index(kind)]}"
    if not groups:
        raise EngineError(f"{first} 不属于任何条件组")
    for group_id, level in groups.items():
        if not is_key(group_id) or group_id not in known:
            raise EngineError(f"{first} 的条件组 {group_id} 不在规则里")
        if group_id in standbys:
            raise EngineError(f"{first} 不应列出候补组 {group_id}")
        if type(level) is not int or level < 1:
            raise EngineError(f"{first} 在条件组 {group_id} 的级别必须是正整数")
    return tuple(
        (position, groups[known[home]])
        for position, home in enumerate(rule.homes)
        if known[home] in groups
    )


def _positions(commits: Sequence[str]) -> dict[str, int]:
    positions = dict(zip(commits, range(len(commits)), strict=True))
    if len(positions) < len(commits):
        twice = next(commit for at, commit in enumerate(commits) if positions[commit] != at)
        raise EngineError(f"候选人重复：{twice}")
    return positions


def check_reveals(rule: Contributed, reveals: Sequence[Reveal]) -> None:
    """Raises EngineError if a role is missing, extra or misplaced, or the nonce is another one."""
    expected = (SYSTEM_ROLE, *rule.contributors)
    roles = tuple(reveal.role for reveal in reveals)
    if roles != expected:
        raise EngineError(f"公开值的角色应依次为 {'、'.join(expected)}，实为 {'、'.join(roles)}")
    for reveal in reveals:
        if not is_hex(reveal.value):
            raise EngineError(f"{reveal.role} 的公开值必须是非空的小写十六进制")
    # Committed under the seal: the system cannot choose it once it knows the others' values.
    nonce = bytes.fromhex(reveals[0].value)
    if commit_nonce(nonce, hash_name=rule.hash_name) != rule.nonce_commit:
        raise EngineError("系统公开的随机数与封存时的承诺不符")
