"""Steps 1 to 3: commitments, the seal, and the order that follows from it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vdraw.canonical import canonical_json, canonical_text
from vdraw.exceptions import EngineError
from vdraw.hashing import hash_function
from vdraw.merkle import merkle_root
from vdraw.rule import Rule
from vdraw.text import is_hex, is_key

TAG = b"VDRAW-1"
NONCE_BYTES = 32
SALT_BYTES = 16
SYSTEM_ROLE = "system"

# What a candidate may be seated in: (position of the group in the rule, level), in rule order.
# Who fits a group fits its standby group at the same level.
Fits = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert in the hat: ``groups`` maps group id to level (1 is best), ``unit`` is opaque."""

    commit: str
    groups: Mapping[str, int]
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Reveal:
    """A contributed value, as lower-case hex of its bytes."""

    role: str
    value: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A frozen draw: candidates sorted by leaf, and the seal over rule and candidates in hex.

    ``positions`` says where in ``candidates`` a commitment stands.
    """

    rule: Rule
    candidates: tuple[Candidate, ...]
    positions: Mapping[str, int]
    leaves: tuple[bytes, ...]
    fits: tuple[Fits, ...]
    levels: tuple[int, ...]
    seal: str


@dataclass(frozen=True, slots=True)
class Order:
    """The order of all candidates; ``ranking`` holds their positions in ``sealed.candidates``,
    ``queues`` those of a group (its position in the rule) and level, both in ticket order."""

    sealed: Sealed
    reveals: tuple[Reveal, ...]
    seed: str
    ranking: tuple[int, ...]
    queues: Mapping[tuple[int, int], Sequence[int]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        queues: dict[tuple[int, int], list[int]] = {}
        for position in self.ranking:
            for fit in self.sealed.fits[position]:
                queues.setdefault(fit, []).append(position)
        object.__setattr__(self, "queues", queues)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All candidates in the order of their tickets."""
        return tuple(self.sealed.candidates[position] for position in self.ranking)

    def rank_of(self, commit: str) -> int:
        """The candidate's place in the order, from 1; raises EngineError if he is not in the hat."""
        for rank, position in enumerate(self.ranking, start=1):
            if self.sealed.candidates[position].commit == commit:
                return rank
        raise EngineError(f"候选人里没有 {commit}")


def commit_identity(*, draw_id: str, ref: str, salt: str, hash_name: str = "sha256") -> str:
    """The commitment to an expert's number in hex; ``salt`` is 16 fresh random bytes in hex."""
    return identity_committer(draw_id, hash_name=hash_name)(ref, salt)


def identity_committer(draw_id: str, *, hash_name: str = "sha256") -> Callable[[str, str], str]:
    """A function (ref, salt) → commitment of one draw, for thousands of them.

    What it hashes equals canonical_json([draw_id, ref, salt]): hex needs no escaping.
    """
    digest = hash_function(hash_name)
    start = b"\x05" + TAG + f"[{canonical_text(draw_id)},".encode()

    def commit(ref: str, salt: str) -> str:
        if not is_hex(salt, SALT_BYTES):
            raise EngineError("盐值必须是 16 字节的小写十六进制")
        return digest(start + f'{canonical_text(ref)},"{salt}"]'.encode()).hex()

    return commit


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
    digest = rule.digest
    describe = _describer(rule)
    rows: list[tuple[bytes, Candidate, Fits]] = []
    for candidate in candidates:
        text, fits = describe(candidate)
        rows.append((digest(b"\x00" + TAG + text.encode()), candidate, fits))
    rows.sort(key=lambda row: row[0])
    leaves = tuple(row[0] for row in rows)
    return Sealed(
        rule=rule,
        candidates=tuple(row[1] for row in rows),
        positions=_positions([row[1].commit for row in rows]),
        leaves=leaves,
        fits=tuple(row[2] for row in rows),
        levels=tuple(sorted({level for fits in {row[2] for row in rows} for _, level in fits})),
        seal=_seal_value(rule, leaves),
    )


def order_candidates(sealed: Sealed, reveals: Sequence[Reveal]) -> Order:
    """Derive seed and order from the system's nonce and the contributors' values, in that order.

    Raises EngineError if a role is missing, extra or misplaced, or the nonce is not the committed one.
    """
    rule = sealed.rule
    _check_reveals(rule, reveals)
    digest = rule.digest
    values = b"".join(digest(bytes.fromhex(reveal.value)) for reveal in reveals)
    seed = digest(b"\x03" + TAG + bytes.fromhex(sealed.seal) + values)
    prefix = b"\x04" + TAG + seed
    tickets = [digest(prefix + leaf) for leaf in sealed.leaves]
    ranking = tuple(sorted(range(len(tickets)), key=tickets.__getitem__))
    return Order(sealed=sealed, reveals=tuple(reveals), seed=seed.hex(), ranking=ranking)


def _seal_value(rule: Rule, leaves: Sequence[bytes]) -> str:
    digest = rule.digest
    count = len(leaves).to_bytes(8, "big")
    content = digest(canonical_json(rule.to_dict()))
    return digest(b"\x02" + TAG + content + merkle_root(leaves, digest) + count).hex()


def _describer(rule: Rule) -> Callable[[Candidate], tuple[str, Fits]]:
    """A function candidate → (canonical text, fits).

    The text equals canonical_json([commit, groups, unit]): a hex commit needs no escaping, and
    the parts for groups and unit, which repeat thousands of times, are made once each.
    """
    group_parts: dict[tuple[tuple[str, int], ...], tuple[str, Fits]] = {}
    unit_parts: dict[str | None, str] = {None: "null"}

    def describe(candidate: Candidate) -> tuple[str, Fits]:
        if not is_hex(candidate.commit, 32):
            raise EngineError(f"候选人承诺必须是 64 位小写十六进制：{candidate.commit}")
        key = tuple(candidate.groups.items())
        part = group_parts.get(key)
        if part is None:
            fits = _read_fits(rule, candidate)
            part = group_parts[key] = (canonical_json(dict(key)).decode(), fits)
        unit = unit_parts.get(candidate.unit)
        if unit is None:
            unit = unit_parts[candidate.unit] = canonical_text(candidate.unit or "")
        return f'["{candidate.commit}",{part[0]},{unit}]', part[1]

    return describe


def _read_fits(rule: Rule, candidate: Candidate) -> Fits:
    known = [group.id for group in rule.groups]
    standbys = {known[position] for position in rule.standby}
    if not candidate.groups:
        raise EngineError(f"候选人 {candidate.commit} 不属于任何条件组")
    for group_id, level in candidate.groups.items():
        if not is_key(group_id) or group_id not in known:
            raise EngineError(f"候选人 {candidate.commit} 的条件组 {group_id} 不在规则里")
        if group_id in standbys:
            raise EngineError(f"候选人 {candidate.commit} 不应列出候补组 {group_id}")
        if type(level) is not int or level < 1:
            raise EngineError(f"候选人 {candidate.commit} 在条件组 {group_id} 的级别必须是正整数")
    return tuple(
        (position, candidate.groups[known[home]])
        for position, home in enumerate(rule.homes)
        if known[home] in candidate.groups
    )


def _positions(commits: Sequence[str]) -> dict[str, int]:
    positions = {commit: position for position, commit in enumerate(commits)}
    if len(positions) < len(commits):
        twice = next(commit for at, commit in enumerate(commits) if positions[commit] != at)
        raise EngineError(f"候选人重复：{twice}")
    return positions


def _check_reveals(rule: Rule, reveals: Sequence[Reveal]) -> None:
    expected = (SYSTEM_ROLE, *rule.contributors)
    roles = tuple(reveal.role for reveal in reveals)
    if roles != expected:
        raise EngineError(f"公开值的角色应依次为 {'、'.join(expected)}，实为 {'、'.join(roles)}")
    for reveal in reveals:
        if not is_hex(reveal.value):
            raise EngineError(f"{reveal.role} 的公开值必须是非空的小写十六进制")
    nonce = bytes.fromhex(reveals[0].value)
    if commit_nonce(nonce, hash_name=rule.hash_name) != rule.nonce_commit:
        raise EngineError("系统公开的随机数与封存时的承诺不符")
