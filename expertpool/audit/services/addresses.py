"""From where somebody acts, for what is logged of it a little later by another thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from expertpool.audit.context import address


def acting_address() -> str:
    """Return the address of the request that is answered now; nothing in jobs and commands."""
    return address.get()


@contextmanager
def acting_from(where: str) -> Iterator[None]:
    """Log within as if it were done from ``where``."""
    before = address.set(where)
    try:
        yield
    finally:
        address.reset(before)
