"""Cautions of an earlier version go on counting."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from expertpool.evaluations.enums import SanctionKind
from expertpool.evaluations.models import Sanction
from expertpool.evaluations.queries.sanctions import all_cautions, cautions_of
from expertpool.evaluations.services.lifts import decide_lift, request_lift
from expertpool.evaluations.services.sanctions import decide_sanction, request_sanction
from tests.database import migrate_on
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert


@pytest.mark.django_db(transaction=True)
def test_cautions_of_an_earlier_version_are_kept() -> None:
    now, asking, agreeing = timezone.now(), make_user("supervisor"), make_user("supervisor")
    expert, other = make_expert(), make_expert()
    for one in (expert, other):
        asked = request_sanction(
            expert=one, kind=SanctionKind.CAUTION, reason="多次接听电话", actor=asking, now=now
        )
        decide_sanction(request=asked, agree=True, note="", actor=agreeing, now=now)
    lift = request_lift(
        subject=Sanction.objects.get(expert=other), reason="评价已撤回", actor=asking, now=now
    )
    decide_lift(request=lift, agree=True, note="", actor=agreeing, now=now)
    kept = list(Sanction.objects.order_by("pk").values_list("proof", flat=True))
    MigrationExecutor(connection).migrate([("evaluations", "0004_cautions_are_taken_back")])
    migrate_on()
    assert [one.expert_id for one in all_cautions()] == [expert.pk]
    assert cautions_of(other)[0].lifted_at == now
    assert list(Sanction.objects.order_by("pk").values_list("proof", flat=True)) == kept
