"""Rules and options of an earlier version, which are settings since (docs/decisions/0174)."""

from __future__ import annotations

from django.db import connection

from expertpool.core.configuration import value_of
from expertpool.core.configuration.reading import current
from expertpool.projects.settings import ALLOWED, BLOCKING
from expertpool.siteconfig.models import StoredSetting
from expertpool.siteconfig.queries.stored import is_cut


def choose_rules() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO projects_rulesetting (rule, blocking) VALUES"
            " ('tender.odd', true), ('tender.members', true), ('procurement.odd', false)"
        )
        cursor.execute(
            'INSERT INTO projects_regimesetting (regime, option, "on") VALUES'
            " ('internal', 'manual_ways', true), ('tender', 'manual_ways', false)"
        )


def rules_count_as_chosen() -> None:
    """As settings, whatever is written over their rows."""
    assert not is_cut(current())
    for _ in range(2):
        assert set(value_of(BLOCKING["tender"])) == {"tender.odd", "tender.members"}
        assert not value_of(BLOCKING["procurement"])
        assert value_of(ALLOWED["internal"]) == ("manual_ways",)
        assert not value_of(ALLOWED["tender"])
        StoredSetting.objects.filter(code=BLOCKING["tender"].code).update(value=[])
