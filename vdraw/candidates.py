"""The candidates of a draw, one by one or, where there are a hundred thousand, in columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert in the hat: ``groups`` maps group id to level (1 is best), ``unit`` is opaque."""

    commit: str
    groups: Mapping[str, int]
    unit: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Candidates(Sequence[Candidate]):
    """Candidates in columns: the groups of most are those of many others, and an object for each
    would cost more than its hashes.

    ``kinds`` are different groups with levels, ``kind_of`` says for each candidate which are
    his; ``commits`` and ``units`` are as in `Candidate`.
    """

    commits: Sequence[str]
    kinds: Sequence[Mapping[str, int]]
    kind_of: Sequence[int]
    units: Sequence[str | None]

    @classmethod
    def of(cls, candidates: Iterable[Candidate]) -> "Candidates":
        """Put ``candidates`` into columns, in their order."""
        if isinstance(candidates, Candidates):
            return candidates
        rows = list(candidates)
        numbers: dict[tuple[tuple[str, int], ...], int] = {}
        # The same groups in another order make one kind more: harmless, what is hashed is sorted.
        kind_of = [numbers.setdefault(tuple(row.groups.items()), len(numbers)) for row in rows]
        return cls(
            commits=[row.commit for row in rows],
            kinds=[dict(kind) for kind in numbers],
            kind_of=kind_of,
            units=[row.unit for row in rows],
        )

    def picked(self, positions: Sequence[int]) -> "Candidates":
        """Those at ``positions``, in that order."""
        return Candidates(
            commits=[self.commits[at] for at in positions],
            kinds=self.kinds,
            kind_of=[self.kind_of[at] for at in positions],
            units=[self.units[at] for at in positions],
        )

    def __len__(self) -> int:
        return len(self.commits)

    def __getitem__(self, at: int) -> Candidate:  # type: ignore[override]
        return Candidate(self.commits[at], self.kinds[self.kind_of[at]], self.units[at])

    def __iter__(self) -> Iterator[Candidate]:
        for commit, kind, unit in zip(self.commits, self.kind_of, self.units, strict=True):
            yield Candidate(commit, self.kinds[kind], unit)

    def __eq__(self, other: object) -> bool:
        # By their rows: two tables may number the same kinds in another order.
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]
