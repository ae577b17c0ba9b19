"""The search box of the expert list: several keywords, all of which must fit.

What few fit is found by its indexes: first who fits, then the rest of the list among them. What
many fit would have to be gathered for seconds to show twenty: there the list is walked in its own
order, and whoever does not fit is passed over. Words that many fit each and hardly anybody
together are met too seldom to walk: the keys of who fits each are read off the indexes, which no
row need be read for, and laid over one another (docs/decisions/0060, 0587).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain
from math import ceil
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.lookups import IsNull

from expertpool.accounts.models import User
from expertpool.core.counting import keys_of
from expertpool.core.lookups import Among, Implied
from expertpool.core.subjects import extra_q, searched_fields
from expertpool.core.text import (
    clean_text,
    close_dots,
    join_dots,
    masked_words,
    without_unseen,
)
from expertpool.core.visibility import EMPLOYER, NAME, is_clear
from expertpool.directory.models import Specialty, Unit, UnitAlias
from expertpool.directory.queries import core_of, normalise_unit_name
from expertpool.experts.models import Expert, ExpertSpecialty
from expertpool.experts.queries.criteria import SUBJECT
from expertpool.experts.queries.experts import kept_instead
from expertpool.experts.queries.names import named_like
from expertpool.experts.queries.packs import NOBODY, Holders, phone_being, phones_holding
from expertpool.experts.queries.veils import sees_who

# Each costs a statement and a condition of the list's.
MOST_KEYWORDS = 8
_TELEPHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})", re.ASCII)
# What may be the number of a record, whole.
_NUMBER = re.compile(r"[A-Za-z]{1,8}\d{6,16}", re.ASCII)
LEAST_DIGITS, ALL_DIGITS = 4, 11  # of a phone number: fewer fit too many, all have an index
FEW = 5_000  # experts that one part of a keyword may fit to be gathered,
FEW_TOGETHER = 20_000  # and several keywords: a walk to those who are met so seldom takes longer
MANY = 20_000  # expected experts: those who are surely too many to be gathered
SOME = 2_000  # experts that stand for those who are too many
FEW_UNITS = 5_000  # units that are named one by one; of more the database makes its own list
NEWEST = 2_000  # experts that are looked through for how often several words are met together,
SOON = 4  # how many of them must fit to walk,
ENOUGH = 60  # and of how many of them nobody else needs to be looked up to tell that they are many
ONE_BY_ONE = 10  # to gather so many for a word takes as long as to ask of one of who are left
# Of so many, as far as can be expected, the tabs are told on a walk by several words.
TOLD = 3 * ENOUGH


@dataclass(frozen=True)
class Found:
    """``rows``: the experts that fit; ``some``: a part of them where they are too many to gather,
    enough to tell that they are many; ``newest``: all of them down to one or another, for pages that
    begin with the newest."""

    rows: QuerySet[Expert]
    some: QuerySet[Expert] | None = None
    newest: QuerySet[Expert] | None = None


def search(
    queryset: QuerySet[Expert], text: str, user: User, *, by_name: bool = False
) -> QuerySet[Expert]:
    """Return the experts of ``queryset`` that fit every keyword of ``text``; see `find`."""
    return find(queryset, text, user, by_name=by_name).rows


def find(queryset: QuerySet[Expert], text: str, user: User, *, by_name: bool = False) -> Found:
    """Find the experts of ``queryset`` that fit every keyword of ``text``.

    A keyword is part of the name, the beginning of its pinyin initials, part of the number, of the employer's name
    or alias, of a specialty's name, a specialty's code; for those who see phone numbers plain
    also a phone number or four of its digits or more; or all that a field of text says which an
    administrator has added. The number of a record that was merged finds the one that stays. Who does not see names, or
    employers, in clear finds nobody by them.

    ``by_name`` says that the rows will be ordered by name. It changes the way, not the rows: that order has no
    index to walk.
    """
    keywords = _keywords(text)
    texts = searched_fields(SUBJECT, user) if keywords else []
    phones = _phones(keywords, user)
    called = named_like(keywords if is_clear(user, NAME) else [])
    named = _named_so(keywords)
    if not is_clear(user, EMPLOYER):
        named = {one: ([], specialties) for one, (_, specialties) in named.items()}
    kept = numbers_merged(text)
    words = [
        _unread(_parts(one, called.get(one, NOBODY), phones.get(one), texts, kept, *named[one]))
        for one in keywords
    ]
    if not words:
        return Found(queryset)
    words, met, since = _seldom_first(words) if len(words) > 1 else (words, [], 0)
    if words[0].expected > MANY and len(met) >= ENOUGH and not by_name:
        rows = queryset.filter(*(word.fits for word in words))
        some = queryset.filter(Among("pk", met))
        return Found(rows, some, some)
    # What surely too many fit is not gathered: such words are walked by, or the others tell who fits.
    words = [_look_up(word) if by_name or word.expected <= MANY else word for word in words]
    many = [word for word in words if word.many]
    if len(many) < len(words):
        few = set.intersection(*(word.ids for word in words if not word.many))
        return Found(queryset.filter(Among("pk", _who_fit(many, few))))
    known = [word.known for word in many] if by_name else [None]
    if None not in known:
        every = set.intersection(*(one for one in known if one is not None))
        some = queryset.filter(Among("pk", _newest(every)))
        return Found(queryset.filter(Among("pk", every)), some)
    rows = queryset.filter(*(word.fits for word in many))
    if by_name and not any(known):  # else a walk goes along those alone
        rows = rows.filter(Among("pk", Implied(lambda: _who_fit(many))))
    if len(many) == 1:
        return _of_one_word(queryset, rows, many[0])
    if len(met) >= SOON:
        newest = queryset.filter(Among("pk", _who_fit(many, since=since)), pk__gte=since)
        return Found(rows, newest, newest)
    ids = _who_fit(many)
    if len(ids) <= FEW_TOGETHER:
        return Found(queryset.filter(Among("pk", ids)))
    some = queryset.filter(Among("pk", _newest(ids)))
    return Found(rows, some, some)


def _newest(ids: Collection[int]) -> list[int]:
    """Return some of ``ids``, the newest. A set of numbers stands nearly in their order: to sort it takes half as long as to
    look for the greatest."""
    return sorted(ids, reverse=True)[:SOME]


def _of_one_word(queryset: QuerySet[Expert], rows: QuerySet[Expert], word: _Word) -> Found:
    """Return ``rows``, all of ``queryset`` that fit ``word``, with some of them, and the newest where these are known."""
    some = queryset.filter(Among("pk", _newest(word.ids)))
    known = [found for at, found in word.found.items() if word.parts[at].ids is not None]
    if not known or len(known[0]) < SOME:
        return Found(rows, some)
    since = known[0][SOME - 1]
    return Found(rows, some, queryset.filter(word.since(since), pk__gte=since))


def numbers_merged(text: str) -> dict[str, tuple[int, str]]:
    """Return the keywords of ``text`` that are numbers of records which were merged, each with the one that stays: its
    id and number."""
    whole = [one.upper() for one in _keywords(text) if _NUMBER.fullmatch(one)]
    return kept_instead(whole) if whole else {}


def are_words_told(user: User, texts: Sequence[str]) -> bool:
    """Tell whether ``user`` may read ``texts`` by which somebody else searched: words may be a name or an employer, digits a
    telephone."""
    words = [word for text in texts for word in [*_keywords(text), *clean_text(text).split()]]
    if words and not sees_who(user):
        return False
    digits = any(one.replace("-", "").isdigit() and len(one) >= LEAST_DIGITS for one in words)
    is_of_people = digits or any(masked_words(text) != text for text in texts)
    return not is_of_people or is_clear(user, "experts.phone")


def _keywords(text: str) -> list[str]:
    """Return the keywords of ``text``; a telephone number in groups, as people write it, is one."""
    folded = close_dots(clean_text(without_unseen(text)))
    number = _TELEPHONE.fullmatch("".join(folded.split()).replace("-", ""))
    return [number[1]] if number else list(dict.fromkeys(folded.split()))[:MOST_KEYWORDS]


def _who_fit(words: Sequence[_Word], few: set[int] | None = None, *, since: int = 0) -> set[int]:
    """Return who (of the ``few``, or from ``since`` on) fits all of ``words``, the most seldom first."""
    if few is None and not since and all(word.units for word in words):
        return _who_fit_by_units(words)
    others = list[_Word]()
    for word in words:
        if few is not None and word.expected >= ONE_BY_ONE * len(few):
            others.append(word)
        else:
            ids = _gathered(word, since)
            few = set(ids) if few is None else few.intersection(ids)
    for word in others:
        few = word.among(few or set())
    return few or set()


def _who_fit_by_units(words: Sequence[_Word]) -> set[int]:
    """Return who fits all of ``words``, each of which names units. One works at one: whoever does not at one that all of
    them name fits one of them otherwise, and mostly these are few."""
    experts = Expert.objects.order_by()
    units = set.intersection(*(set(word.units) for word in words))
    otherwise = [set(_gathered(word, otherwise=True)) for word in words]
    few = set[int]().union(*otherwise)
    for word, fit in zip(words, otherwise, strict=True):
        if rest := few - fit:
            rows = experts.filter(Among("employer", word.units))
            if word.expected >= ONE_BY_ONE * len(rest):
                rows = rows.filter(Among("pk", rest))
            few = (few & fit).union(rest.intersection(_keys_of(rows)))
    return few.union(_keys_of(experts.filter(Among("employer", units))))


def _keys_of(rows: QuerySet[Expert]) -> list[int]:
    return keys_of([rows.values_list("pk")])[0]


def _gathered(word: _Word, since: int = 0, *, otherwise: bool = False) -> Iterator[int]:
    """Return all who fit ``word`` (``otherwise`` than by where they work), from ``since`` on where it is asked who: of
    the indexes, no row is read."""
    parts = [word.parts[at] for at in word.many if not (otherwise and word.parts[at].units)]
    rows = [part.since(since) for part in parts if part.ids is None]
    named = [part.ids.since(since) for part in parts if part.ids is not None]
    return chain(word.read, *named, *keys_of(rows))


def _seldom_first(words: list[_Word]) -> tuple[list[_Word], list[int], int]:
    """Return ``words`` with what is expected of them and of their parts by the newest experts, the most
    seldom first; who of the newest fits all of them; and since which expert `TOLD` can be expected to."""
    newest = Expert.objects.order_by("-pk").values_list("pk", flat=True)
    last = newest[NEWEST : NEWEST + 1].first() or 0
    highest, told = _told(words, last)
    if highest is None:
        return words, [], 0
    fitting = [set[int]().union(*each) for each in told]
    weighed = [
        replace(
            word,
            parts=[
                replace(part, expected=len(fit) / NEWEST * highest)
                for part, fit in zip(word.parts, each, strict=True)
            ],
            share=len(fit_any) / NEWEST,
            expected=len(fit_any) / NEWEST * highest,
        )
        for word, each, fit_any in zip(words, told, fitting, strict=True)
    ]
    met = sorted(set.intersection(*fitting))
    since = highest - ceil(TOLD / max(len(met), 1) * (highest - last))
    return sorted(weighed, key=lambda word: word.share), met, max(since, 0)


def _told(words: Sequence[_Word], last: int) -> tuple[int | None, list[list[set[int]]]]:
    """Return the highest key, and who after ``last`` fits each part of ``words``."""
    parts = [part for word in words for part in word.parts if part.ids is None]
    own = [part for part in parts if part.key == "pk"]
    # All that is asked of the rows themselves is asked in one walk: by its own index a condition would begin with
    # everybody who fits it.
    fits = [ExpressionWrapper(Q(part.fits), BooleanField()) for part in own]
    rows = Expert.objects.order_by().filter(pk__gt=last).values_list("pk", *fits)
    sql, values = rows.query.sql_with_params()
    names = [f"fits{at}" for at in range(len(own))]
    # What nobody can fit (a condition on nothing) stands there as 0.
    columns = [f"array_agg(pk) FILTER (WHERE {name}::boolean)" for name in names]
    linked = [part for part in parts if part.key != "pk"]
    links = [part.since(last + 1).query.sql_with_params() for part in linked]
    columns += [f"ARRAY({link})" for link, _ in links]
    newest_rows = f"({sql}) AS newest ({', '.join(['pk', *names])})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(['max(pk)', *columns])} FROM {newest_rows}",  # noqa: S608 (Django wrote it)
            [*chain.from_iterable(its for _, its in links), *values],
        )
        highest, *found = cursor.fetchone()
    told = dict(zip(map(id, [*own, *linked]), found, strict=True))
    return highest, [
        [
            set((told[id(part)] or ()) if part.ids is None else part.ids.since(last + 1))
            for part in word.parts
        ]
        for word in words
    ]


@dataclass(frozen=True)
class _Part:
    """One way to fit a keyword: the rows that name in ``key`` who does, found by an index; and a
    condition that says the same of one expert at a time. ``ids`` are who fits where that is known
    without the database, ``units`` where they work who do."""

    rows: QuerySet[Any]
    key: str
    fits: Any
    ids: Holders | None = None
    units: Collection[int] = ()
    expected: float = 0  # so many experts

    def since(self, key: int) -> QuerySet[Any, Any]:
        """Return the keys of who fits, from ``key`` on."""
        rows = self.rows
        if key and self.key == "pk":
            # One at a time: what gathers all of them would begin with all.
            rows = Expert.objects.order_by().filter(self.fits, pk__gte=key)
        elif key:
            rows = rows.filter(**{f"{self.key}__gte": key})
        return rows.values_list(self.key)


def _expert_part(fits: Any, ids: Holders | None = None) -> _Part:
    return _Part(Expert.objects.order_by().filter(fits), "pk", fits, ids)


@dataclass(frozen=True)
class _Word:
    """A keyword, and who was found to fit by which of its ``parts``. Of those at the places
    ``many`` only some were read, or none."""

    parts: list[_Part]
    found: dict[int, list[int]]
    many: set[int]
    share: float = 0  # of the newest experts,
    expected: float = 0  # and so many experts of all

    @property
    def ids(self) -> set[int]:
        return set[int]().union(*self.found.values())

    @property
    def units(self) -> Collection[int]:
        return next((part.units for part in self.parts if part.units), ())

    @property
    def fits(self) -> Q:
        return self._fitting(lambda ids: ids)

    def since(self, key: int) -> Q:
        """The same for experts from ``key`` on: of who is known no others are told."""
        return self._fitting(lambda ids: ids.since(key))

    def _fitting(self, told: Callable[[Holders], Collection[int]]) -> Q:
        return reduce(
            or_,
            (
                Q(part.fits if part.ids is None else Among("pk", told(part.ids)))
                for part in self.parts
            ),
        )

    @property
    def known(self) -> set[int] | None:
        """All who fit, where the database need not be asked for any more of them."""
        if any(self.parts[at].ids is None for at in self.many):
            return None
        return self.ids.union(*(self.parts[at].ids or () for at in self.many))

    def among(self, few: set[int]) -> set[int]:
        """Return who of those ``few`` fits. Of a part by which not many more do all are gathered."""
        told, asked = set[int](), list[_Part]()
        for part in self.parts:
            if part.ids is not None:
                told |= part.ids.among(few)
            elif part.expected >= ONE_BY_ONE * len(few):
                asked.append(part)
            else:
                told.update(few.intersection(*keys_of([part.since(0)])))
        if asked and (rest := few - told):
            fits = reduce(or_, (Q(part.fits) for part in asked))
            told.update(_keys_of(Expert.objects.order_by().filter(fits, Among("pk", rest))))
        return told

    @property
    def read(self) -> set[int]:
        """Who fits by a part that few fit by."""
        few = (ids for at, ids in self.found.items() if at not in self.many)
        return set[int]().union(*few)


def _phones(keywords: Sequence[str], user: User) -> dict[str, Q]:
    """Return whose telephone has one of ``keywords`` in it, for those that may be a part of one."""
    digits = [one for one in keywords if one.isdigit() and len(one) >= LEAST_DIGITS]
    if not digits or not is_clear(user, "experts.phone"):
        return {}
    parts = [one for one in digits if len(one) < ALL_DIGITS]
    whole = {one: phone_being(one, user) for one in digits if len(one) >= ALL_DIGITS}
    return whole | phones_holding(parts, user)


def _parts(
    keyword: str,
    called: Holders,
    phone: Q | None,
    texts: list[str],
    kept: dict[str, tuple[int, str]],
    units: list[int],
    specialties: list[int],
) -> list[_Part]:
    # A text stands as it was typed, with any dot.
    ways = dict.fromkeys((keyword, join_dots(keyword)))
    own = [extra_q(code, "eq", way) for code in texts for way in ways]
    if len(keyword) > 2 and keyword.isalnum() and keyword.isascii():
        # Of three characters at least: for fewer an index of trigrams is of no use.
        own.append(Q(number__contains=keyword.upper()))
    if phone is not None:
        own.append(phone)
    if merged := kept.get(keyword.upper()):
        own.append(Q(pk=merged[0]))
    parts = [_expert_part(Q(Among("pk", called)), called), *map(_expert_part, own)]
    if units:
        parts.append(_employed(keyword, units))
    if specialties:
        links = ExpertSpecialty.objects.order_by().filter(Among("specialty", specialties))
        held = _is_there(links.filter(expert=OuterRef("pk")))
        parts.append(_Part(links, "expert", held))
    return parts


def _unread(parts: list[_Part]) -> _Word:
    return _Word(parts, {}, set(range(len(parts))))


def _look_up(word: _Word) -> _Word:
    """Gather who fits one of the parts of ``word``, of each part up to a limit."""
    # One more than the limit tells of more; twice, who holds two of the specialties.
    asked = [at for at, part in enumerate(word.parts) if part.ids is None]
    rows = (word.parts[at].rows.values_list(word.parts[at].key)[: FEW + 1] for at in asked)
    found = dict(zip(asked, keys_of(rows), strict=True))
    found |= {
        at: part.ids.newest(FEW + 1) for at, part in enumerate(word.parts) if part.ids is not None
    }
    found = {at: ids for at, ids in found.items() if ids}
    many = {at for at, ids in found.items() if len(ids) > FEW}
    return replace(word, found=found, many=many)


def _named_so(keywords: Sequence[str]) -> dict[str, tuple[list[int], list[int]]]:
    """Return the units, and the specialties, whose names fit each of ``keywords``, asked once; of units one more than
    are named one by one."""
    questions = [
        rows
        for keyword in keywords
        for rows in (_units(keyword)[2][: FEW_UNITS + 1], _specialties(keyword))
    ]
    found = iter(keys_of(questions))
    return {keyword: (next(found), next(found)) for keyword in keywords}


def _units(keyword: str) -> tuple[QuerySet[Any], QuerySet[Any], QuerySet[Any, Any]]:
    """Return the units of that name, the aliases of units, and the keys of the units of both."""
    named, read = Q(**{_containing(keyword): keyword}), normalise_unit_name(keyword)
    if not keyword.isalnum() and (core := core_of(keyword)):
        # It has brackets or dots, which people write in many ways. The core has an index.
        named |= Q(core_name__contains=core, normalised_name__contains=read)
    units = Unit.objects.filter(named).order_by()
    aliases = UnitAlias.objects.filter(named).order_by()
    keys = units.values_list("pk", flat=True).union(aliases.values_list("unit", flat=True))
    return units, aliases, keys


def _employed(keyword: str, ids: list[int]) -> _Part:
    """Return how the employer's name or an alias of it fits, by the units ``ids``."""
    if len(ids) <= FEW_UNITS:
        return replace(_expert_part(Among("employer", ids)), units=ids)
    units, aliases, all_ids = _units(keyword)
    fits = Q(_is_there(units.filter(pk=OuterRef("employer")))) | Q(
        _is_there(aliases.filter(unit=OuterRef("employer")))
    )
    gathered = Expert.objects.order_by().filter(Among("employer", all_ids))
    return _Part(gathered, "pk", fits)


def _is_there(rows: QuerySet[Any]) -> IsNull:
    """Whether there is one of ``rows`` for the row at hand. Not Exists: of that PostgreSQL makes
    a list of everything first, to look one up."""
    return IsNull(Subquery(rows.values("pk")[:1]), False)


def _specialties(keyword: str) -> QuerySet[Any, Any]:
    found = Specialty.objects.filter(Q(**{_containing(keyword): keyword}) | Q(code__iexact=keyword))
    return found.order_by().values_list("pk", flat=True)


def _containing(keyword: str) -> str:
    """Names that contain ``keyword``; most have no letters, and need not be brought to capitals."""
    return "name__contains" if keyword.upper() == keyword.lower() else "name__icontains"
