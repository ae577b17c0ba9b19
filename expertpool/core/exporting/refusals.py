"""Files that are not made, and why.

On a page a filter that is wrong finds nothing, and the page says so above the empty list. A file of no rows says
nothing of it: whoever gets it reads "nobody". So what reads an address for a file does it within `for_a_file`, and
whatever understands the address (a filter, a tab) refuses there by `refuse_in_file` instead of finding nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

_FOR_A_FILE: ContextVar[bool] = ContextVar("for_a_file", default=False)


class ExportRefused(ValueError):
    """No file is made, or not now; the message says why and what to do."""


@contextmanager
def for_a_file() -> Iterator[None]:
    """Within it an address is read for a file: one that is not understood is refused (ExportRefused)."""
    token = _FOR_A_FILE.set(True)
    try:
        yield
    finally:
        _FOR_A_FILE.reset(token)


def refuse_in_file(faults: Sequence[str]) -> None:
    """Refuse (ExportRefused) where a file is being read for; on a page do nothing. ``faults`` say what of the address
    is wrong."""
    if _FOR_A_FILE.get():
        said = "；".join(one.rstrip("。") for one in faults)
        message = f"没有生成文件，筛选条件有误：{said}。请回到原页面，改正或清除有误的条件后再试。"
        raise ExportRefused(message)
