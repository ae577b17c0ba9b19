"""Whoever has a dump, and the pool, but no key, cannot tell by what a seat's expert fits, or by how many
share his unit, which few he may be (docs/decisions/0117)."""

from __future__ import annotations

import struct
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.draws.models import Draw
from expertpool.draws.services.plan import GroupInput
from expertpool.experts.models import Expert
from tests.factories.draws import EVERYBODY, expert_id_of, make_draw
from tests.factories.experts import make_expert, make_unit

pytestmark = pytest.mark.django_db
COMMIT = 32
WOMEN = {"all": [{"field": "sex", "op": "eq", "value": "female"}]}
UNITS = (1, 2, 3, 6)  # so many experts each


@pytest.fixture
def draw(db: None) -> Draw:
    return draw_of_units()


def draw_of_units() -> Draw:
    """Twelve of four employers, five of them women, for whom there is a group, too."""
    n = 0
    for size in UNITS:
        employer = make_unit()
        for _ in range(size):
            make_expert(employer=employer, sex="female" if n % 3 == 0 else "male")
            n += 1
    groups = [GroupInput("综合", 3, [EVERYBODY]), GroupInput("女专家", 1, [WOMEN])]
    return make_draw(now=timezone.now(), groups=groups)


def block_of(draw: Draw) -> dict[str, Any]:
    """The row of its candidates, as it stands in a dump."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM draws_sealblock WHERE draw_id = %s", [draw.pk])
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def who_it_may_be(commit: str, block: dict[str, Any], people: list[Expert]) -> set[int]:
    """Those of ``people`` of whom the seat may be, by each column that says something of every candidate."""
    commits = bytes(block["commits"])
    count = len(commits) // COMMIT
    at = commits.index(bytes.fromhex(commit)) // COMMIT
    sizes = Counter(one.employer_id for one in people)
    suspects = {one.pk for one in people}
    for name, value in block.items():
        if name == "commits" or not isinstance(value, memoryview | bytes):
            continue
        for letter in "HI":
            if len(value) != struct.calcsize(f">{count}{letter}"):
                continue
            numbers = struct.unpack(f">{count}{letter}", value)
            alike = Counter(numbers)[numbers[at]]
            if letter == "I":  # units: as many have his as work for his employer
                suspects &= {one.pk for one in people if sizes[one.employer_id] == alike}
            else:  # kinds: as many fit the same as are of his sex
                sexes = Counter(one.sex for one in people)
                suspects &= {one.pk for one in people if sexes[one.sex] == alike}
    return suspects


def test_each_of_the_pool_may_sit_on_each_seat(draw: Draw) -> None:
    block = block_of(draw)
    lines = draw.invitations.order_by("line")
    people = list(Expert.objects.all())
    found = {line.line: who_it_may_be(line.commit, block, people) for line in lines}
    assert all(expert_id_of(line) in found[line.line] for line in lines)
    assert {len(suspects) for suspects in found.values()} == {sum(UNITS)}


def test_a_block_says_nothing_in_clear_but_the_commitments(draw: Draw) -> None:
    assert block_of(draw).keys() == {"id", "draw_id", "n", "commits", "fittings", "openings"}
