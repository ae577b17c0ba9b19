"""Who may be the person of a row that is imported: somebody in the pool, or of another row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from expertpool.accounts.models import User
from expertpool.core.importing import ImportColumn, choice
from expertpool.directory.queries import normalise_unit_name
from expertpool.experts.queries.alike import GROUNDS, MOST_NAMED, Namesake, namesakes
from expertpool.experts.services.import_levels import SPECIALTY_LEVELS

APART = "不是同一人，仍要导入"
# As the form asks: whoever is blacklisted does not come back by another telephone.
KNOWING = ImportColumn("knowing", "是否同一人", choice({APART: "是"}), choices=(APART,))


_OF_SPECIALTIES = frozenset(
    ("specialties", "specialty_ids", *(one.code for one in SPECIALTY_LEVELS))
)


def same_but_specialties(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two rows say the same of a person, but for what he reviews."""
    said, again = (
        {
            code: value
            for code, value in values.items()
            if value not in (None, "", []) and code not in _OF_SPECIALTIES
        }
        for values in (one, other)
    )
    return said == again and bool(other["specialty_ids"])


class SamePersons:
    """Compares rows with the pool, as far as ``actor`` sees it, and with the rows before."""

    def __init__(self, actor: User | None) -> None:
        self._actor = actor
        self._pool: dict[str, list[Namesake]] = {}
        # Hash of a name and what two seldom share → the first row that has both: a few bytes each.
        self._rows: dict[int, int] = {}
        self._confirmed: set[int] = set()

    def look_up(self, names: Collection[str]) -> None:
        """Look up those of a chunk."""
        self._pool = namesakes(names, self._actor)

    def told(self, values: Mapping[str, Any], number: int) -> str:
        """Return in one sentence what is said of a row that is taken, however many are alike; it is one
        of the rows before from now on."""
        alike = list(self._alike(values))
        told = []
        for one, same in alike[:MOST_NAMED]:
            whom = f"{one.number}（黑名单）" if one.is_blacklisted else one.number
            told.append(f"与库中 {whom} 的姓名、{'、'.join(same)}相同")
        if len(alike) > MOST_NAMED:
            told.append(f"像这样的共 {len(alike)} 人")
        for first, same in self._rows_before(values, number).items():
            told.append(f"与第 {first} 行的姓名、{'、'.join(same)}相同")
        return f"{'，'.join(told)}，请核对是否同一人。" if told else ""

    def question(self, values: Mapping[str, Any], number: int) -> str:
        """Return what is asked of a row that may be somebody's who is blacklisted; empty: nothing, or
        it was answered. Of a command nobody reads it."""
        told = [
            f"{one.number} 的姓名、{'、'.join(same)}相同"
            for one, same in self._alike(values)
            if one.is_blacklisted
        ][:MOST_NAMED]
        if not told or self._actor is None:
            return ""
        if values.get(KNOWING.code):
            self._confirmed.add(number)
            return ""
        return f"与库中黑名单专家 {'；'.join(told)}。确认不是同一人的，请选择后重新检查。"

    @property
    def note(self) -> str:
        """What the log says of the rows that were imported all the same."""
        rows = len(self._confirmed)
        return f"（{rows} 行提示可能是黑名单中的专家后仍导入）" if rows else ""

    def _alike(self, values: Mapping[str, Any]) -> Iterator[tuple[Namesake, list[str]]]:
        of_name = self._pool.get(values["name"])
        if not of_name:
            return iter(())
        employer, born = normalise_unit_name(values.get("employer") or ""), values["birth_date"]
        pairs = ((one, one.grounds(employer, born)) for one in of_name)
        return (pair for pair in pairs if pair[1])

    def _rows_before(self, values: Mapping[str, Any], number: int) -> dict[int, list[str]]:
        rows: dict[int, list[str]] = defaultdict(list)
        name, born = values["name"], values["birth_date"]
        if employer := values.get("employer"):
            unit = normalise_unit_name(employer)
            if (first := self._first(name, unit, number)) != number:
                rows[first].append(GROUNDS["employer_id"])
        if born:  # as `is_same_birth`: the first day stands for the month
            month = self._first(name, (born.year, born.month), number)
            day = self._first(name, born, number)
            if born.day == 1:
                first = month
            else:
                first = min(day, self._rows.get(hash((name, born.replace(day=1))), number))
            if first != number:
                rows[first].append(GROUNDS["birth_date"])
        return rows

    def _first(self, name: str, value: Any, number: int) -> int:
        """Return the first row that has both; it is this one, if there was none."""
        return self._rows.setdefault(hash((name, value)), number)
