"""The migration that ends again what a supplement of nobody had opened, and touches nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.services.proofs import content_digest
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Draw, DrawEvent, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import answer
from tests.factories.before import make_draw_of_before
from tests.factories.experts import make_expert
from tests.vdraw.samples import engine_difference
from tests.vdraw.test_javascript import differences

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=10)
migration = import_module("expertpool.draws.migrations.0026_mend_records")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, operator: User) -> Draw:
    """Three seats, two candidates, both accepted: as the version of before sealed it."""
    for _ in range(2):
        make_expert()
    draw = make_draw_of_before(monkeypatch, now=NOW, operator=operator, seats=3)
    for invitation in Invitation.objects.filter(draw=draw, state=InvitationState.INVITED):
        answer(
            invitation=invitation,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=LATER,
            entropy=SeededEntropy(1),
        )
    draw.refresh_from_db()
    return draw


def supplement_of_nobody(draw: Draw) -> None:
    """What 再补抽一次 stored though it answered that nobody was left; no trigger was there then."""
    n = DrawEvent.objects.filter(draw=draw).count() + 1
    content = {"n": n, "type": "supplement", "seats": [], "at": "2026-11-24T01:10:00+00:00"}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        DrawEvent.objects.create(draw=draw, n=n, at=LATER, content=content | {"by": "zhang"})
        cursor.execute("SET LOCAL session_replication_role = origin")


def mend() -> None:
    migration.mend(apps, None)


def stored() -> list[Any]:
    return list(DrawEvent.objects.order_by("pk").values())


@pytest.mark.parametrize("times", [1, 2])
def test_a_supplement_of_nobody_gets_its_end(short: Draw, times: int) -> None:
    for _ in range(times):
        supplement_of_nobody(short)
    assert "没有以 end 事件结束" in (vdraw.find_difference(build_record(short)) or "")
    before = stored()
    mend()
    record = build_record(short)
    assert vdraw.find_difference(record) is None
    assert engine_difference(record) is None
    assert differences([record]) == [None]
    assert stored()[:-1] == before
    end = record["events"][-1]
    assert (end["state"], end["lacking"], end["mended"]) == ("unsatisfied", {"g1": 1}, True)
    entry = Entry.objects.get(action="draw.record_mended")
    assert (entry.subject_id, entry.after["事件数"]) == (str(short.pk), len(record["events"]))
    assert entry.before["摘要"] != entry.after["摘要"]
    assert bytes(entry.digest) == content_digest(entry)


def test_it_changes_only_what_the_verifiers_refuse(short: Draw) -> None:
    before = stored()
    mend()
    assert stored() == before
    supplement_of_nobody(short)
    mend()
    whole = stored()
    mend()
    assert stored() == whole
    assert Entry.objects.filter(action="draw.record_mended").count() == 1
