"""The database itself refuses to change or lose an entry, whoever asks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from expertpool.audit.models import ChainHead, Entry
from tests.audit.conftest import Note

pytestmark = pytest.mark.django_db(transaction=True)

FORBIDDEN = (
    "UPDATE audit_entry SET note = 'x'",
    "UPDATE audit_entry SET actor_name = 'x', chain_no = chain_no",
    "UPDATE audit_entry SET chain_no = 99",
    "UPDATE audit_entry SET hash = NULL, previous_hash = NULL, chain_no = NULL",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry CASCADE",
    "UPDATE audit_chainhead SET number = 0",
    "DELETE FROM audit_chainhead",
    "TRUNCATE audit_chainhead",
)


@pytest.mark.shows("PRJ-20")
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_no_statement_changes_what_is_committed(note: Note, statement: str) -> None:
    note("原文")
    before = list(Entry.objects.values()), list(ChainHead.objects.values())
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (list(Entry.objects.values()), list(ChainHead.objects.values())) == before


def test_an_entry_cannot_be_changed_even_before_its_commit(note: Note) -> None:
    with transaction.atomic():
        rows = Entry.objects.filter(pk=note("原文").pk)
        with pytest.raises(DatabaseError, match="append-only"):
            rows.update(note="改过")
        transaction.set_rollback(True)


def test_nobody_gives_himself_a_place_in_the_chain(note: Note) -> None:
    with transaction.atomic():
        rows = Entry.objects.filter(pk=note().pk)
        with pytest.raises(DatabaseError, match="append-only"):
            rows.update(chain_no=7, hash=b"x" * 32)
        transaction.set_rollback(True)
