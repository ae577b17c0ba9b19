"""Files: the one place that says how they leave, whether stored, made for the moment or in parts.

Most hold personal data, so none is kept by a browser or a proxy. What a file says of itself counts
for nothing: the type is given by us, and a page inside it can neither load nor run anything.
"""

from __future__ import annotations

from typing import IO, Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

from expertpool.core.responses.ranges import ranged_response

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ics": "text/calendar; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "py": "text/x-python",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
UNKNOWN = "application/octet-stream"
DOWNLOADED = "sandbox; default-src 'none'"
# The browser's own viewer of PDF does not run in a sandbox and draws itself with inline styles.
SHOWN = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def file_answer(
    content: bytes | IO[bytes] | Any,
    *,
    name: str,
    content_type: str = "",
    inline: bool = False,
    part: str | None = None,
) -> HttpResponseBase:
    """Return ``content`` as the file ``name``, to be kept or, ``inline``, shown by the browser.

    An open file is closed with the answer. Without ``content_type`` the ending of the name says
    what it is. ``part`` is the Range header (or empty) of a reader who may ask for parts.
    """
    content_type = content_type or TYPES.get(name.rpartition(".")[2].lower(), UNKNOWN)
    response: HttpResponseBase
    if isinstance(content, bytes):
        response = HttpResponse(content, content_type=content_type)
    elif part is not None:
        response = ranged_response(content, wanted=part, content_type=content_type)
    else:
        response = FileResponse(content, content_type=content_type)
    disposition = content_disposition_header(as_attachment=not inline, filename=name)
    response.headers["Content-Disposition"] = str(disposition)
    response.headers["Content-Security-Policy"] = SHOWN if inline else DOWNLOADED
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
