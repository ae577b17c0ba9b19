"""Finding experts by part of what is encrypted: a telephone, a mail, an address.

An index by parts would tell whoever holds a copy of the database how the values are put together, and with some
that he knows, all of them (docs/decisions/0227). Here the values of thousands stand in one ciphertext, which is
opened and looked through in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import F, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.copying import copied_rows
from expertpool.core.criteria import Context
from expertpool.core.crypto import DecryptionError
from expertpool.core.fields import encrypted, opens
from expertpool.core.lookups import Among
from expertpool.experts.models import Expert, SearchPack, UnpackedExpert
from expertpool.experts.queries.experts import experts_visible_to, phone_index
from expertpool.experts.queries.initials import words_of

logger = logging.getLogger(__name__)

# What is packed, and the encrypted column that says it.
SOURCES = {
    **{name: name for name in ("phone", "email", "id_number", "address", "bank_account", "name")},
    "initials": "name",
}
SIZE = 2_000  # experts of one pack; once written, never another number
# Written and not packed yet, of whom the rows themselves are read: more there are after an import of tens of
# thousands or a change of keys, for a minute or two, and of these only the last are looked at.
MOST_UNPACKED = 20_000
AT_ONCE = 1_000  # rows that are opened together
TURNS = 60  # looks in which all packs are opened once
_END, _TAB, _WORD = b"\n", b"\t", b" "
_CONTENT = SearchPack._meta.get_field("content")


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


def holding(source: str, op: str, text: str) -> set[int]:
    """Return the ids of all experts whose ``source`` has ``text`` in it (``contains``), begins with it (``starts``),
    has a word that does (``word``, of initials) or says it (``eq``), in letters of any case. A cell that was
    altered has nothing.

    Of the whole pool: the caller sees to it who may ask, and of whom.
    """
    return holding_each(source, op, [text])[0]


def holding_each(source: str, op: str, texts: Sequence[str]) -> list[set[int]]:
    """Return the same for each of ``texts``: the packs are opened once."""
    parts = [folded(text) for text in texts]
    if not any(parts):  # nothing but blanks
        return [set() for _ in parts]
    found = [set[int]() for _ in parts]
    needles = [(_needle(op, part), ids) for part, ids in zip(parts, found, strict=True) if part]

    def look(content: bytes) -> None:
        for needle, ids in needles:
            ids.update(_in_pack(content, needle))

    changed, rest = _look_through(source, look)
    return [
        (ids - changed) | {pk for pk, value in rest if part and _fits(op, part, value)}
        for part, ids in zip(parts, found, strict=True)
    ]


def ids_in_order(source: str) -> list[int]:
    """Return the ids of all experts in the order of what ``source`` says of them."""
    lines: list[bytes] = []
    changed, rest = _look_through(source, lambda content: lines.extend(content.split(_END)))
    if changed:
        lines = [line for line in lines if line and _id_of(line) not in changed]
    lines += [b"%s\t%d" % (value, pk) for pk, value in rest if value]
    lines.sort()  # what ends a value comes before all that may go on with it
    ordered, last, alike = list[int](), b"", list[int]()
    for line in filter(None, lines):
        value, _, pk = line.rpartition(_TAB)
        if value != last:
            ordered += sorted(alike)  # as numbers, not as digits
            last, alike = value, []
        alike.append(int(pk))
    return ordered + sorted(alike)


def _id_of(line: bytes) -> int:
    return int(line[line.rindex(_TAB) + 1 :])


def state_of(source: str) -> tuple[Any, ...]:
    """Return what is another as soon as `ids_in_order` may be."""
    notes = UnpackedExpert.objects.order_by("-pk").values_list("pk", flat=True)
    packs = SearchPack.objects.filter(source=source).order_by("part")
    return notes.first(), tuple(packs.values_list("part", "written"))


def _look_through(
    source: str, look: Callable[[bytes], object]
) -> tuple[set[int], list[tuple[int, bytes]]]:
    """Let ``look`` see the packs of ``source``; return whom it may have seen as he was, and what the rows themselves
    say of these and of packs that cannot be seen."""
    # Before the packs: who is packed in between stands in both.
    notes = UnpackedExpert.objects.order_by("-pk").values_list("expert_key", flat=True)
    changed = set(notes[:MOST_UNPACKED])
    shut, held = list[int](), set[int]()
    last = Expert.objects.order_by("-pk").values_list("pk", flat=True).first()
    for at, written, token in _packs(source):
        held.add(at)
        try:
            content = _CONTENT.opened(token, source, at, written)
        except DecryptionError:
            logger.error("search pack %s %s cannot be opened", source, at)  # noqa: TRY400
            shut.append(at)
            continue
        look(content)
    if lost := _lost(changed, held, last):
        logger.error("search packs of %s are missing: %s", source, sorted(lost))
    return changed, list(_values(source, changed, {*shut, *lost}))


def _needle(op: str, part: bytes) -> bytes:
    return {
        "contains": part,
        "starts": _END + part,
        "eq": _END + part + _TAB,
        "word": _WORD + part,
    }[op]


def _packs(source: str) -> Iterator[tuple[int, int, bytes]]:
    """Read the packs of ``source``, of a million experts twenty million bytes: which it is, how often it was written,
    and its content, shut."""
    query = "SELECT part, written, content FROM experts_searchpack WHERE source = %s"
    return copied_rows(query, [source], ["int4", "int4", "bytea"])


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
    """Return which packs (source, part) are gone: of parts with experts of whom none waits to be packed."""
    held = set(SearchPack.objects.values_list("source", "part"))
    wanted = _parts_of(Expert.objects.all(), "pk")
    wanted -= _parts_of(UnpackedExpert.objects.all(), "expert_key")
    return {(source, part) for source in SOURCES for part in wanted} - held


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


def _fits(op: str, part: bytes, value: bytes) -> bool:
    if op in {"contains", "word"}:
        return (_WORD + part if op == "word" else part) in value
    return value.startswith(part) if op == "starts" else value == part


def _values(
    source: str, keys: Collection[int], parts: Collection[int]
) -> Iterator[tuple[int, bytes]]:
    """Read the rows themselves of those who are not packed, or whose pack does not open."""
    if not keys and not parts:  # as nearly always
        return
    rows = Q(Among("pk", set(keys)))
    for part in parts:
        rows |= Q(pk__gte=part * SIZE, pk__lt=(part + 1) * SIZE)
    for found in values_of(Expert.objects.filter(rows), [source]):
        yield from found[source].items()


def values_of(
    experts: QuerySet[Expert], sources: Collection[str]
) -> Iterator[dict[str, dict[int, bytes]]]:
    """Yield what a search compares of ``experts``, by each of ``sources`` and the id, for a thousand at a time: each cell
    is opened once, whatever is made of it. Of one that does not open it is nothing, nor of whom is erased."""
    columns = {SOURCES[source]: encrypted(Expert, SOURCES[source]) for source in sources}
    rows = experts.order_by().values_list("pk", "number", "erased_at", *columns).iterator(AT_ONCE)
    while part := list(islice(rows, AT_ONCE)):
        ids, numbers, erased, *cells = zip(*part, strict=True)
        bound = [(number,) for number in numbers]
        said = {
            name: [
                # Whose name stays for the law is not found by it.
                "" if gone else text or ""
                for gone, text in zip(
                    erased, field.opened_each(zip(values, bound, strict=True)), strict=True
                )
            ]
            for (name, field), values in zip(columns.items(), cells, strict=True)
        }
        yield {
            source: dict(zip(ids, map(_compared[source], said[SOURCES[source]]), strict=True))
            for source in sources
        }


def _initials(name: str) -> bytes:
    return _WORD + folded(words_of(name)) if name else b""


_compared = dict.fromkeys(SOURCES, folded) | {"initials": _initials}


def phones_holding(parts: Sequence[str], user: User) -> dict[str, Q]:
    """Return for each of ``parts`` the experts in the scope of ``user`` whose telephone has it in it; for who sees it
    plain."""
    found = holding_each("phone", "contains", parts) if parts else []
    return {
        part: _seen_by(user, Q(Among("pk", ids), phone_index__isnull=False))
        for part, ids in zip(parts, found, strict=True)
    }


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
