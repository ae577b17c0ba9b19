"""What an assignment of an earlier version sealed opens by the key of seals, and says the same."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.crypto import Vault
from expertpool.reviews.models import ItemAssignment
from expertpool.reviews.queries.assignments import record_of
from tests.database import migrate_on
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import make_assigned

NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


def heads() -> set[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(people FROM 1 FOR 5), substring(nonce FROM 1 FOR 5)"
            " FROM reviews_itemassignment"
        )
        return {bytes(head) for row in cursor.fetchall() for head in row}


@pytest.mark.django_db(transaction=True)
def test_what_was_sealed_before_is_kept(operator: User, supervisor: User) -> None:
    pool = [make_expert(f"评委{at}") for at in range(4)]
    for at, row in enumerate(pool):
        give_account(row, make_user("expert", username=f"scorer{at}"))
    before = record_of(make_assigned(operator, supervisor, now=NOW, pool=pool), named=True)
    MigrationExecutor(connection).migrate([("reviews", "0007_terms_have_proofs")])
    assert heads() == {Vault("FIELD_KEY").head}
    migrate_on()
    assert heads() == {Vault("SEAL_KEY").head}
    assert record_of(ItemAssignment.objects.get(), named=True) == before
