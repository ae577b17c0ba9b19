"""How often a draw reads what its conditions name: once to see that all is there, once to draw, and once more to say it
in words."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.sealing import start_draw
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert, make_specialty

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


def test_a_draw_looks_up_the_names_of_its_conditions_three_times(operator: User) -> None:
    specialty = make_specialty("A1", "造价")
    for _ in range(6):
        make_expert(specialties=(specialty,))
    where = {"field": "specialty", "op": "in", "value": [str(specialty.pk)]}
    project = make_ready_project(now=NOW, groups=[GroupInput("综合", 2, [where])])
    with CaptureQueriesContext(connection) as asked:
        draw = start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))
    named = '"directory_specialty"."name"'
    assert sum(named in one["sql"] for one in asked.captured_queries) == 3
    assert [level["text"] for level in draw.rule_content["groups"][0]["levels"]] == [
        "专业 属于 造价"
    ]
