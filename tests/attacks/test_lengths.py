"""Whoever has a dump, but no key, learns nothing from how long things are (docs/decisions/0086)."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

import vdraw
from expertpool.core.crypto import BARE_SUITES, NONCE_BYTES, Vault, bucket, key_id, padded
from expertpool.core.fields import encrypted
from expertpool.core.rekeying import rekey, waiting
from expertpool.draws.models import SealBlock
from expertpool.draws.queries.blocks import BLOCK, Identities, pack_fittings, pack_openings
from expertpool.draws.queries.identity import Identity, pack_identity
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db

# As different as people are.
SHORT = {"name": "丁一", "email": "a@b.cn", "address": "甲路1号", "bank_account": "62220001"}
LONG = {
    "name": "欧阳建国之子",
    "email": "ouyang.jianguo.1970@mail.example.com.cn",
    "address": "北京市朝阳区望京街道阜通东大街六号院三号楼十八层",
    "bank_account": "6222021001112223334",
}


def lengths(table: str, column: str, where: str = "true") -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT length({column}) FROM {table} WHERE {column} <> '' AND {where}"  # noqa: S608
        )
        return [length for (length,) in cursor.fetchall()]


def bare(vault: Vault, plain: bytes, bound_to: bytes) -> bytes:
    """A token of an earlier version: as long as its value."""
    head = BARE_SUITES["intl"] + key_id(getattr(settings, vault.setting))
    nonce = os.urandom(NONCE_BYTES)
    cipher = vault.ring().ciphers[head]
    return head + nonce + cipher.encrypt(nonce, plain, head + bound_to)


def test_what_two_experts_wrote_is_equally_long() -> None:
    for values in (SHORT, LONG):
        make_expert(**values)
    for column in ("phone", "email", "address", "bank_account"):
        assert len({*lengths("experts_expert", column)}) == 1, column


def test_letters_of_a_draw_are_equally_long_whoever_they_go_to() -> None:
    for values in (SHORT, LONG):
        make_expert(**values)
    draw = make_draw(now=timezone.now(), seats=2)
    assert draw.invitations.count() == 2
    for column in ("recipient", "address", "subject", "body"):
        for channel in ("sms", "email"):
            found = lengths("notifications_message", column, f"channel = '{channel}'")
            assert len({*found}) <= 1, (column, channel)
    assert len({*lengths("draws_invitation", "opening")}) == 1


def test_openings_are_equally_long_whichever_numbers_experts_have() -> None:
    short, long = "ZJ1", "ZJ" + "9" * 18
    one, other = (pack_identity(Identity(1, ref, "00" * vdraw.SALT_BYTES)) for ref in (short, long))
    assert len(one) == len(other)
    for count in (1, BLOCK):
        blocks = [
            Identities([1] * count, [ref] * count, ["00" * vdraw.SALT_BYTES] * count)
            for ref in (short, long)
        ]
        assert len({len(pack_openings(people, 0)) for people in blocks}) == 1


def test_what_few_candidates_fit_is_equally_long_whatever_it_is() -> None:
    field = encrypted(SealBlock, "fittings")
    found = set()
    for kinds in (1, 5):
        groups = [{f"g{n}": n for n in range(1, 1 + kind)} for kind in range(1, 1 + kinds)]
        people = [n % kinds for n in range(100)]
        candidates = vdraw.Candidates(["00" * 32] * 100, groups, people, [None] * 100)
        found.add(len(field.token(pack_fittings(candidates, 0), 1, 0)))
    assert len(found) == 1


def test_buckets_are_few_and_waste_little_of_what_is_large() -> None:
    assert {bucket(length) for length in range(31)} == {32}
    assert len({bucket(length) for length in range(10_000)}) < 40
    for length in range(1, 200_000, 7):
        size = bucket(length)
        assert size > length
        assert size <= 32 or size <= 2 * (length + 1)
        assert length < 1024 or size <= (length + 1) * 1.125
    assert all(len(padded(bytes(length))) == bucket(length) for length in (0, 1, 31, 32, 5000))


def test_what_was_written_before_is_read_and_padded_by_rotate_keys() -> None:
    field = encrypted(Expert, "address")
    people = [make_expert(**values) for values in (SHORT, LONG)]
    with connection.cursor() as cursor:
        for one in people:
            token = bare(field.vault, one.address.encode(), field.binding_of(one.number))
            cursor.execute("UPDATE experts_expert SET address = %s WHERE id = %s", [token, one.pk])
    assert len({*lengths("experts_expert", "address")}) == 2
    before = [SHORT["address"], LONG["address"]]
    assert [Expert.objects.get(pk=one.pk).address for one in people] == before
    assert waiting(field) == 2
    list(rekey(field))
    assert waiting(field) == 0
    assert len({*lengths("experts_expert", "address")}) == 1
    assert [Expert.objects.get(pk=one.pk).address for one in people] == before


def test_a_message_says_its_size_only_when_it_is_far_beyond_the_usual() -> None:
    field: Any = encrypted(Message, "body")
    sizes = [len(field.token("好" * count, "key")) for count in (1, 100, 340, 342)]
    assert sizes[0] == sizes[1] == sizes[2] < sizes[3]
