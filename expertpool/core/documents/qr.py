"""QR codes as SVG and PNG."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str, *, scale: int = 4, mask: int | None = None) -> str:
    """Return an SVG picture of ``text`` (error correction M, quiet zone of 4 modules).

    ``mask`` (0 to 7) takes that pattern without comparing all of them, which takes seven times as long: for
    hundreds at once. A reader takes either.
    """
    stream = io.BytesIO()
    segno.make(text, error="m", micro=False, mask=mask).save(
        stream, kind="svg", scale=scale, border=4, xmldecl=False, svgns=True
    )
    return stream.getvalue().decode()


def qr_data_uri(text: str) -> str:
    """Return `qr_svg` as the address of a picture within a page."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_data_uri(scale=4, border=4, xmldecl=False, svgns=True)


def qr_png(text: str, *, scale: int = 2) -> bytes:
    """Return a PNG picture of ``text``, ``scale`` pixels a module, as `qr_svg` draws it."""
    stream = io.BytesIO()
    segno.make(text, error="m", micro=False).save(stream, kind="png", scale=scale, border=4)
    return stream.getvalue()
