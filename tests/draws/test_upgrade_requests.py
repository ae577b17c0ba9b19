"""Requests from before they could run out of time are kept, those that wait for a week more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from expertpool.draws.models import ReleaseRequest, VoidRequest
from expertpool.draws.services.releasing import request_release
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.workflow.enums import Outcome
from tests.database import migrate_on
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = timedelta(days=7)


def migrate(name: str) -> None:
    MigrationExecutor(connection).migrate([("draws", name)])


def test_requests_of_an_earlier_version_are_kept() -> None:
    long_ago, operator = timezone.now() - timedelta(days=60), make_user("operator")
    for _ in range(2):
        make_expert()
    draw = make_draw(now=long_ago, seats=1, operator=operator, opens_in_hours=600)
    by = {"draw": draw, "actor": operator, "now": long_ago}
    settled, waiting = request_void(reason="重抽", **by), request_release(reason="提前", **by)
    decide_void(
        request=settled, agree=False, note="否", actor=make_user("supervisor"), now=long_ago
    )
    try:
        migrate("0022_alarms")
    finally:
        migrate_on()
    settled, waiting = VoidRequest.objects.get(), ReleaseRequest.objects.get()
    assert settled.outcome == Outcome.TURNED_DOWN
    assert settled.expires_at == long_ago + WEEK
    assert waiting.outcome == Outcome.WAITING
    assert abs(waiting.expires_at - timezone.now() - WEEK) < timedelta(minutes=5)
