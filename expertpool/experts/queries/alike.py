"""Which records may be the same person's: one name, and something else that two seldom share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to

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
        Expert.objects.filter(same, name=expert.name, merged_into__isnull=True)
        .exclude(pk=expert.pk)
        .order_by("pk")
    )
    return [Alike(one, _grounds(expert, one)) for one in rows[:MOST_NAMED]]


def _about(born: date) -> tuple[date, date]:
    """Return between which days somebody was born, of whom perhaps only the month is known: its first
    day stands for it."""
    first = born.replace(day=1)
    return (first, first + timedelta(days=30)) if born == first else (first, born)


def _grounds(one: Expert, other: Expert) -> tuple[str, ...]:
    return tuple(label for name, label in GROUNDS.items() if _is_same(name, one, other))


def _is_same(name: str, one: Expert, other: Expert) -> bool:
    mine, theirs = getattr(one, name), getattr(other, name)
    if mine is None or theirs is None or name != "birth_date":
        return mine is not None and mine == theirs
    return mine == theirs or (
        (mine.year, mine.month) == (theirs.year, theirs.month) and 1 in (mine.day, theirs.day)
    )


class Namesake(NamedTuple):
    """What an import compares with its rows of somebody of the same name."""

    number: str
    employer: str | None
    born: date | None

    def grounds(self, employer: str | None, born: date | None) -> list[str]:
        """Return what a row has in common with him, in words."""
        same = []
        if employer and employer == self.employer:
            same.append(GROUNDS["employer_id"])
        if born and born == self.born:
            same.append(GROUNDS["birth_date"])
        return same


def namesakes(names: Collection[str], user: User | None) -> dict[str, list[Namesake]]:
    """Return by name who of ``names`` is in the pool, as far as ``user`` sees it (None: all): an import
    tells nothing else (docs/decisions/0090)."""
    rows = Expert.objects.all() if user is None else experts_visible_to(user)
    rows = rows.filter(name__in=names, merged_into__isnull=True).order_by("pk")
    found: dict[str, list[Namesake]] = defaultdict(list)
    # A common name has hundreds, of thousands of names: rows, no models, and not all at once.
    compared = rows.values_list("name", "number", "employer__name", "birth_date")
    for name, number, employer, born in compared.iterator():
        found[name].append(Namesake(number, employer, born))
    return found


def alike_in(rows: QuerySet[Expert]) -> QuerySet[Expert]:
    """Return those of ``rows`` that may be the same person as another of them who is not deleted, and
    those whose phone or mail is another's, too."""
    rows = rows.filter(merged_into__isnull=True)
    found: set[int] = set()
    here = Count("pk", filter=~Q(status=ExpertStatus.DELETED))
    for field in ("employer_id", "birth_date"):
        groups = (
            rows.filter(**{f"{field}__isnull": False})
            .order_by()
            .values("name", field)
            .annotate(ids=ArrayAgg("pk"), number=Count("pk"), here=here)
            .filter(number__gt=1, here__gt=0)
        )
        for ids in groups.values_list("ids", flat=True)[:MOST_GROUPS]:
            found.update(ids)
    return rows.filter(Q(pk__in=found) | Q(pk__in=_doubled(rows)))


def _doubled(rows: QuerySet[Expert]) -> list[int]:
    """Return the keys of those whose phone or mail two have, since before it was refused."""
    twins = rows.filter(email_twin__gt=0).order_by().values("email_index")
    ids = list(rows.filter(email_index__in=twins).values_list("pk", flat=True)[:MOST_GROUPS])
    for field in ("phone_index", "email_index"):
        accounts = User.objects.filter(**{f"{field}__isnull": False}).values(field)
        held = rows.filter(**{f"{field}__in": accounts})
        of_others = held.exclude(**{f"user__{field}": F(field)})
        ids.extend(of_others.values_list("pk", flat=True))
    return ids


def grounds_of(experts: Collection[Expert], rows: QuerySet[Expert]) -> dict[int, list[str]]:
    """Return for each of ``experts`` with whom of ``rows`` he may be one, and whose account has a
    number of his, in words."""
    by_name: dict[str, list[Expert]] = defaultdict(list)
    others = rows.filter(name__in={one.name for one in experts}, merged_into__isnull=True)
    # Of a common name there are hundreds.
    for one in others.only("number", "name", *GROUNDS):
        by_name[one.name].append(one)
    told: dict[int, list[str]] = {}
    for expert in experts:
        pairs = ((one, _grounds(expert, one)) for one in by_name[expert.name] if one != expert)
        told[expert.pk] = [f"{'、'.join(same)}与 {one.number} 相同" for one, same in pairs if same]
    for label, field in (("手机号", "phone_index"), ("邮箱", "email_index")):
        _tell_accounts(experts, label, field, told)
    return told


def _tell_accounts(
    experts: Iterable[Expert], label: str, field: str, told: dict[int, list[str]]
) -> None:
    wanted = {index: one for one in experts if (index := getattr(one, field))}
    for user in User.objects.filter(**{f"{field}__in": list(wanted)}):
        expert = wanted[getattr(user, field)]
        if user.pk != expert.user_id:
            told[expert.pk].append(SHARED.format(label, user.username))
