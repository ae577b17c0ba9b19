"""Who owns the database takes the last entries back, head of the chain and all: what this machine has seen tells."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from expertpool.audit.models import Anchor, ChainHead
from expertpool.audit.queries import chain_head
from expertpool.audit.services import forget_head, keep_head
from expertpool.audit.services.anchors import anchor
from expertpool.audit.services.health import find_chain
from expertpool.audit.services.kept import OTHERWISE, SHORTER, UNREADABLE
from expertpool.core.health import Health
from tests.audit.conftest import Note
from tests.audit.test_chain import force

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "log" / "chain-head"
    settings.KEPT_HEAD = path
    return path


def take_back(number: int) -> None:
    """Take the entries after ``number`` out, and set the head back, as if they had never been."""
    hashes = "SELECT hash FROM audit_entry WHERE chain_no = %s"
    with connection.cursor() as cursor:
        cursor.execute(hashes, [number])
        (link,) = cursor.fetchone()
    force("DELETE FROM audit_entry WHERE chain_no > %s", number)
    force("UPDATE audit_chainhead SET number = %s, hash = %s", number, link)


def test_entries_that_were_taken_back_before_the_next_anchor_are_missed(
    kept: Path, note: Note
) -> None:
    now = timezone.now()
    assert keep_head(now=timezone.now()) == ""  # of an empty log
    for text in ("甲", "乙"):
        note(text)
    anchor(now=now)
    note("丙")
    assert find_chain(now).state is Health.OK
    assert keep_head(now=timezone.now()) == ""
    assert kept.read_text().startswith(f"3:{chain_head().hash}:")
    take_back(2)
    assert ChainHead.objects.get().number == 2
    assert find_chain(now).sentence == SHORTER
    assert "log/chain-head" in find_chain(now).mend
    # Whatever is written now has the place of what was taken back: that shows, and is not confirmed.
    note("丁")
    assert find_chain(now).sentence == OTHERWISE
    assert keep_head(now=timezone.now()) == OTHERWISE
    assert anchor(now=now) is None
    assert Anchor.objects.count() == 1
    forget_head()
    assert find_chain(now).state is Health.OK
    assert anchor(now=now) is not None


def test_what_was_kept_is_not_written_by_hand(kept: Path, note: Note) -> None:
    note("甲")
    keep_head(now=timezone.now())
    proof = kept.read_text().rpartition(":")[2]
    for text in (f"0:{'0' * 64}:{proof}", f"1:{'0' * 64}:{proof}", "", "x", "9" * 30):
        kept.write_text(text)
        assert find_chain(timezone.now()).sentence == UNREADABLE
    assert keep_head(now=timezone.now()) == UNREADABLE


def test_a_place_that_cannot_be_written_stops_nobody(
    tmp_path: Path, settings: Settings, note: Note
) -> None:
    (tmp_path / "log").write_text("")
    settings.KEPT_HEAD = tmp_path / "log" / "chain-head"
    note("甲")
    assert keep_head(now=timezone.now()) == ""
    assert anchor(now=timezone.now()) is not None
