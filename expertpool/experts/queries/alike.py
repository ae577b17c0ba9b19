"""Which records may be the same person's: one name, and something else that two seldom share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Q

from expertpool.accounts.models import User
from expertpool.core.lookups import Among
from expertpool.core.text import spellings_of
from expertpool.experts.enums import ExpertStatus, IdKind
from expertpool.experts.models import Expert, ToldApart
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.names import called, name_index

MOST_NAMED = 10  # that are named at once
MOST_GROUPS = 2_000  # of a list
# What two records of one name have in common, in words.
GROUNDS = {
    "employer_id": "工作单位",
    "birth_date": "出生日期",
    "email_index": "邮箱",
    "id_number_index": "证件号",
}
SHARED = "{}与账号 {} 相同"


@dataclass(frozen=True)
class Alike:
    """Somebody of the same name, and what else is the same."""

    expert: Expert
    grounds: tuple[str, ...]

    def __str__(self) -> str:
        status = self.expert.get_status_display()
        return f"{self.expert}，{status}，{'、'.join(('姓名', *self.grounds))}相同"


def identity(expert: Expert) -> tuple[Any, ...]:
    """Return by what ``expert`` is compared with others."""
    return (expert.name, *(getattr(expert, name) for name in GROUNDS))


def experts_alike(expert: Expert) -> list[Alike]:
    """Return who may be the same person as ``expert``, stored or not, deleted ones included."""
    same = Q(pk__in=[])
    for name in GROUNDS:
        if value := getattr(expert, name):
            same |= (
                Q(birth_date__range=_about(value)) if name == "birth_date" else Q(**{name: value})
            )
    rows = (
        Expert.objects.filter(same, called(spellings_of(expert.name)), merged_into__isnull=True)
        .exclude(pk__in=_not_he(expert))
        .order_by("pk")
    )
    return [Alike(one, grounds_between(expert, one)) for one in rows[:MOST_NAMED]]


def _not_he(expert: Expert) -> set[int]:
    """Return whose records are another's: his own is asked about no more than those told apart from it."""
    if expert.pk is None:
        return set()
    told = ToldApart.objects.filter(Q(first=expert.pk) | Q(second=expert.pk))
    return {expert.pk, *(pk for pair in told.values_list("first_id", "second_id") for pk in pair)}


def _about(born: date) -> tuple[date, date]:
    """Return between which days somebody was born, of whom perhaps only the month is known: its first
    day stands for it."""
    first = born.replace(day=1)
    return (first, first + timedelta(days=30)) if born == first else (first, born)


def grounds_between(one: Expert, other: Expert) -> tuple[str, ...]:
    return tuple(label for name, label in GROUNDS.items() if _is_same(name, one, other))


def two_persons_by(one: Expert, other: Expert) -> str:
    """Return by what else the two of different names are told to be two persons: number or birthday, where
    both are known; "" where nothing tells."""
    return next(_differing(one, other), "")


def unlike_by(one: Expert, other: Expert) -> list[str]:
    """Return by what the two may be two persons: name, number, birthday, and beside one of these the phone.
    Empty: nothing speaks against one person."""
    told = [*([] if one.name == other.name else ["姓名"]), *_differing(one, other)]
    return [*told, "手机号"] if told and one.phone_index != other.phone_index else told


def _differing(one: Expert, other: Expert) -> Iterator[str]:
    for name, label in (("id_number", "证件号码"), ("birth_date", GROUNDS["birth_date"])):
        # The number of a passport is never that of an identity card.
        is_compared = name != "id_number" or one.id_kind == other.id_kind
        mine, theirs = getattr(one, name), getattr(other, name)
        if is_compared and mine and theirs and not _is_same(name, one, other):
            yield label


def are_two(one: Expert, other: Expert) -> bool:
    """Tell whether two are two persons, whatever else is the same: a citizen has one number, and it says when
    he was born."""
    return (
        one.id_kind == other.id_kind == IdKind.RESIDENT
        and None not in (one.id_number_index, other.id_number_index)
        and one.id_number_index != other.id_number_index
        and None not in (one.birth_date, other.birth_date)
        and not is_same_birth(one.birth_date, other.birth_date)
    )


def _is_same(name: str, one: Expert, other: Expert) -> bool:
    mine, theirs = getattr(one, name), getattr(other, name)
    return (
        is_same_birth(mine, theirs) if name == "birth_date" else mine is not None and mine == theirs
    )


def is_same_birth(mine: date | None, theirs: date | None) -> bool:
    """Tell whether two birthdays are one, of either of which perhaps only the month is known."""
    if mine is None or theirs is None:
        return False
    return mine == theirs or (
        (mine.year, mine.month) == (theirs.year, theirs.month) and 1 in (mine.day, theirs.day)
    )


class Namesake(NamedTuple):
    """What an import compares with its rows of somebody of the same name; ``employer`` normalised."""

    number: str
    employer: str | None
    born: date | None
    is_blacklisted: bool = False

    def grounds(self, employer: str | None, born: date | None) -> list[str]:
        """Return what a row has in common with him, in words; ``employer`` is normalised."""
        same = []
        if employer and employer == self.employer:
            same.append(GROUNDS["employer_id"])
        if is_same_birth(born, self.born):
            same.append(GROUNDS["birth_date"])
        return same


def namesakes(names: Collection[str], user: User | None) -> dict[str, list[Namesake]]:
    """Return by name who of ``names`` is in the pool, as far as ``user`` sees it (None: all): an import
    tells nothing else (docs/decisions/0090)."""
    found: dict[str, list[Namesake]] = defaultdict(list)
    by_index: dict[bytes, list[str]] = defaultdict(list)
    for name in names:
        for way in spellings_of(name):
            if index := name_index(way):
                by_index[index].append(name)
    if not by_index:
        return found
    rows = Expert.objects.all() if user is None else experts_visible_to(user)
    rows = rows.filter(Among("name_index", by_index), merged_into__isnull=True).order_by("pk")
    # A common name has hundreds, of thousands of names: rows, no models, and not all at once.
    compared = rows.values_list(
        *("name_index", "number", "employer__normalised_name", "birth_date"),
        *("status", "status_before_deletion"),
    )
    for index, number, employer, born, *status in compared.iterator():
        is_blacklisted = ExpertStatus.BLACKLISTED in status
        for name in by_index[index]:
            found[name].append(Namesake(number, employer, born, is_blacklisted))
    return found
