"""Rules and options that were chosen in an earlier version are settings, and count as they did."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from expertpool.core.configuration import value_of
from expertpool.core.configuration.reading import current
from expertpool.projects.settings import ALLOWED, BLOCKING
from expertpool.siteconfig.models import StoredSetting
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.queries.stored import is_cut
from expertpool.siteconfig.services import save_settings
from expertpool.workflow.settings import SECOND_DAYS
from tests.database import migrate_on
from tests.factories.accounts import make_user
from tests.fixtures import login

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(*name: str) -> None:
    if not name:
        migrate_on()
    else:
        MigrationExecutor(connection).migrate([("projects", name[0])])


@pytest.mark.parametrize("has_others", [True, False])
def test_what_was_chosen_is_kept_and_vouched_for(has_others: bool) -> None:
    admin = make_user("admin")
    if has_others:
        save_settings(
            group=SECOND_DAYS.group,
            values={SECOND_DAYS.code: 30},
            version=version_of(SECOND_DAYS.group),
            actor=admin,
            now=timezone.now() - timedelta(days=3),
        )
    try:
        migrate("0013_approvals_of_contents")
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO projects_rulesetting (rule, blocking) VALUES"
                " ('tender.odd', true), ('tender.members', true), ('procurement.odd', false)"
            )
            cursor.execute(
                'INSERT INTO projects_regimesetting (regime, option, "on") VALUES'
                " ('internal', 'manual_ways', true), ('tender', 'manual_ways', false)"
            )
    finally:
        migrate()
    assert set(value_of(BLOCKING["tender"])) == {"tender.odd", "tender.members"}
    assert not value_of(BLOCKING["procurement"])
    assert value_of(ALLOWED["internal"]) == ("manual_ways",)
    assert not value_of(ALLOWED["tender"])
    assert not is_cut(current())
    assert "数据库被直接改动" not in login(Client(), admin).get("/settings/").content.decode()
    StoredSetting.objects.filter(code=BLOCKING["tender"].code).update(value=[])
    assert set(value_of(BLOCKING["tender"])) == {"tender.odd", "tender.members"}
