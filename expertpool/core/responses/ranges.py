"""Parts of a file: what players ask for to jump in a film (RFC 9110, 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from os import SEEK_END
from typing import IO, Any

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
CHUNK = 64 * 1024


def ranged_response(file: IO[bytes] | Any, *, wanted: str, content_type: str) -> HttpResponseBase:
    """Return the whole file, or the one part that ``wanted`` (a Range header) names.

    A part beyond the end is refused with 416; a header that names several parts, or is not
    understood, is answered with the whole, as the standard allows.
    """
    response: HttpResponseBase
    size = file.seek(0, SEEK_END)
    file.seek(0)
    part = _part(wanted, size)
    if part is None:
        response = FileResponse(file, content_type=content_type)
    elif part[0] > part[1]:
        # No answer takes it over.
        file.close()
        response = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{size}"
    else:
        start, end = part
        response = StreamingHttpResponse(
            _Part(file, start, end), status=206, content_type=content_type
        )
        response.headers["Content-Range"] = f"bytes {start}-{end}/{size}"
        response.headers["Content-Length"] = str(end - start + 1)
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _part(wanted: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte; the first is after the last where the part is not there."""
    found = _RANGE.fullmatch(wanted.strip())
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:  # the last so many
        # The last nothing (``-0``) can be had of no file: 416, as the standard says.
        return max(size - int(last), 0), size - 1 if int(last) else -1
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    return start, end


class _Part:
    """The bytes from ``start`` to ``end``; closing it closes the file."""

    def __init__(self, file: IO[bytes], start: int, end: int) -> None:
        self.file, self.left = file, end - start + 1
        file.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        while self.left > 0 and (chunk := self.file.read(min(CHUNK, self.left))):
            self.left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.file.close()
