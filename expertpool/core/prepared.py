"""Questions that every page asks: worked out once, then asked with other values.

What Django does to make a statement of a queryset costs more than the database does to answer it. Here it
is done once for each process; nothing of an answer is kept::

    _user = Prepared(lambda: User.objects.filter(pk=Given("pk")).select_related("department"))
    user = _user.first(pk=7)

The queryset may be anything that yields rows or tuples, as long as the statement is the same for all values: no
condition that is left out for some of them, no list of changing length. Values are given as they go to the
database: keys of rows, values of enums.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple, cast

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BigIntegerField, Expression, Field, QuerySet
from django.db.transaction import TransactionManagementError


class Given(Expression):
    """Stands in a prepared queryset for the value ``name``; where that is a list of anything but keys, of such a ``kind``
    of field."""

    def __init__(self, name: str, kind: type[Field[Any, Any]] = BigIntegerField) -> None:
        super().__init__()
        self.name, self.kind = name, kind

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class Prepared:
    """What ``build`` returns, to be asked with the values of its `Given`. With ``called`` the database keeps its plan
    (`ask_often`)."""

    def __init__(self, build: Callable[[], QuerySet[Any, Any]], *, called: str = "") -> None:
        self._build, self._called = build, called

    def all(self, **values: Any) -> list[Any]:
        """Return the rows as the queryset gives them."""
        return self._asked.rows(values)

    def first(self, **values: Any) -> Any:
        """Return the first row, or None; the queryset says by itself that it wants no more."""
        return next(iter(self.all(**values)), None)

    def given(self, **values: Any) -> Statement:
        """Return what it asks, as a part of another statement."""
        return Statement(self._asked.sql, self._asked.params(values))

    @cached_property
    def _asked(self) -> _Asked:
        return _Asked(self._build(), self._called)

    def worked_out(self) -> Prepared:
        """Return itself once the statement is made, else with the first question."""
        _ = self._asked
        return self


class Statement(NamedTuple):
    """SQL, and the values in it."""

    sql: str
    params: Sequence[Any]

    def given(self, **values: Any) -> Statement:
        """Return it with ``values`` in the places of its `Given`."""
        return Statement(self.sql, _filled(self.params, values))


def _filled(params: Sequence[Any], values: dict[str, Any]) -> list[Any]:
    return [values[one.name] if isinstance(one, Given) else one for one in params]


MOST_PLANS = 40  # of a connection; what several roles ask of the home page, a project and an expert are thirty
_ONE_PLAN = "SET plan_cache_mode = force_generic_plan"
_PLACE = re.compile("%[%s]")


def ask_often(
    cursor: Any, statement: Statement, *, called: str, has_one_plan: bool = False
) -> None:
    """Execute ``statement``, whose plan the database keeps while the connection lasts, under a name that begins with
    ``called``. For what every page asks with other values: to plan a dozen counts takes ten times as long as to count
    what waits (docs/decisions/0276). What ``has_one_plan`` is answered by one plan for all values, even where the database
    expects more of one for these: it would plan anew each time to find out (docs/decisions/0706)."""
    sql, params = statement
    plans: dict[str, str] = cursor.connection.plans
    if sql in plans:
        plans[sql] = plans.pop(sql)  # asked last, let go last
    else:
        _keep_plan(cursor, sql, called)
    places = ", ".join(["%s"] * len(params))
    asks = f"EXECUTE {plans[sql]}{f'({places})' if params else ''}"
    if not has_one_plan:
        cursor.execute(asks, params)
        return
    # Sent together. Where it fails, the database takes the setting back with the transaction that this is.
    cursor.execute(f"{_ONE_PLAN}; {asks}; RESET plan_cache_mode", params)
    cursor.nextset()


def _keep_plan(cursor: Any, sql: str, called: str) -> None:
    """Tell the database ``sql`` once; what was asked longest ago is let go where there are too many. None of the statements
    of the page: it is asked nothing."""
    plans: dict[str, str] = cursor.connection.plans
    name = next(f"{called}_{at}" for at in count() if f"{called}_{at}" not in plans.values())
    if len(plans) >= MOST_PLANS:
        cursor.cursor.execute(f"DEALLOCATE {plans.pop(next(iter(plans)))}")
    numbers = count(1)
    numbered = _PLACE.sub(lambda one: f"${next(numbers)}" if one[0] == "%s" else "%", sql)
    cursor.cursor.execute(f"PREPARE {name} AS {numbered}")
    plans[sql] = name


class _Asked:
    """A queryset with its statement."""

    def __init__(self, queryset: QuerySet[Any, Any], called: str) -> None:
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            message = "what is fetched after the rows is a statement of its own: prepare that"
            raise ValueError(message)
        self._queryset, self._called = queryset, called
        self._compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = self._compiler.as_sql()
        self.sql, self._params = sql, tuple(params)
        self._locks = queryset.query.select_for_update

    def params(self, values: dict[str, Any]) -> list[Any]:
        return _filled(self._params, values)

    def rows(self, values: dict[str, Any]) -> list[Any]:
        if (
            self._locks and connection.get_autocommit()
        ):  # as Django says when it makes the statement
            message = "rows are locked inside of a transaction"
            raise TransactionManagementError(message)
        with connection.cursor() as cursor:
            asks = Statement(self.sql, self.params(values))
            if self._called:
                ask_often(cursor, asks, called=self._called)
            else:
                cursor.execute(*asks)
            answer = _Answer(self._compiler, rows=cursor.fetchall())
        query = _InPlaceOf(self._queryset.query, get_compiler=lambda *_, **__: answer)
        queryset: Any = _InPlaceOf(self._queryset, query=query)
        made: Iterable[Any] = self._queryset._iterable_class(queryset)  # type: ignore[assignment]
        return list(made)


class _InPlaceOf:
    """What has some things of its own, and all others of ``original``."""

    def __init__(self, original: Any, **own: Any) -> None:
        self.__dict__.update(own, _original=original)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


class _Answer(_InPlaceOf):
    """What Django takes for a compiler when it makes rows: the database has answered already."""

    def execute_sql(self, *_: Any, **__: Any) -> list[list[Any]]:
        return [self.rows]

    def results_iter(self, *_: Any, tuple_expected: bool = False, **__: Any) -> Iterator[Any]:
        answer = self._original.results_iter([self.rows], tuple_expected=tuple_expected)
        return cast("Iterator[Any]", answer)
