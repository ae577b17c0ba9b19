"""The process that reads: bounds itself, does one reading, answers by lines on standard output.

Run as ``python -m expertpool.core.reading.child CODE FILE MEGABYTES SECONDS``: FILE is an open
descriptor, standard input holds the request. It has none of our environment, so none of our keys.
"""

from __future__ import annotations

import os
import resource
import sys
from importlib import import_module
from typing import Any

from expertpool.core.reading.messages import Refused, decode, encode
from expertpool.core.sizes import MEGABYTE

# A function of an open file and the request: it returns its answer, or yields its answers.
READINGS = {
    "table": "expertpool.core.reading.tables:blocks_of_rows",
    "tops": "expertpool.core.reading.tables:tops_of_sheets",
    "picture": "expertpool.core.reading.pictures:square_png",
    "words": "expertpool.core.reading.words:blocks_of_words",
    "page": "expertpool.core.reading.pages:page_png",
    "macro_sheets": "expertpool.core.reading.tables:has_macro_sheets",
    "archive": "expertpool.core.reading.archives:kind_of_archive",
    "template": "expertpool.core.filling.filler:check",
    "filled": "expertpool.core.filling.filler:fill",
    "sample": "expertpool.core.filling.filler:sample",
}
MOST_WRITTEN = 2048 * MEGABYTE  # of one nameless file in which rows wait


def main(code: str, file: str, megabytes: str, seconds: str) -> None:
    _bound(int(megabytes) * MEGABYTE, int(seconds))
    module, _, name = READINGS[code].partition(":")
    function = getattr(import_module(module), name)
    request = decode(sys.stdin.buffer.read())
    with os.fdopen(int(file), "rb") as opened:
        try:
            found = function(opened, **request)
            for one in found if hasattr(found, "__next__") else (found,):
                _say({"answer": one})
            _say("end")
        except Refused as refused:
            _say({"refused": refused.problems})
        except Exception as error:  # noqa: BLE001 (said to the parent, without what was read)
            _say({"failed": _place_of(error)})


def _say(message: Any) -> None:
    sys.stdout.buffer.write(encode(message))
    sys.stdout.buffer.flush()


def _bound(memory: int, seconds: int) -> None:
    """Take no more than this."""
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),  # else the content would lie about
    ):
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):  # macOS does not bound memory so
            continue


def _place_of(error: BaseException) -> str:
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    where = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "?"
    return f"{type(error).__name__} at {where}"


if __name__ == "__main__":
    main(*sys.argv[1:])
