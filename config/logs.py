"""The lines of the log: whoever reads them can do nothing by the links in them, finds no values, and learns
of nobody."""

from __future__ import annotations

import json
import logging
import re
import time
from datetime import datetime
from functools import partial
from http import HTTPStatus
from logging.handlers import WatchedFileHandler
from pathlib import Path
from traceback import walk_tb
from typing import Any
from zoneinfo import ZoneInfo

from config.numbers import current_number
from expertpool.core.sizes import MEGABYTE
from expertpool.core.text import LEFT_OUT, without_people

OFFICE = ZoneInfo("Asia/Shanghai")
# What acts for whoever has it: the last part of a personal link, a token of the interface. A whole
# one is left out wherever it stands: of a blank that was pasted with it Django writes the code, which ends in letters
# or digits (`\xa0ep_…`).
LIVE = re.compile(
    r"(/(?:r|activate|phone|ics|join/by|join/register|experts/appeal|notices/link|draws/wall|messages/callbacks/[^/\s]+)/)[^/\s\"'?#]+|(\bep_(?=[\w-])|ep_(?=[\w-]{24}))[\w-]+"
)

# What PostgreSQL adds to a refusal: the whole row, or the value that is there already.
DETAIL = re.compile(
    r"(DETAIL:\s+)(?:Failing row contains \(.*?\)\.$|[^\n]*)", re.DOTALL | re.MULTILINE
)
# What an error quotes of what it met.
# Signs that open and are never closed hold what follows: each of many would be followed to the end of the line.
QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*+(?:”|$)|「[^」\n]*+(?:」|$)", re.MULTILINE)
OURS = ("expertpool", "config", "vdraw")

KEPT_BYTES = 2 * MEGABYTE  # of each of the two files of last lines
QUIET_SECONDS = 60  # without the traceback of what has one already


def without_links(text: str) -> str:
    """Return ``text`` with the living part of each link and token left out."""
    return LIVE.sub(lambda found: f"{found[1] or found[2]}{LEFT_OUT}", text)


def without_values(text: str) -> str:
    """Return ``text`` without the values of the rows that the database refused."""
    return DETAIL.sub(rf"\1{LEFT_OUT}", text)


def _cleaned(text: str) -> str:
    return without_values(without_links(text))


class LineFormatter(logging.Formatter):
    """A line, with its traceback, without living links: Django names the path of what it refuses; without
    rows: the database names what breaks a constraint; and without people: an error quotes what it met."""

    def format(self, record: logging.LogRecord) -> str:
        number = current_number()
        line = _cleaned(super().format(record))
        return f"{line} [{number}]" if number and "\n" not in line else line

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (of the standard library)
        record.message = message_of(record)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 (of the standard library)
        return trace_of(super().formatException(ei)) + template_of(ei)


class JsonFormatter(logging.Formatter):
    """The same as one object a line: ``time level logger message``, ``request`` (its number, or that of
    the job), ``trace``."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, OFFICE)
        said: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _cleaned(message_of(record)),
            "process": record.process,
        }
        if number := current_number():
            said["request"] = number
        if record.exc_info and record.exc_info[0] is not None:
            trace = trace_of(super().formatException(record.exc_info))
            said["trace"] = _cleaned(trace + template_of(record.exc_info))
        return json.dumps(said, ensure_ascii=False)


def message_of(record: logging.LogRecord) -> str:
    ours = record.name.partition(".")[0] in OURS
    return without_people(record.getMessage(), ours=ours)


def trace_of(text: str) -> str:
    """Return a traceback with its places, and of what the errors said no names, numbers and quotations."""
    lines, is_code = [], False
    for line in text.split("\n"):
        is_place = line.startswith('  File "')
        # A place is followed by lines of the program, further in.
        is_code = is_place or (is_code and line.startswith("    "))
        lines.append(line if is_code else QUOTED.sub(LEFT_OUT, without_people(line, ours=False)))
    return "\n".join(lines)


def template_of(ei: Any) -> str:
    """Return a line that names the innermost template in which an error was met, and the tag; nothing
    where there is none. Python's own lines name none: to it a template is data."""
    # Here: settings, which need the rest of this file, are not there yet.
    from django.template.base import Node, Template, Token  # noqa: PLC0415

    found = ""
    for frame, _ in walk_tb(ei[2]):
        inside = frame.f_locals.get("self")
        # `isinstance` would ask a lazy object, and that the database.
        if issubclass(type(inside), Template | Node):
            name = getattr(getattr(inside, "origin", None), "template_name", None)
            token = getattr(inside if isinstance(inside, Node) else ei[1], "token", None)
            # the word of the tag; what follows may hold anything
            place = (
                f", line {token.lineno}: {token.contents.split()[0]}"
                if isinstance(token, Token)
                else ""
            )
            found = f"\n  Template {name}{place}" if name else found
    return found


class Refusals(logging.Filter):
    """Of the lines on requests: one that was refused is no fault of the program, so that its line has
    no traceback; while the database is away all fail alike, and one a minute has it. It takes no line away."""

    def __init__(self) -> None:
        super().__init__()
        self._quiet_until = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        from config.unfinished import is_away  # noqa: PLC0415 (Django is not set up yet where logging is)

        if (
            getattr(record, "status_code", HTTPStatus.INTERNAL_SERVER_ERROR)
            < HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            record.exc_info = None
        elif record.exc_info and is_away(record.exc_info[1]):
            record.msg = f"{record.msg} (the database is away)"
            if time.monotonic() < self._quiet_until:
                record.exc_info = None
            else:
                self._quiet_until = time.monotonic() + QUIET_SECONDS
        return True


class LastLines(WatchedFileHandler):
    """The last lines of all processes, for the support bundle: two files of a few megabytes. What cannot be
    written (a full disk) is left out; the console has it."""

    def __init__(self, filename: str) -> None:
        Path(filename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(filename, encoding="utf-8", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        path = Path(self.baseFilename)
        try:
            super().emit(record)
            if path.stat().st_size > KEPT_BYTES:
                path.replace(path.with_suffix(".1"))
        except OSError:  # no room; or another process was first
            pass

    def _open(self) -> Any:
        stream = super()._open()
        Path(self.baseFilename).chmod(0o600)
        return stream

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (of the standard library)
        """Say nothing of it."""


# --- Slow statements -------------------------------------------------------------------------

MOST_SQL = 800  # characters
PLACES = re.compile(r"%s(?:\s*,\s*%s)+")
LITERALS = re.compile(r"'(?:[^']|'')*'")

logger = logging.getLogger(__name__)


def log_slow_queries(milliseconds: int) -> None:
    """Log each statement that takes longer, without its values; 0: none."""
    if milliseconds:
        # Here: it asks for nothing of the settings that are just being made.
        from django.db.backends.signals import connection_created  # noqa: PLC0415

        connection_created.connect(partial(_watch, milliseconds / 1000), weak=False)


def _watch(seconds: float, *, connection: Any, **_: Any) -> None:
    if not any(isinstance(one, _Timer) for one in connection.execute_wrappers):
        connection.execute_wrappers.append(_Timer(seconds))


class _Timer:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(
        self, execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        began = time.monotonic()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.monotonic() - began
            if took > self._seconds:
                logger.warning("slow query, %.0f ms: %s", took * 1000, statement_of(str(sql)))


def statement_of(sql: str) -> str:
    """Return the statement as it was written: without values, long lists shortened."""
    text = PLACES.sub("%s, …", LITERALS.sub("'…'", " ".join(sql.split())))
    return text if len(text) <= MOST_SQL else f"{text[:MOST_SQL]}…"
