"""Finding experts by part of what is encrypted: a telephone, a mail, an address.

An index by parts would tell whoever holds a copy of the database how the values are put together, and with some
that he knows, all of them (docs/decisions/0227). Here the values of thousands stand in one ciphertext, which is
opened and looked through in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.copying import copied_rows
from expertpool.core.criteria import Context
from expertpool.core.crypto import DecryptionError
from expertpool.core.fields import opens
from expertpool.core.lookups import Among
from expertpool.experts.models import Expert, SearchPack, UnpackedExpert
from expertpool.experts.queries.experts import experts_visible_to, phone_index

logger = logging.getLogger(__name__)

COLUMNS = ("phone", "email", "id_number", "address", "bank_account")
SIZE = 2_000  # experts of one pack; once written, never another number
# Written and not packed yet, of whom the rows themselves are read: more there are after an import of tens of
# thousands or a change of keys, for a minute or two, and of these only the last are looked at.
MOST_UNPACKED = 20_000
TURNS = 60  # looks in which all packs are opened once
_END, _TAB = b"\n", b"\t"


def folded(text: str) -> bytes:
    """Return ``text`` as it is compared: letters of one case, and nothing that parts lines."""
    return " ".join(text.casefold().split()).encode()


def packed(values: dict[int, bytes]) -> bytes:
    """Return what a pack holds: a line for each expert with a value, folded text and id."""
    lines = (b"%s\t%d" % (values[pk], pk) for pk in sorted(values) if values[pk])
    return _END + _END.join(lines) + _END


def unpacked(content: bytes) -> dict[int, bytes]:
    """Return the values of a pack by the ids of the experts."""
    lines = (line.partition(_TAB) for line in content.split(_END) if line)
    return {int(pk): text for text, _, pk in lines}


def holding(column: str, op: str, text: str) -> set[int]:
    """Return the ids of all experts whose encrypted ``column`` has ``text`` in it (``contains``), begins with it
    (``starts``) or says it (``eq``), in letters of any case. A cell that was altered has nothing.

    Of the whole pool: the caller sees to it who may ask, and of whom.
    """
    part = folded(text)
    if not part:  # nothing but blanks
        return set()
    needle = {"contains": part, "starts": _END + part, "eq": _END + part + _TAB}[op]
    # Before the packs: who is packed in between stands in both.
    notes = UnpackedExpert.objects.order_by("-pk").values_list("expert_key", flat=True)
    changed = set(notes[:MOST_UNPACKED])
    found, shut, held = set[int](), list[int](), set[int]()
    last = Expert.objects.order_by("-pk").values_list("pk", flat=True).first()
    for pack in _packs(column):
        held.add(pack.part)
        try:
            found.update(_in_pack(bytes(pack.content), needle))
        except DecryptionError:
            logger.error("search pack %s cannot be opened", pack)  # noqa: TRY400
            shut.append(pack.part)
    if lost := _lost(changed, held, last):
        logger.error("search packs of %s are missing: %s", column, sorted(lost))
    fits = _fits(op, part)
    rest = {pk for pk, value in _values(column, changed, {*shut, *lost}) if fits(value)}
    return (found - changed) | rest


def _packs(column: str) -> Iterator[SearchPack]:
    """Read the packs of ``column``: of a million experts twenty million bytes."""
    content = SearchPack._meta.get_field("content")
    query = "SELECT part, written, content FROM experts_searchpack WHERE source = %s"
    for part, written, token in copied_rows(query, [column], ["int4", "int4", "bytea"]):
        sealed = content.from_db_value(token, None, connection)
        yield SearchPack(source=column, part=part, written=written, content=sealed)


def _lost(changed: set[int], held: set[int], last: int | None) -> set[int]:
    """Return the parts with experts up to the ``last`` one that are not ``held``, but those that are being packed; none
    while more is waiting than is looked at."""
    known = held | {key // SIZE for key in changed}
    # All from the first part on: nobody need be asked where experts are.
    if last is None or len(changed) == MOST_UNPACKED or len(known) > last // SIZE:
        return set()
    return _parts_of(Expert.objects.filter(pk__lte=last), "pk") - known


def _parts_of(rows: QuerySet[Any], key: str) -> set[int]:
    """Return the parts in which experts of ``rows`` are, by their ids in ``key``."""
    parts = rows.order_by().annotate(part=F(key) / SIZE).values_list("part", flat=True)
    return set(parts.distinct())


def missing_packs() -> set[tuple[str, int]]:
    """Return which packs (column, part) are gone: of parts with experts of whom none waits to be packed."""
    held = set(SearchPack.objects.values_list("source", "part"))
    wanted = _parts_of(Expert.objects.all(), "pk")
    wanted -= _parts_of(UnpackedExpert.objects.all(), "expert_key")
    return {(column, part) for column in COLUMNS for part in wanted} - held


def shut_packs(turn: int) -> set[tuple[str, int]]:
    """Return which packs do not open, altered or put back as they were before, of those whose ``turn`` it is, of `TURNS`."""
    rows = SearchPack.objects.alias(turn=F("pk") % TURNS).filter(turn=turn).order_by()
    return {
        (one.source, one.part) for one in rows.iterator(chunk_size=20) if not opens(one, "content")
    }


def _in_pack(content: bytes, needle: bytes) -> Iterator[int]:
    """Return whose lines have ``needle`` in their text."""
    at = content.find(needle)
    while at >= 0:
        # A needle that names the beginning of a line begins at the end of the one before it.
        end = content.index(_END, at + 1)
        tab = content.rfind(_TAB, at, end)
        if tab >= 0:  # else it stands in the id
            yield int(content[tab + 1 : end])
        at = content.find(needle, end)


def _fits(op: str, part: bytes) -> Callable[[bytes], bool]:
    if op == "contains":
        return lambda value: part in value
    return (
        (lambda value: value.startswith(part)) if op == "starts" else (lambda value: value == part)
    )


def _values(column: str, keys: Iterable[int], parts: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Read the rows themselves of those who are not packed, or whose pack does not open."""
    rows = Q(Among("pk", set(keys)))
    for part in parts:
        rows |= Q(pk__gte=part * SIZE, pk__lt=(part + 1) * SIZE)
    experts = Expert.objects.filter(rows).only("number", column).order_by()
    for expert in experts.iterator(chunk_size=1000):
        yield expert.pk, value_of(expert, column)


def value_of(expert: Expert, column: str) -> bytes:
    """Return what a search compares of a row; of a cell that does not open nothing."""
    try:
        return folded(getattr(expert, column))
    except DecryptionError:
        return b""


def phone_holding(part: str, user: User) -> Q:
    """Return the experts in the scope of ``user`` whose telephone has ``part`` in it; for who sees it plain."""
    found = holding("phone", "contains", part)
    return _seen_by(user, Q(Among("pk", found), phone_index__isnull=False))


def phone_being(number: str, user: User) -> Q:
    """Return the expert in the scope of ``user`` whose telephone is ``number``; for who sees it plain."""
    return _seen_by(user, Q(phone_index=phone_index(number)))


def _seen_by(user: User, fits: Q) -> Q:
    # Whom others share with him he sees masked: digit by digit, or by all numbers that the mask leaves, he would
    # learn the rest.
    seen = experts_visible_to(user).filter(fits).order_by()
    return Q(Among("pk", set(seen.values_list("pk", flat=True))))


def encrypted_q(column: str, index: str = "") -> Callable[[str, Any, Context], Q]:
    """Return what a condition asks of an encrypted ``column``; ``index`` is its blind index, if it has one."""

    def match(op: str, value: Any, context: Context) -> Q:
        if op == "empty":
            return Q(**{f"{index}__isnull": True})
        known = context.memory.setdefault(f"packs.{column}", {})
        if (op, value) not in known:
            known[op, value] = holding(column, op, value)
        return Q(Among("pk", known[op, value]))

    return match
