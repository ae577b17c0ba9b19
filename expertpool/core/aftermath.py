"""What a refusal leaves behind: the log of an attempt outlives the transaction that is undone with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar

Write = Callable[[], object]
_later: ContextVar[list[Write] | None] = ContextVar("later", default=None)


def leave_behind(write: Write) -> None:
    """Do ``write`` now, outside the service that was refused; or, where the whole request is one
    transaction (`writing_afterwards`), after its end."""
    later = _later.get()
    if later is None:
        write()
    else:
        later.append(write)


def is_for_later() -> bool:
    """Whether what is left behind now waits for the end of the request's transaction."""
    return _later.get() is not None


@contextmanager
def writing_afterwards() -> Iterator[None]:
    """Put around a transaction that is undone when the request is refused; within another one, what is left behind
    waits for the end of that."""
    token = _later.set([])
    try:
        yield
    finally:
        writes = _later.get() or []
        _later.reset(token)
        with ExitStack() as stack:  # all of them, whichever fails
            for write in reversed(writes):
                stack.callback(leave_behind, write)
