"""What goes between us and the child: JSON, one message a line, so that an answer is data and
never anything that runs."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

KIND, VALUE = "$", "is"  # the two keys of a value that JSON does not know
_WRITE: tuple[tuple[type, str, Callable[[Any], Any]], ...] = (
    (datetime, "moment", datetime.isoformat),  # before the day, which every moment is
    (date, "day", date.isoformat),
    (time, "time", time.isoformat),
    (timedelta, "span", lambda span: [span.days, span.seconds, span.microseconds]),
    (bytes, "bytes", lambda content: b64encode(content).decode()),
)
_READ: dict[str, Callable[[Any], Any]] = {
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
    "span": lambda parts: timedelta(*parts),
    "bytes": b64decode,
}


class Refused(Exception):
    """A file that cannot be taken; ``problems`` says in Chinese what is wrong and how to mend it."""

    def __init__(self, *problems: str) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


def encode(message: Any) -> bytes:
    """Return a message as one line."""
    return json.dumps(message, default=_write).encode() + b"\n"


def decode(line: bytes) -> Any:
    """Return the message of a line. Raises ValueError for what `encode` does not write."""
    return json.loads(line, object_hook=_read)


def _write(value: Any) -> Any:
    for kind, name, write in _WRITE:
        if isinstance(value, kind):
            return {KIND: name, VALUE: write(value)}
    raise TypeError(type(value).__name__)


def _read(found: dict[str, Any]) -> Any:
    if found.keys() != {KIND, VALUE}:
        return found
    read = _READ.get(found[KIND])
    if read is None:
        raise ValueError(found[KIND])
    return read(found[VALUE])
