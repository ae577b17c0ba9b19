"""A pool of any size, written by COPY: the same experts for one size and seed.

Names repeat, specialties and employers are skewed as in life. Encrypted columns and blind indexes
are real and distinct, so that pages, searches and unique constraints work as they do in use.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.core.fields import ProofField, encrypted_fields
from expertpool.directory.models import Division, Specialty, Title, Unit
from expertpool.experts.enums import AvoidanceKind, ExpertStatus
from expertpool.experts.models import AvoidanceUnit, Expert, ExpertSpecialty, Leave, Tag
from expertpool.experts.queries.availability import day_start
from expertpool.experts.queries.experts import id_number_index, phone_index
from expertpool.experts.queries.names import name_index
from expertpool.experts.services.demo import CITIES, EMPLOYERS, GIVEN, POSITIONS, SURNAMES
from expertpool.experts.services.packs import pack_experts
from tools.bench.copying import copy_rows, indexes_made_at_the_end
from tools.bench.history import write_history

_FIELDS = (
    "id", "number", "name", "name_index", "sex", "birth_date", "id_number", "id_number_index", "phone",
    "phone_index", "email", "employer_id", "title", "title_level", "position",
    "education", "practice_years", "division_id", "expert_type", "address", "bank_account",
    "status", "status_before_deletion", "deleted_at", "term_start_date", "term_end_date",
    "source", "department_id", "created_at", "updated_at",
)  # fmt: skip
_EXPERTS_PER_UNIT = 40
_TRIPLES = 50_000  # combinations of three specialties that experts share
_STATUSES = (
    (ExpertStatus.FORMAL, 90),
    (ExpertStatus.PENDING, 3),
    (ExpertStatus.FROZEN, 2),
    (ExpertStatus.BLACKLISTED, 2),
    (ExpertStatus.DELETED, 3),
)
_TAGGINGS = Expert.tags.through
_MODELS = (Expert, ExpertSpecialty, _TAGGINGS, Leave, AvoidanceUnit)


def ensure_pool(size: int, *, now: datetime) -> float:
    """Fill the database with a pool and its past unless it has one; return the seconds taken."""
    started = time.perf_counter()
    if not Expert.objects.exists():
        fill_pool(size, now=now)
        write_history(size, operator=User.objects.get(username="operator"), now=now)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return time.perf_counter() - started


@transaction.atomic
def fill_pool(size: int, *, now: datetime, seed: int = 1) -> None:
    """Write ``size`` experts with all that belongs to them into an empty pool.

    Needs a superuser of the database: the rows are not checked against their foreign keys.
    """
    random = Random(seed)  # noqa: S311 (people who do not exist)
    units = _write_units(random, max(size // _EXPERTS_PER_UNIT, 10))
    tags = Tag.objects.bulk_create(Tag(name=f"第 {at:02d} 组") for at in range(10))
    world = _World.load(random, units)
    days = _Days(now)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    with indexes_made_at_the_end(_MODELS):
        copy_rows(Expert, _FIELDS, _experts(random, world, days, size))
        copy_rows(ExpertSpecialty, ("expert_id", "specialty_id"), _links(world, size))
        copy_rows(_TAGGINGS, ("expert_id", "tag_id"), _tagged(random, tags, size))
        names: tuple[str, ...] = (
            *("expert_id", "during", "reason", "created_at", "uid", "proof", "end_proof"),
        )
        copy_rows(Leave, names, _leaves(random, days, size))
        names = ("expert_id", "unit_id", "kind", "end_date")
        copy_rows(AvoidanceUnit, names, _avoidance_units(random, units, days, size))
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('experts_number_seq', %s)", [size])
        # Past the triggers that note it.
        cursor.execute(
            "INSERT INTO experts_unpackedexpert (expert_key) SELECT id FROM experts_expert"
        )
    pack_experts()


class _Skewed:
    """Picks from ``values``: the n-th is picked about half as often as the one at n/2."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values
        self._weights = list(accumulate(1 / (at + 3) for at in range(len(values))))

    def pick(self, random: Random, count: int) -> list[Any]:
        return random.choices(self.values, cum_weights=self._weights, k=count)


@dataclass(frozen=True)
class _World:
    """What experts are put together from."""

    names: list[str]
    units: list[int]
    titles: list[tuple[str, int]]
    divisions: list[str]
    triples: list[tuple[int, ...]]
    departments: list[int]

    @classmethod
    def load(cls, random: Random, units: list[int]) -> _World:
        titles = list(Title.objects.order_by("name").values_list("name", "level"))
        random.shuffle(titles)
        divisions = list(
            Division.objects.filter(level=3).order_by("code").values_list("code", flat=True)
        )
        random.shuffle(divisions)
        return cls(
            names=list(_names(random, 20_000)),
            units=_Skewed(units).pick(random, 100_000),
            titles=titles,
            divisions=_Skewed(divisions).pick(random, 20_000),
            triples=_triples(random),
            departments=list(Department.objects.order_by("pk").values_list("pk", flat=True)),
        )


class _Days:
    """The days around ``now`` that rows are dated with."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = timezone.localdate(now)

    def after(self, count: int) -> date:
        return self.today + timedelta(days=count)


def _names(random: Random, count: int) -> Iterator[str]:
    for _ in range(count):
        given = random.sample(GIVEN, random.choice((1, 2, 2)))
        yield random.choice(SURNAMES) + "".join(given)


def _triples(random: Random) -> list[tuple[int, ...]]:
    """Three different leaves each, two of them of one branch as a rule."""
    branches: dict[str, list[int]] = {}
    leaves = Specialty.objects.filter(scheme__active=True, children=None).order_by("code")
    for pk, code in leaves.values_list("pk", "code"):
        branches.setdefault(code[:3], []).append(pk)
    order = sorted(branches)
    random.shuffle(order)
    skewed = {code: _Skewed(leaves) for code, leaves in branches.items()}
    triples = []
    homes, others = (_Skewed(order).pick(random, _TRIPLES) for _ in range(2))
    for home, other in zip(homes, others, strict=True):
        chosen = set(skewed[home].pick(random, 2))
        while len(chosen) < 3:
            chosen |= set(skewed[other].pick(random, 3 - len(chosen)))
        triples.append(tuple(sorted(chosen)))
    return triples


def _write_units(random: Random, count: int) -> list[int]:
    """Write employers; their ids begin after those that are there."""
    last = Unit.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    ids = list(range(last + 1, last + 1 + count))

    def rows() -> Iterator[tuple[Any, ...]]:
        for pk in ids:
            (city, _), kind = random.choice(CITIES), random.choice(EMPLOYERS)
            name = f"{city}第{pk}{kind}"
            yield pk, name, name

    copy_rows(Unit, ("id", "name", "normalised_name"), rows())
    return ids


def _experts(random: Random, world: _World, days: _Days, size: int) -> Iterator[tuple[Any, ...]]:
    statuses = [status.value for status, share in _STATUSES for _ in range(share)]
    choice, number = random.choice, random.random
    birthdays = [days.after(-int(365.25 * (30 + number() * 35))) for _ in range(5_000)]
    term_ends = [days.after(int(number() * 1500) - 100) for _ in range(2_000)]
    created = [days.now - timedelta(minutes=at) for at in range(2_000)]
    for pk in range(1, size + 1):
        name = choice(world.names)
        title, level = choice(world.titles)
        status, at = choice(statuses), choice(created)
        ref, phone = f"ZJ2020{pk:06d}", f"13{pk:09d}"
        secret = {
            field.name: field.token(name if field.name == "name" else phone, ref)
            for field in encrypted_fields(Expert)
        }
        yield (
            pk, ref, secret["name"], name_index(name), choice(("male", "female")), choice(birthdays),
            secret["id_number"], id_number_index(str(pk)), secret["phone"], phone_index(phone),
            secret["email"], choice(world.units), title, level,
            choice(POSITIONS), choice(("本科", "硕士研究生")), int(number() * 40),
            choice(world.divisions), choice(("技术类", "技术类", "经济类", "法律类")),
            secret["address"], secret["bank_account"], status, "formal" if status == "deleted" else "",
            at if status == "deleted" else None, days.after(-400),
            choice(term_ends) if number() < 0.95 else None, "import",
            choice(world.departments), at, at,
        )  # fmt: skip


def _held(world: _World) -> Iterator[tuple[int, ...]]:
    """The specialties of one expert after the other, each time the same."""
    random = Random(2)  # noqa: S311
    while True:
        yield random.choice(world.triples)


def _links(world: _World, size: int) -> Iterator[tuple[int, int]]:
    for pk, held in zip(range(1, size + 1), _held(world), strict=False):
        for specialty in held:
            yield pk, specialty


def _tagged(random: Random, tags: Sequence[Tag], size: int) -> Iterator[tuple[int, int]]:
    """The first group has a tenth of the pool, each further one half of the one before."""
    for at, tag in enumerate(tags):
        for pk in random.sample(range(1, size + 1), size // (10 * 2**at)):
            yield pk, tag.pk


def _leaves(random: Random, days: _Days, size: int) -> Iterator[tuple[Any, ...]]:
    """Of every hundred four have or had a leave; half of these are on leave in the next days."""
    start = day_start(days.today)
    for pk in random.sample(range(1, size + 1), size // 25):
        first = start + timedelta(days=random.randint(-60, 20))
        last = first + timedelta(days=40)
        during = f"[{first.isoformat()},{last.isoformat()})"
        leave = Leave(
            expert=Expert(number=f"ZJ2020{pk:06d}"),
            during=DateTimeTZRange(first, last),
            created_at=days.now,
        )
        proofs = (made.made_of(leave) for made in _proofs(Leave))
        yield pk, during, "出国学习", days.now, leave.uid, *proofs


def _proofs(model: type[Leave]) -> list[ProofField]:
    return [one for one in model._meta.fields if isinstance(one, ProofField)]


_KINDS = (AvoidanceKind.CURRENT_EMPLOYER, AvoidanceKind.PAST_EMPLOYER, AvoidanceKind.DECLARED)


def _avoidance_units(
    random: Random, units: list[int], days: _Days, size: int
) -> Iterator[tuple[Any, ...]]:
    """Of every hundred fifteen name a unit beside their employer."""
    skewed = _Skewed(units).pick(random, size // 6)
    for pk, unit in zip(random.sample(range(1, size + 1), size // 7), skewed, strict=False):
        kind = random.choice(_KINDS)
        end = days.after(-random.randint(1, 2000)) if kind == AvoidanceKind.PAST_EMPLOYER else None
        yield pk, unit, kind.value, end
