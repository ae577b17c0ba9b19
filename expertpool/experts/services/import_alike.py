"""Whom a row of an update means that no number names: somebody of its name, with employer or birthday
(docs/decisions/0504)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.directory.queries import normalise_unit_name
from expertpool.experts.models import Expert
from expertpool.experts.queries.alike import MOST_NAMED, is_same_birth, namesakes
from expertpool.experts.queries.experts import id_number_index
from expertpool.experts.services.taken import is_plain

BY_NAME = "alike"
Values = Mapping[str, Any]
Key = tuple[str, str, Any, str]
DOUBT = "号码都没有对上，只有姓名、{}相同：可能换了号码，也可能是同名的另一个人，请核对后再勾选。"
SEVERAL = "号码都没有对上，姓名、{}相同的有 {}：请在“专家编号”一列写明是哪一位。"


class AlikeByName:
    """Those of a chunk, as far as ``actor`` sees them; nobody is taken for his by it before the user has ticked him."""

    def __init__(self, actor: User) -> None:
        self._actor = actor
        self._sees_documents = is_plain(actor, "id_number")
        # What a row says of its person → who has most of it, and what.
        self._found: dict[Key, tuple[list[Expert], tuple[str, ...]]] = {}

    def look_up(self, rows: Sequence[Values], experts: QuerySet[Expert]) -> None:
        """Look up those of ``rows`` among ``experts``, whom the user may change."""
        self._found.clear()
        pool = namesakes({_name(one) for one in rows} - {""}, self._actor) if rows else {}
        if not pool:
            return
        same: dict[Key, dict[str, tuple[str, ...]]] = {}
        for values in rows:
            key = _, employer, born, _ = _key(values)
            grounds = {
                one.number: tuple(found)
                for one in pool.get(_name(values), ())
                if (found := one.grounds(employer, born))
                and not (born and one.born and not is_same_birth(born, one.born))
            }
            if grounds:
                same[key] = grounds
        numbers = {number for each in same.values() for number in each}
        known = {one.number: one for one in experts.filter(number__in=numbers)}
        for values in rows:
            grounds = same.get(key := _key(values), {})
            most = max((len(one) for one in grounds.values()), default=0)
            best = [
                (known[number], found)
                for number, found in grounds.items()
                if len(found) == most and number in known and self._may_be(values, known[number])
            ]
            if best:
                self._found[key] = [expert for expert, _ in best], best[0][1]

    def _may_be(self, values: Values, expert: Expert) -> bool:
        """Tell whether the number of a document speaks against it, as far as the user sees it."""
        index = id_number_index(values.get("id_number") or "")
        if not self._sees_documents or index is None or expert.id_number_index is None:
            return True
        return index == expert.id_number_index

    def one(self, values: Values) -> dict[str, Expert]:
        """Return the one whom a row may mean, as what names him."""
        experts, _ = self._of(values)
        return {BY_NAME: experts[0]} if len(experts) == 1 else {}

    def doubt(self, values: Values) -> str:
        """Return why he may be somebody else."""
        return DOUBT.format("、".join(self._of(values)[1]))

    def several(self, values: Values) -> str:
        """Return who they are, where a row may mean several; empty: it means none."""
        experts, grounds = self._of(values)
        named = "、".join(one.number for one in experts[:MOST_NAMED])
        return SEVERAL.format("、".join(grounds), named) if len(experts) > 1 else ""

    def _of(self, values: Values) -> tuple[list[Expert], tuple[str, ...]]:
        if values.get("number"):  # who gives a number of ours means that one
            return [], ()
        return self._found.get(_key(values), ([], ()))


def _name(values: Values) -> str:
    return str(values.get("name") or "")


def _key(values: Values) -> Key:
    birth = values.get("birth")
    born = birth.as_date() if birth else None
    employer = normalise_unit_name(values.get("employer") or "")
    return _name(values), employer, born, str(values.get("id_number") or "")
