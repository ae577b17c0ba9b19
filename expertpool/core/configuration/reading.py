"""Reading settings as they stand now.

One query for all of them: once a request and once a job (`read_once`), each time elsewhere. So no
process keeps an old value, and none has to be told of a new one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

from expertpool.core.configuration.catalogue import Setting

T = TypeVar("T")
Stored = Mapping[str, Any]  # by code, as `Kind.dump` gave them; defaults are not in it

logger = logging.getLogger(__name__)


class Reader(Protocol):
    """`value_of`, or the values of a form that is not saved yet."""

    def __call__(self, setting: Setting[T], /) -> T: ...


class _Kept:
    """What this request or job has read."""

    stored: Stored | None = None


_kept: ContextVar[_Kept | None] = ContextVar("settings_kept", default=None)
_source: list[Callable[[], Stored]] = []


def read_from(source: Callable[[], Stored]) -> None:
    """Say where values are stored: `siteconfig` does, once, when the apps are ready."""
    _source[:] = [source]


@contextmanager
def read_once() -> Iterator[None]:
    """Read the stored values at most once inside the block."""
    token = _kept.set(_Kept())
    try:
        yield
    finally:
        _kept.reset(token)


def forget() -> None:
    """Read anew what this block has read: for who has just changed it."""
    if kept := _kept.get():
        kept.stored = None


def value_of(setting: Setting[T], /) -> T:
    """Return what the office has set, or the default."""
    return loaded(setting, current())


def loaded(setting: Setting[T], stored: Stored) -> T:
    """Return the value of ``setting`` among ``stored``.

    What an older version stored and this one cannot read counts as not set.
    """
    if setting.code not in stored:
        return setting.default
    try:
        return setting.kind.load(stored[setting.code])
    except (TypeError, ValueError):  # the value stays out of the log: it may be a secret
        logger.error("setting %s has a stored value that cannot be read", setting.code)  # noqa: TRY400
        return setting.default


def current() -> Stored:
    """Return what this block has read, or reads now."""
    kept = _kept.get()
    if kept is None:
        return _source[0]()
    if kept.stored is None:
        kept.stored = _source[0]()
    return kept.stored
