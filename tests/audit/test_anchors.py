"""Who rewrites the log in the database, hashes and all, is found by what he cannot forge."""

from __future__ import annotations

import hashlib
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import GENESIS, Anchor, ChainHead, Entry
from expertpool.audit.queries import chain_head
from expertpool.audit.services.anchors import anchor
from expertpool.audit.services.chain import verify_chain
from expertpool.audit.services.proofs import content_digest
from expertpool.core.rekeying import encrypted_columns, rekey
from tests.audit.conftest import Note
from tests.audit.test_chain import force
from tests.fixtures import login

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log(note: Note) -> None:
    """Six entries; the chain was confirmed after the second, the fourth and the sixth."""
    for text in ("甲乙", "丙丁", "戊己"):
        for one in text:
            note(one)
        assert anchor(now=timezone.now()) is not None


def recompute() -> None:
    """What an attacker does after his change: every digest, every link and the head anew."""
    previous = GENESIS
    for number, entry in enumerate(Entry.objects.order_by("id"), 1):
        digest = content_digest(entry)
        link = hashlib.sha256(previous + digest).digest()
        force(
            "UPDATE audit_entry SET digest = %s, chain_no = %s, previous_hash = %s, hash = %s"
            " WHERE id = %s",
            *(digest, number, previous, link, entry.pk),
        )
        previous = link
    force("UPDATE audit_chainhead SET number = %s, hash = %s", Entry.objects.count(), previous)


def found() -> tuple[int, str]:
    broken = verify_chain()
    assert broken is not None
    return broken.number, broken.reason


def test_the_chain_is_confirmed_once_for_what_was_added(log: None, note: Note) -> None:
    assert [row.number for row in Anchor.objects.order_by("number")] == [2, 4, 6]
    assert anchor(now=timezone.now()) is None
    note("庚")
    assert str(anchor(now=timezone.now())) == f"7:{chain_head().hash}"
    assert verify_chain() is None


@pytest.mark.shows("PRJ-20")
def test_rewritten_with_every_hash_it_no_longer_fits_its_anchor(log: None) -> None:
    force("UPDATE audit_entry SET note = '改过' WHERE chain_no = 3")
    recompute()
    assert found() == (4, "与锚点不符，这一条或之前的日志被改写过。")


def test_without_anchors_the_rewritten_entry_has_no_proof(log: None) -> None:
    force("UPDATE audit_entry SET note = '改过' WHERE chain_no = 3")
    recompute()
    force("DELETE FROM audit_anchor")
    assert found() == (3, "这一条没有本系统的凭证，是直接写进数据库的。")


def test_an_anchor_that_was_rewritten_has_no_proof(log: None) -> None:
    force("UPDATE audit_entry SET note = '改过' WHERE chain_no = 3")
    recompute()
    for number in (4, 6):
        link = bytes(Entry.objects.get(chain_no=number).hash or b"").hex()
        force("UPDATE audit_anchor SET hash = %s WHERE number = %s", link, number)
    assert found() == (4, "锚点的凭证不符，锚点不是本系统所写。")


def test_an_anchor_that_was_taken_away_is_missed(log: None) -> None:
    force("UPDATE audit_entry SET note = '改过' WHERE chain_no = 3")
    recompute()
    force("DELETE FROM audit_anchor WHERE number = 4")
    assert found() == (6, "第 4 条处的锚点被删除。")


def written(number: int) -> None:
    """An anchor as whoever sends statements writes it: by the role of the application, with no key."""
    last = Anchor.objects.order_by("-number").first()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_anchor (number, hash, previous, at, proof)"
            " VALUES (%s, 'x', %s, now(), 'x')",
            [number, last.number if last else 0],
        )


@pytest.mark.parametrize("number", [5, 6, 8, 2**60])
def test_nobody_confirms_what_is_not_there_or_was_confirmed(log: None, number: int) -> None:
    with pytest.raises(DatabaseError, match="in order"):
        written(number)


@pytest.mark.shows("PRJ-20")
def test_an_anchor_that_was_written_ends_neither_anchors_nor_what_they_find(
    log: None, note: Note
) -> None:
    note("庚")
    force("UPDATE audit_entry SET proof = NULL WHERE chain_no = 7")
    written(7)
    made = anchor(now=timezone.now())
    assert made is not None
    told = Entry.objects.get(action="audit.unproven")
    assert told.after == {"条数": 1, "链上序号": [7]}
    assert (made.number, made.previous) == (told.chain_no, 6)
    assert found() == (7, "锚点的凭证不符，锚点不是本系统所写。")
    # Told once.
    assert anchor(now=timezone.now()) is None


def test_entries_cut_off_at_the_end_are_missed(log: None) -> None:
    force("DELETE FROM audit_entry WHERE chain_no > 5")
    recompute()
    assert found() == (6, "锚点记有 6 条，日志只有 5 条，末尾被删除。")
    assert anchor(now=timezone.now()) is None


def test_the_whole_log_cut_off_is_missed(log: None) -> None:
    force("DELETE FROM audit_entry")
    force("DELETE FROM audit_chainhead")
    assert found() == (1, "锚点记有 6 条，日志只有 0 条，末尾被删除。")


@pytest.mark.shows("PRJ-20")
def test_cut_off_with_their_anchors_they_are_missed_by_a_head_that_was_kept(
    log: None, client: Client, auditor: User
) -> None:
    kept = f"6:{chain_head().hash}"
    compared = verify(client, auditor, kept)
    assert "第 6 条与您留存的链头相符" in compared
    force("DELETE FROM audit_entry WHERE chain_no > 5")
    force("DELETE FROM audit_anchor WHERE number > 5")
    recompute()
    call_command("verify_chain", stdout=StringIO())
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_chain", f"--expect={kept}", stderr=said)
    assert "您留存的链头有 6 条" in said.getvalue() or "与您留存的链头不符" in said.getvalue()
    assert "留存的链头" in verify(client, auditor, f" {kept.replace(':', '：')} ")


def verify(client: Client, user: User, kept: str) -> str:
    answer = login(client, user).post("/audit/verify/", {"expected": kept})
    toast = json.loads(answer.headers.get("HX-Trigger", "{}")).get("toast", {})
    return answer.content.decode() + toast.get("message", "")


@pytest.mark.parametrize("kept", ["abc", "6", "0:" + "0" * 64, "6:12", "9" * 30 + ":" + "0" * 64])
def test_what_is_no_head_is_named(client: Client, auditor: User, kept: str) -> None:
    assert "留存的链头写作" in verify(client, auditor, kept)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_anchor SET hash = 'x'",
        "UPDATE audit_anchor SET at = now()",
        "DELETE FROM audit_anchor",
        "TRUNCATE audit_anchor",
    ],
)
def test_the_database_refuses_to_change_an_anchor(log: None, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_proof_lives_on_when_the_key_changes(log: None, settings: object) -> None:
    settings.SEAL_KEY_OLD = (settings.SEAL_KEY,)  # type: ignore[attr-defined]
    settings.SEAL_KEY = "another" * 8  # type: ignore[attr-defined]
    (column,) = [one for one in encrypted_columns() if one.model is Anchor]
    assert sum(progress.changed for progress in list(rekey(column))[-1:]) == 3
    settings.SEAL_KEY_OLD = ()  # type: ignore[attr-defined]
    assert verify_chain() is None
    assert ChainHead.objects.get().number == 6
