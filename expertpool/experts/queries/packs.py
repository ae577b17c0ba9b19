"""Finding experts by part of what is encrypted: a telephone, a mail, an address.

An index by parts would tell whoever holds a copy of the database how the values are put together, and with some
that he knows, all of them (docs/decisions/0227). Here the values of thousands stand in one ciphertext, which is
opened and looked through in memory.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from operator import neg
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.copying import copied_rows
from expertpool.core.criteria import Context
from expertpool.core.crypto import DecryptionError
from expertpool.core.fields import encrypted, opens
from expertpool.core.lookups import Among, Sought
from expertpool.core.prepared import Prepared
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
    return [set(one) for one in holders(source, op, texts)]


class Holders(Sought):
    """The ids of who holds something, as `holding` says, the newest first. Packs are opened as far as somebody asks:
    of what many hold a page needs the last ones alone."""

    def __init__(self, parts: Sequence[int], in_part: Callable[[int], Collection[int]]) -> None:
        self._parts, self.in_part = parts, in_part  # the newest first
        self._looked = 0  # at so many of them
        self._found: list[int] = []

    def newest(self, count: int) -> list[int]:
        """Return the ``count`` newest."""
        while len(self._found) < count and self._looked < len(self._parts):
            self._look()
        return self._found[:count]

    def since(self, key: int) -> list[int]:
        """Return those from ``key`` on."""
        while self._looked < len(self._parts) and self._parts[self._looked] >= key // SIZE:
            self._look()
        return self._found[: bisect_right(self._found, -key, key=neg)]

    def among(self, keys: Collection[int]) -> set[int]:
        """Return those that are among ``keys``: no other packs than theirs are opened."""
        wanted = set(keys)
        parts = {key // SIZE for key in wanted}.intersection(self._parts)
        return wanted.intersection(chain.from_iterable(map(self.in_part, parts)))

    def _look(self) -> None:
        self._found += sorted(self.in_part(self._parts[self._looked]), reverse=True)
        self._looked += 1

    @property
    def keys(self) -> list[int]:  # type: ignore[override]
        """All of them."""
        return self.since(0)

    def __bool__(self) -> bool:
        return bool(self.newest(1))

    def __contains__(self, key: object) -> bool:
        return key in self.keys


NOBODY = Holders((), lambda _part: ())


def holders(source: str, op: str, texts: Sequence[str]) -> list[Holders]:
    """Return who holds each of ``texts``. A pack is opened for whoever looks through it, and let go: to keep all of them
    open takes longer, and the second of two is mostly asked of few."""
    parts = [folded(text) for text in texts]
    if not any(parts):  # nothing but blanks
        return [NOBODY for _ in parts]
    packs = _Packs(source)
    return [
        Holders(packs.parts, partial(packs.holding, _needle(op, part))) if part else NOBODY
        for part in parts
    ]


def holding_all(each: Sequence[Holders]) -> Holders:
    """Return who is among ``each`` of them, of at least one."""

    def in_part(part: int) -> set[int]:
        return set.intersection(*(set(one.in_part(part)) for one in each))

    return each[0] if len(each) == 1 else Holders(each[0]._parts, in_part)


def ids_in_order(source: str) -> list[int]:
    """Return the ids of all experts in the order of what ``source`` says of them."""
    packs = _Packs(source)
    lines = sorted(chain.from_iterable(map(packs.lines, packs.parts)))
    # What ends a value comes before all that may go on with it.
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


def letters_of(source: str) -> set[str]:
    """Return the characters that stand in what ``source`` says of all experts, of one case, and those of the packs
    themselves."""
    packs = _Packs(source)
    return set().union(*map(packs.letters, packs.parts))


def state_of(source: str) -> tuple[Any, ...]:
    """Return what is another as soon as `ids_in_order` may be."""
    notes = UnpackedExpert.objects.order_by("-pk").values_list("pk", flat=True)
    packs = SearchPack.objects.filter(source=source).order_by("part")
    return notes.first(), tuple(packs.values_list("part", "written"))


class _Packs:
    """The packs of ``source`` as they are now, and what the rows themselves say of whom they may not have as he is.
    Each is opened when it is asked for."""

    def __init__(self, source: str) -> None:
        self.source, self._ring = source, _CONTENT.vault.ring()
        # Before the packs: who is packed in between stands in both.
        changed = set(_changed.all())
        last = _last.first()
        self._shut = _packs(source)
        if lost := _lost(changed, set(self._shut), last):
            logger.error("search packs of %s are missing: %s", source, sorted(lost))
        self._changed: dict[int, set[int]] = defaultdict(set)
        for key in changed:
            self._changed[key // SIZE].add(key)
        values: dict[int, dict[int, bytes]] = defaultdict(dict)
        for key, value in _values(source, Among("pk", changed)) if changed else ():
            values[key // SIZE][key] = value
        self._anew = {part: packed(its) for part, its in values.items()}
        # The newest first.
        self.parts = sorted({*self._shut, *lost, *self._anew}, reverse=True)

    def holding(self, needle: bytes, part: int) -> Collection[int]:
        """Return whose lines in ``part`` have ``needle`` in their text."""
        may_hold = part not in self._shut or self._shut[part].may_hold(needle)
        found = [*_in_pack(self._opened(part), needle)] if may_hold else []
        if part not in self._changed:  # as nearly always
            return found
        return {*found} - self._changed[part] | {*_in_pack(self._anew.get(part, b""), needle)}

    def lines(self, part: int) -> list[bytes]:
        """Return the lines of ``part``, and empty ones."""
        lines = self._opened(part).split(_END)
        if part not in self._changed:
            return lines
        changed = self._changed[part]
        lines = [line for line in lines if line and _id_of(line) not in changed]
        return lines + self._anew.get(part, b"").split(_END)

    def letters(self, part: int) -> set[str]:
        """Return the characters of ``part``, each once."""
        known = self._shut[part].letters if part in self._shut else ""
        opened = b"" if known else self._opened(part)
        return {*known, *opened.decode(), *self._anew.get(part, b"").decode()}

    def _opened(self, part: int) -> bytes:
        """Return what the pack holds; of one that is gone or does not open what the rows say."""
        if part in self._shut:
            shut = self._shut[part]
            told = self.source, part, shut.written
            try:
                content: bytes = _CONTENT.opened(shut.token, *told, ring=self._ring)
            except DecryptionError:
                logger.error("search pack %s %s cannot be opened", self.source, part)  # noqa: TRY400
            else:
                if self.source in OF_WORDS:
                    shut.learn(content)
                return content
        elif part in self._anew:  # all of them are noted
            return b""
        return packed(dict(_values(self.source, Q(pk__gte=part * SIZE, pk__lt=(part + 1) * SIZE))))


# Asked by each search, for each source.
_changed = Prepared(
    lambda: UnpackedExpert.objects.order_by("-pk").values_list("expert_key", flat=True)[
        :MOST_UNPACKED
    ]
)
_last = Prepared(lambda: Expert.objects.order_by("-pk").values_list("pk", flat=True)[:1])


def _needle(op: str, part: bytes) -> bytes:
    return {
        "contains": part,
        "starts": _END + part,
        "eq": _END + part + _TAB,
        "word": _WORD + part,
    }[op]


# What the search box looks through is kept as it stands in the database, shut: of a million experts thirty to sixty
# million bytes, which to read takes longer than to open and look through them.
KEPT = {"name", "initials", "phone"}
# Most searches are for a unit or a specialty, with characters that hardly a name has: of a pack of these it is kept, too,
# which there are, and none is opened for what it cannot hold.
OF_WORDS = {"name"}
_KEYS = re.compile(rb"\t[0-9]+")


@dataclass
class _Shut:
    """A pack as it stands in the database: the ``row`` it is, how often it was ``written``, and its content."""

    row: str
    written: int
    token: bytes
    letters: str = ""  # of all its texts, each once; empty where it was not opened yet

    def learn(self, content: bytes) -> None:
        if not self.letters:
            self.letters = "".join(set(_KEYS.sub(_TAB, content).decode()))

    def may_hold(self, needle: bytes) -> bool:
        return not self.letters or all(letter in self.letters for letter in needle.decode())


_read: dict[str, dict[int, _Shut]] = {}


def _packs(source: str) -> dict[int, _Shut]:
    """Return each part of ``source``, shut. What is kept is asked for again where its row is another one."""
    # Which row it is tells the database itself, whoever wrote it and whatever triggers he went past.
    which = "xmin::text || ctid::text"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT part, {which} FROM experts_searchpack WHERE source = %s", [source])  # noqa: S608
        rows = dict(cursor.fetchall())
    kept = _read.get(source, {})
    others = [part for part, row in rows.items() if part not in kept or kept[part].row != row]
    if others:
        query = f"SELECT part, {which}, written, content FROM experts_searchpack WHERE source = %s AND part = ANY(%s)"  # noqa: S608
        types = ["int4", "text", "int4", "bytea"]
        kept = kept | {
            part: _Shut(*rest) for part, *rest in copied_rows(query, [source, others], types)
        }
    kept = {part: one for part, one in kept.items() if part in rows}
    if source in KEPT:
        _read[source] = kept
    return kept


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


def _values(source: str, whose: Any) -> Iterator[tuple[int, bytes]]:
    """Read the rows themselves of those who are not packed, or whose pack does not open."""
    for found in values_of(Expert.objects.filter(whose), [source]):
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
