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

from django.core.exceptions import ValidationError

from expertpool.core.configuration.catalogue import Setting

T = TypeVar("T")
Stored = Mapping[str, Any]  # by code, as `Kind.dump` gave them; defaults are not in it
# What a stored value raises that was altered, or that an older version stored: a secret that cannot
# be opened (DecryptionError is a ValueError), another shape, a number beyond all bounds.
UNREADABLE = (TypeError, ValueError, OverflowError, ValidationError)

logger = logging.getLogger(__name__)


class Reader(Protocol):
    """`value_of`, or the values of a form that is not saved yet."""

    def __call__(self, setting: Setting[T], /) -> T: ...


class _Kept:
    """What this request or job has read."""

    stored: Stored | None = None


_kept: ContextVar[_Kept | None] = ContextVar("settings_kept", default=None)
_source: list[Callable[[], Stored]] = []
_reported: set[str] = set()  # what the log of this process has been told: once, not each request


def read_from(source: Callable[[], Stored]) -> None:
    """Say where values are stored: `siteconfig` does, once, when the apps are ready."""
    _source[:] = [source]


@contextmanager
def read_once() -> Iterator[None]:
    """Read the stored values at most once inside the block, and in the blocks inside it."""
    if _kept.get() is not None:
        yield
        return
    token = _kept.set(_Kept())
    try:
        yield
    finally:
        _kept.reset(token)


@contextmanager
def read_anew() -> Iterator[None]:
    """Read the stored values each time inside the block, whatever was read before it."""
    token = _kept.set(None)
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


def in_force(setting: Setting[Any], read: Reader = value_of, /) -> Any:
    """Return what holds by ``setting``: where it leaves its case to what is set for all, that."""
    value = read(setting)
    return read(setting.general) if setting.general and value in (None, "") else value


def words_of(setting: Setting[Any], /) -> str:
    """Return what the office has set as people read it: "10 分钟"."""
    return setting.kind.words(value_of(setting))


def loaded(setting: Setting[T], stored: Stored) -> T:
    """Return the value of ``setting`` among ``stored``.

    A number beyond the bounds (they may have been wider once) counts as the bound; what cannot be read, or lies
    outside of others, as not set.
    """
    if setting.code not in stored:
        return setting.default
    try:
        value = _read(setting, stored)
    except UNREADABLE:
        if setting.code not in _reported:  # the value stays out of the log: it may be a secret
            logger.error("setting %s has a stored value that cannot be read", setting.code)  # noqa: TRY400
            _reported.add(setting.code)
        return setting.default
    _reported.discard(setting.code)
    return value


def is_readable(setting: Setting[Any], stored: Stored) -> bool:
    """Tell whether the value of ``setting`` is what is stored; also where nothing is."""
    if setting.code in stored:
        try:
            _read(setting, stored)
        except UNREADABLE:
            return False
    return True


def _read(setting: Setting[T], stored: Stored) -> T:
    value = setting.kind.within(setting.kind.load(stored[setting.code]))
    setting.kind.check(value)
    return value


def current() -> Stored:
    """Return what this block has read, or reads now."""
    kept = _kept.get()
    if kept is None:
        return _source[0]()
    if kept.stored is None:
        kept.stored = _source[0]()
    return kept.stored
