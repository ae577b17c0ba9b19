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
from expertpool.experts.services.import_numbers import FirstRows

APART = "不是同一人，仍要导入"
# As the form asks: whoever is blacklisted does not come back by another telephone.
KNOWING = ImportColumn("knowing", "是否同一人", choice({APART: "是"}), choices=(APART,))


_OF_SPECIALTIES = frozenset(
    ("specialties", "specialty_ids", *(one.code for one in SPECIALTY_LEVELS))
)


def unlike_in(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    """Return in what (codes) two rows of a person say something else, but for what he reviews."""
    codes = (one.keys() | other.keys()) - _OF_SPECIALTIES
    return {code for code in codes if _said(one, code) != _said(other, code)}


def same_but_specialties(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two rows say the same of a person, but for what he reviews."""
    return bool(other["specialty_ids"]) and not unlike_in(one, other)


def _said(values: Mapping[str, Any], code: str) -> Any:
    value = values.get(code)
    return None if value in ("", []) else value


class SamePersons:
    """Compares rows with the pool, as far as ``actor`` sees it, and with the rows before."""

    def __init__(self, actor: User | None) -> None:
        self._actor = actor
        self._pool: dict[str, list[Namesake]] = {}
        self._rows = FirstRows()  # by the hash of a name and what two seldom share
        self._confirmed: set[int] = set()

    def look_up(self, rows: Collection[Mapping[str, Any]]) -> None:
        """Look up those of a chunk, whose values ``rows`` are."""
        self._pool = namesakes({values["name"] for values in rows}, self._actor)
        self._rows.begin({mark for values in rows for mark in _marks(values)})

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
        at_unit, in_month, on_day, on_first = _marks(values)
        if at_unit and (first := self._rows.first(at_unit, number)) != number:
            rows[first].append(GROUNDS["employer_id"])
        if in_month:  # as `is_same_birth`: the first day stands for the month
            first = self._rows.first(in_month, number)
            day = self._rows.first(on_day, number)
            if on_day != on_first:
                first = min(day, self._rows.find(on_first) or number)
            if first != number:
                rows[first].append(GROUNDS["birth_date"])
        return rows


def _marks(values: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Return what stands for the name with the employer, month and day of birth, and with the first day of that month;
    0 for what is not known."""
    name, employer, born = values["name"], values.get("employer"), values.get("birth_date")
    at_unit = hash((name, normalise_unit_name(employer))) if employer else 0
    if not born:
        return at_unit, 0, 0, 0
    month = hash((name, (born.year, born.month)))
    return at_unit, month, hash((name, born)), hash((name, born.replace(day=1)))
