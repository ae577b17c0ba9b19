"""The candidates of a sealed draw as they are stored: a thousand to a row, in columns.

A row for each of a hundred thousand, with its indexes and its encryption, took most of the time of
a draw (docs/decisions/0028). Only those who are seated have rows of their own: invitations.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

import vdraw
from expertpool.core.copying import copied_rows
from expertpool.core.crypto import DecryptionError
from expertpool.draws.models import Draw, SealBlock
from expertpool.draws.queries.identity import (
    Identity,
    altered,
    check_commitments,
    pack_refs,
    unpack_refs,
)

# Why so many: docs/decisions/0028. Stored seals are read by it: another number needs a migration.
BLOCK = 1024
# Of a digest: SHA-256 and SM3 have the same length.
_COMMIT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Identities:
    """Identities in columns."""

    expert_ids: Sequence[int]
    refs: Sequence[str]
    salts: Sequence[str]

    def __getitem__(self, at: int) -> Identity:
        return Identity(self.expert_ids[at], self.refs[at], self.salts[at])

    def picked(self, positions: Sequence[int]) -> Identities:
        """Those at ``positions``, in that order."""
        return Identities(
            [self.expert_ids[at] for at in positions],
            [self.refs[at] for at in positions],
            [self.salts[at] for at in positions],
        )


# --- Candidates ---------------------------------------------------------------------------------


def pack_commits(candidates: vdraw.Candidates, start: int) -> bytes:
    """Return the commitments of the block that begins with the candidate at ``start``."""
    return bytes.fromhex("".join(candidates.commits[start : start + BLOCK]))


def pack_fittings(candidates: vdraw.Candidates, start: int) -> bytes:
    """Return what `SealBlock.fittings` keeps of that block, encrypted: which of its kinds each is (2
    bytes), each one's unit (4 bytes: 7 is U7, 0 none), and the kinds: [{"g1": 1}, …]."""
    end = min(start + BLOCK, len(candidates))
    numbers: dict[int, int] = {}  # of the kinds that occur here
    # Two bytes are enough: there are at most as many kinds as people in a block.
    kind_of = [numbers.setdefault(kind, len(numbers)) for kind in candidates.kind_of[start:end]]
    units = [int(unit[1:]) if unit else 0 for unit in candidates.units[start:end]]
    kinds = [dict(candidates.kinds[kind]) for kind in numbers]
    packed = struct.pack(f">{end - start}H{end - start}I", *kind_of, *units)
    return packed + json.dumps(kinds, sort_keys=True, separators=(",", ":")).encode()


def candidates_of(draw: Draw) -> vdraw.Candidates:
    """Return the candidates of ``draw`` in the order of their leaves, as they stand in its blocks;
    raises EngineError where a block has no such form. Only the seal tells whether they are all."""
    commits: list[str] = []
    kinds: dict[str, int] = {}
    known: list[dict[str, int]] = []
    kind_of: list[int] = []
    units: list[str | None] = []
    unit_names = _UnitNames({0: None})
    for block in _fitting_blocks(draw.pk):
        fitting = _fittings(block)
        commits += pieces(bytes(block.commits).hex(), 2 * _COMMIT_BYTES)
        numbers = []
        for kind in fitting.kinds:
            # The text stands for the dict: equal ones were written in one order of keys.
            number = kinds.setdefault(repr(kind), len(kinds))
            if number == len(known):
                known.append(kind)
            numbers.append(number)
        kind_of += [numbers[at] for at in fitting.kind_of]
        units += map(unit_names.__getitem__, fitting.units)
    return vdraw.Candidates(commits, known, kind_of, units)


class _UnitNames(dict[int, str | None]):
    """What units are called by their numbers, each made once: `pack_fittings`."""

    def __missing__(self, unit: int) -> str:
        self[unit] = name = f"U{unit}"
        return name


@dataclass(frozen=True, slots=True)
class _Fittings:
    """What the candidates of a block fit: `pack_fittings`."""

    kinds: Sequence[dict[str, int]]
    kind_of: Sequence[int]
    units: Sequence[int]


def _fitting_blocks(draw_id: int) -> list[SealBlock]:
    fittings = SealBlock._meta.get_field("fittings")
    query = "SELECT n, commits, fittings FROM draws_sealblock WHERE draw_id = %s ORDER BY n"
    return [
        SealBlock(
            draw_id=draw_id,
            n=n,
            commits=commits,
            fittings=fittings.from_db_value(token, None, connection),
        )
        for n, commits, token in copied_rows(query, [draw_id], ["int4", "bytea", "bytea"])
    ]


def _fittings(block: SealBlock) -> _Fittings:
    count = len(block.commits) // _COMMIT_BYTES
    form = struct.Struct(f">{count}H{count}I")
    try:
        plain = bytes(block.fittings)
        numbers = form.unpack_from(plain)
        kinds = json.loads(plain[form.size :])
        # What is in them is checked by the engine.
        if not all(isinstance(kind, dict) for kind in kinds) or max(numbers[:count]) >= len(kinds):
            raise ValueError(kinds)
    except DecryptionError as error:
        message = f"抽取 {block.draw.number} 封存的候选人已无法读取，抽取停止。{error}"
        raise vdraw.EngineError(message) from error
    except (struct.error, ValueError, TypeError) as error:
        message = f"抽取 {block.draw.number} 封存的候选人已无法读取：数据被改动过，抽取停止。"
        raise vdraw.EngineError(message) from error
    return _Fittings(kinds, numbers[:count], numbers[count:])


# --- Openings -----------------------------------------------------------------------------------


def pack_openings(people: Identities, start: int) -> bytes:
    """Return what `SealBlock.openings` keeps, encrypted: ids, salts, numbers. Of so many candidates it
    is as long whoever they are."""
    ids = people.expert_ids[start : start + BLOCK]
    salts = bytes.fromhex("".join(people.salts[start : start + BLOCK]))
    refs = pack_refs(people.refs[start : start + BLOCK])
    return struct.pack(f">{len(ids)}Q", *ids) + salts + refs


def identities_of(draw: Draw, candidates: vdraw.Candidates) -> Iterator[Identity]:
    """Yield who the ``candidates`` of ``draw`` are, in their order. Only for code that says so in
    the log; raises as `Openings`."""
    seen = 0
    for n, block in enumerate(_sealed_people(draw).order_by("n")):
        # A block was taken out: those after it would speak for others.
        if block.n != n:
            raise altered(draw)
        commits = candidates.commits[block.n * BLOCK : (block.n + 1) * BLOCK]
        people = _open(block, len(commits))
        check_commitments(draw, commits, people.refs, people.salts)
        yield from (people[at] for at in range(len(commits)))
        seen += len(commits)
    # The last ones were taken out, which leaves no gap.
    if seen != len(candidates):
        raise altered(draw)


class Openings:
    """Opens who stands behind the commitments of a sealed draw, block by block as it is asked.

    Raises core.crypto.DecryptionError where the openings of a block were altered, moved from
    another block or draw, or are not those of its commitments.
    """

    def __init__(self, draw: Draw, sealed: vdraw.Sealed) -> None:
        self._draw = draw
        self._sealed = sealed
        self._blocks: dict[int, Identities] = {}

    def of(self, commits: Iterable[str]) -> dict[str, Identity]:
        """Return who the candidates with these ``commits`` are."""
        positions = self._sealed.positions
        try:
            places = {commit: divmod(positions[commit], BLOCK) for commit in commits}
            self._load({n for n, _ in places.values()} - self._blocks.keys())
            found = {commit: self._blocks[n][at] for commit, (n, at) in places.items()}
        except KeyError as error:  # no such candidate, or his block is gone
            raise altered(self._draw) from error
        people = found.values()
        check_commitments(
            self._draw, list(found), [one.ref for one in people], [one.salt for one in people]
        )
        return found

    def fitted(self, commit: str) -> Mapping[str, int]:
        """Return which groups the candidate with this ``commit`` was sealed for, each with his level."""
        candidates = self._sealed.candidates
        return candidates.kinds[candidates.kind_of[self._sealed.positions[commit]]]

    def _load(self, numbers: set[int]) -> None:
        count = len(self._sealed.candidates)
        rows = _sealed_people(self._draw).filter(n__in=numbers).order_by()
        # All are open already: no statement.
        for block in rows if numbers else ():
            self._blocks[block.n] = _open(block, min(BLOCK, count - block.n * BLOCK))


def _sealed_people(draw: Draw) -> QuerySet[SealBlock]:
    # The other columns were read with the seal.
    return draw.blocks.only("draw_id", "n", "openings")


def _open(block: SealBlock, count: int) -> Identities:
    plain = bytes(block.openings)
    split = struct.calcsize(f">{count}Q")
    end = split + count * vdraw.SALT_BYTES
    try:
        ids = struct.unpack(f">{count}Q", plain[:split])
        refs = unpack_refs(plain[end:])
    except (struct.error, UnicodeDecodeError) as error:
        raise altered(block.draw) from error
    salts = pieces(plain[split:end].hex(), 2 * vdraw.SALT_BYTES)
    if not len(refs) == len(salts) == count:
        raise altered(block.draw)
    return Identities(ids, refs, salts)


def pieces(text: str, size: int) -> list[str]:
    """Cut ``text`` into pieces of ``size``."""
    return [text[start : start + size] for start in range(0, len(text), size)]
