"""What a draw sealed, as it is stored: complete, bound to its place, and noticed when touched."""

from __future__ import annotations

import ast
import struct
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

import vdraw
from expertpool.core.crypto import SUITES, DecryptionError
from expertpool.core.fields import encrypted
from expertpool.draws.enums import DrawStatus, ReplyVia
from expertpool.draws.models import Draw, Invitation, SealBlock
from expertpool.draws.queries.blocks import (
    BLOCK,
    Identities,
    Openings,
    candidates_of,
    identities_of,
    pack_openings,
)
from expertpool.draws.queries.identity import (
    Identity,
    experts_behind,
    open_identity,
    pack_identity,
)
from expertpool.draws.services import state
from expertpool.draws.services.blocks import store_blocks
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import answer
from expertpool.draws.services.state import load_order, load_sealed
from tests.architecture.app_order import APPS_DIR
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.vdraw.test_javascript import differences

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
ALTERED = "与封存时的承诺不符"


@pytest.fixture
def draw() -> Draw:
    for _ in range(6):
        make_expert()
    return make_draw(now=NOW)


def test_a_draw_seals_its_candidates_once() -> None:
    for _ in range(6):
        make_expert()
    with CaptureQueriesContext(connection) as asked:
        make_draw(now=NOW)
    # Whoever seats reads one block to open who sits; all of them are read to be sealed again.
    read = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
    assert not any('"draws_sealblock"."fittings"' in sql for sql in read)


@contextmanager
def by_hand() -> Iterator[None]:
    """Whoever owns the database can go round its triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def pack(letter: str, numbers: list[int]) -> bytes:
    return struct.pack(f">{len(numbers)}{letter}", *numbers)


def openings_of(draw: Draw) -> Openings:
    return Openings(draw, load_order(draw).sealed)


def a_large_seal(draw: Draw, count: int) -> tuple[vdraw.Sealed, Identities]:
    """Candidates who do not exist, of many kinds and units, sealed under the rule of ``draw``."""
    random = Random(count)
    ids = list(range(1, count + 1))
    people = Identities(ids, [f"ZJ{n:06}" for n in ids], [random.randbytes(16).hex() for _ in ids])
    commits = vdraw.commit_identities(draw_id=draw.number, refs=people.refs, salts=people.salts)
    candidates = vdraw.Candidates(
        commits,
        [{"g1": level} for level in range(1, 8)],
        [random.randrange(7) for _ in ids],
        [random.choice([None, "U1", f"U{n}"]) for n in ids],
    )
    sealed = vdraw.seal_draw(vdraw.Rule.from_dict(draw.rule_content), candidates)
    places = [commits.index(commit) for commit in sealed.candidates.commits]
    return sealed, people.picked(places)


@pytest.mark.shows("DRAW-11")
@pytest.mark.parametrize("count", [0, 1, BLOCK, 2 * BLOCK + 7])
def test_what_was_sealed_is_stored_completely(count: int) -> None:
    draw = make_draw(now=NOW)  # of nobody: it has no blocks yet
    sealed, people = a_large_seal(draw, count)
    store_blocks(draw, sealed, people)

    assert SealBlock.objects.filter(draw=draw).count() == -(-count // BLOCK)
    assert candidates_of(draw) == sealed.candidates
    everybody = [people[at] for at in range(count)]
    assert list(identities_of(draw, sealed.candidates)) == everybody
    some = {sealed.candidates.commits[at]: everybody[at] for at in range(0, count, 500)}
    openings = Openings(draw, sealed)
    assert openings.of(some) == some
    assert [openings.fitted(one.commit) for one in sealed.candidates] == [
        one.groups for one in sealed.candidates
    ]


@pytest.mark.shows("DRAW-11")
@pytest.mark.parametrize(
    "change",
    [
        {"fittings": b""},
        {"commits": bytes(range(192))},
        {"n": 1, "commits": b""},
        {"n": 1},
        None,
    ],
)
def test_a_block_that_was_changed_or_taken_away_stops_the_draw(
    draw: Draw, change: dict[str, object] | None
) -> None:
    assert load_sealed(draw).seal == draw.seal
    blocks = SealBlock.objects.filter(draw=draw)
    with by_hand():
        blocks.delete() if change is None else blocks.update(**change)
    state._orders.clear()
    with pytest.raises(vdraw.EngineError, match="被改动"):
        load_sealed(draw)
    row = Invitation.objects.filter(draw=draw)[0]
    with pytest.raises(vdraw.EngineError, match="被改动"):
        answer(
            invitation=row,
            accept=False,
            reason="时间冲突",
            via=ReplyVia.LINK,
            now=NOW,
            entropy=SeededEntropy(1),
        )


@pytest.mark.shows("DRAW-11")
@pytest.mark.parametrize(
    "plain",
    [
        pack("H", [0] * 6) + pack("I", [7] * 6) + b'[{"g1":1}]',  # other units
        pack("H", [0] * 6) + pack("I", [0] * 5) + b'[{"g1":1}]',  # one too few
        pack("H", [0] * 6) + pack("I", [0] * 6) + b'[{"g1":2}]',  # another level
        pack("H", [0] * 6) + pack("I", [0] * 6) + b'["g1"]',
        pack("H", [0] * 6) + pack("I", [0] * 6) + b"7",
        pack("H", [0] * 6) + pack("I", [0] * 6) + b"\xff",
        pack("H", [1] * 6) + pack("I", [0] * 6) + b'[{"g1":1}]',  # no such kind
        b"short",
    ],
)
def test_fittings_that_were_not_sealed_stop_the_draw(draw: Draw, plain: bytes) -> None:
    """Even if they were encrypted with the seal key for this very place."""
    token = encrypted(SealBlock, "fittings").token(plain, draw.pk, 0)
    with by_hand(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE draws_sealblock SET fittings = %s WHERE draw_id = %s", [token, draw.pk]
        )
    with pytest.raises(vdraw.EngineError, match="被改动过"):
        load_sealed(draw)


@pytest.mark.shows("DRAW-11")
def test_fittings_of_another_draw_are_refused(draw: Draw) -> None:
    other = make_draw(now=NOW)
    with by_hand(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE draws_sealblock one SET fittings = two.fittings FROM draws_sealblock two"
            " WHERE one.draw_id = %s AND two.draw_id = %s",
            [draw.pk, other.pk],
        )
    with pytest.raises(vdraw.EngineError, match=r"已无法读取，抽取停止。无法解密"):
        load_sealed(draw)


@pytest.mark.shows("DRAW-14")
def test_openings_of_another_draw_are_refused(draw: Draw) -> None:
    other = make_draw(now=NOW)
    token = value_of("SELECT openings FROM draws_sealblock WHERE draw_id = %s", other.pk)
    commit = Invitation.objects.filter(draw=draw)[0].commit
    assert openings_of(draw).of([commit])
    with by_hand(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE draws_sealblock SET openings = %s WHERE draw_id = %s", [token, draw.pk]
        )
    with pytest.raises(DecryptionError, match="无法解密"):
        openings_of(draw).of([commit])


@pytest.mark.shows("DRAW-14")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda people: people.picked([1, 0, 2, 3, 4, 5]),
        lambda people: Identities(people.expert_ids, people.refs, ["ab" * 16] * 6),
        lambda people: Identities(people.expert_ids, ["ZJ1"] * 6, people.salts),
    ],
)
def test_openings_that_are_not_those_of_the_commitments_are_refused(
    draw: Draw, spoil: Callable[[Identities], Identities]
) -> None:
    """Even if they were encrypted with the seal key for this very place."""
    candidates = candidates_of(draw)
    found = list(identities_of(draw, candidates))
    people = Identities(
        [one.expert_id for one in found], [one.ref for one in found], [one.salt for one in found]
    )
    plain = pack_openings(spoil(people), 0)
    token = encrypted(SealBlock, "openings").token(plain, draw.pk, 0)
    with by_hand(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE draws_sealblock SET openings = %s WHERE draw_id = %s", [token, draw.pk]
        )
    with pytest.raises(DecryptionError, match=ALTERED):
        openings_of(draw).of(candidates.commits[:2])
    with pytest.raises(DecryptionError, match=ALTERED):
        list(identities_of(draw, candidates))


@pytest.mark.shows("DRAW-14")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE draws_sealblock SET openings = '' WHERE draw_id = %s",
        r"UPDATE draws_sealblock SET openings = '\x03' WHERE draw_id = %s",
        "UPDATE draws_sealblock SET n = 1 WHERE draw_id = %s",
        "DELETE FROM draws_sealblock WHERE draw_id = %s",
    ],
)
def test_openings_that_are_empty_short_or_gone_are_refused(draw: Draw, change: str) -> None:
    sealed = load_sealed(draw)
    with by_hand(), connection.cursor() as cursor:
        cursor.execute(change, [draw.pk])
    with pytest.raises(DecryptionError):
        Openings(draw, sealed).of(sealed.candidates.commits[:1])
    with pytest.raises(DecryptionError):
        list(identities_of(draw, sealed.candidates))


@pytest.mark.shows("DRAW-14")
def test_a_short_block_under_the_right_key_is_refused(draw: Draw) -> None:
    sealed = load_sealed(draw)
    token = encrypted(SealBlock, "openings").token(b"short", draw.pk, 0)
    with by_hand(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE draws_sealblock SET openings = %s WHERE draw_id = %s", [token, draw.pk]
        )
    with pytest.raises(DecryptionError, match=ALTERED):
        Openings(draw, sealed).of(sealed.candidates.commits[:1])


@pytest.mark.shows("DRAW-14")
def test_a_line_whose_opening_was_emptied_is_refused(draw: Draw) -> None:
    with by_hand(), connection.cursor() as cursor:
        cursor.execute("UPDATE draws_invitation SET opening = '' WHERE draw_id = %s", [draw.pk])
    with pytest.raises(DecryptionError, match=ALTERED):
        open_identity(draw.invitations.all()[0])


@pytest.mark.shows("DRAW-11")
@pytest.mark.parametrize("reveals", [{"role": "system"}, [1], [{"role": "system"}], 7])
def test_reveals_of_another_shape_stop_the_draw(draw: Draw, reveals: object) -> None:
    state._orders.clear()
    with by_hand():
        Draw.objects.filter(pk=draw.pk).update(reveals=reveals)
    draw.refresh_from_db()
    with pytest.raises(vdraw.EngineError, match="被改动过"):
        load_order(draw)


@pytest.mark.shows("DRAW-14")
def test_lines_that_exchange_their_openings_are_refused(draw: Draw) -> None:
    first, second = draw.invitations.order_by("line")[:2]
    one, two = open_identity(first), open_identity(second)
    both = draw.invitations.filter(pk__in=[first.pk, second.pk])
    assert experts_behind(both) == {first.pk: one.expert_id, second.pk: two.expert_id}
    select = "SELECT opening FROM draws_invitation WHERE id = %s"
    tokens = [value_of(select, row.pk) for row in (second, first)]
    with by_hand(), connection.cursor() as cursor:
        for token, row in zip(tokens, (first, second), strict=True):
            cursor.execute("UPDATE draws_invitation SET opening=%s WHERE id=%s", [token, row.pk])
    for row in draw.invitations.order_by("line")[:2]:
        with pytest.raises(DecryptionError, match="无法解密"):
            open_identity(row)

    # And if somebody with the key writes another expert there, the commitment tells.
    false = Identity(two.expert_id, two.ref, one.salt)
    token = encrypted(Invitation, "opening").token(pack_identity(false), draw.pk, first.commit)
    with by_hand(), connection.cursor() as cursor:
        cursor.execute("UPDATE draws_invitation SET opening=%s WHERE id=%s", [token, first.pk])
    with pytest.raises(DecryptionError, match=ALTERED):
        open_identity(draw.invitations.get(pk=first.pk))
    with pytest.raises(DecryptionError, match=ALTERED):
        experts_behind(draw.invitations.filter(pk=first.pk))


def test_openings_are_read_where_they_are_compared() -> None:
    """Whoever read one by himself would believe what he finds."""
    compares = {"draws/queries/identity.py": {"opening"}, "draws/queries/blocks.py": {"openings"}}
    found: dict[str, set[str]] = {}
    for path in APPS_DIR.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in {"opening", "openings"}
                # That of a meeting is when it begins.
                and ast.unparse(node.value) not in {"asking", "presence"}
            ):
                found.setdefault(str(path.relative_to(APPS_DIR)), set()).add(node.attr)
    assert found == compares


@pytest.mark.shows("DRAW-31")
def test_a_draw_of_the_national_suite_uses_its_hash_and_its_cipher(settings: Settings) -> None:
    settings.CRYPTO_SUITE = "gm"
    for _ in range(6):
        make_expert()
    draw = make_draw(now=NOW, seats=2)
    assert draw.rule.hash_name == "sm3"
    for token in (
        value_of("SELECT openings FROM draws_sealblock"),
        value_of("SELECT opening FROM draws_invitation LIMIT 1"),
        value_of("SELECT nonce FROM draws_draw"),
    ):
        assert token[:1] == SUITES["gm"]

    state._orders.clear()  # as in another process
    for accept in (False, True, True):
        answer(
            invitation=Invitation.objects.filter(draw=draw, state="invited").order_by("line")[0],
            accept=accept,
            reason="" if accept else "时间冲突",
            via=ReplyVia.LINK,
            now=NOW,
            entropy=SeededEntropy(1),
        )
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    record = build_record(draw)
    assert len(record["openings"]) == 3

    read = vdraw.Record.from_dict(record)
    assert vdraw.replay(read.reorder(), read.events).end == DrawStatus.SUCCESS
    assert vdraw.find_difference(record) is None
    assert differences([record]) == [None]


class OneAtATime(OrderedDict[Any, Any]):
    """Notes whether two threads were ever in it at once; each stays for a moment."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.most = 0, 0

    def _stay(self) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.001)
        self.inside -= 1

    def get(self, key: Any, default: Any = None) -> Any:
        self._stay()
        return super().get(key, default)

    def move_to_end(self, key: Any, last: bool = True) -> None:
        self._stay()
        super().move_to_end(key, last)

    def values(self) -> Any:
        self._stay()
        return super().values()


@pytest.mark.race
def test_threads_share_orders(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them meets another one among the kept orders, and none finds one missing: it would read
    the database, where it sees nothing of this test."""
    kept = OneAtATime()
    monkeypatch.setattr(state, "_orders", kept)
    order = load_order(draw)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: load_order(draw), range(80)))
    assert all(one is order for one in found)
    assert kept.most == 1


def value_of(statement: str, *parameters: int) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        (value,) = cursor.fetchone()
    return bytes(value)
