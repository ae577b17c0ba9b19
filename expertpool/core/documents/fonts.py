"""The fonts of documents: those that come with the program, and those in ``settings.FONT_DIR``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst
from django.conf import settings

Stamp = tuple[tuple[str, int, int], ...]
KINDS = {".ttf", ".otf", ".ttc", ".otc"}


def fonts() -> typst.Fonts:
    """Return all of them. They are read once a process, and again once there are others in ``FONT_DIR``: it is what
    takes time."""
    return _read(stamp())


def files() -> list[tuple[Path, int]]:
    """Return where each is, and which of the fonts of that file it is."""
    return [(Path(one.path), one.index) for one in fonts().fonts() if one.path]


def stamp() -> Stamp:
    """Return what is another as soon as ``FONT_DIR`` has other fonts."""
    found = sorted(
        path for path in Path(settings.FONT_DIR).rglob("*") if path.suffix.lower() in KINDS
    )
    told = [(str(path), path.stat()) for path in found]
    return tuple((name, one.st_mtime_ns, one.st_size) for name, one in told)


@lru_cache(maxsize=1)
def _read(_stamp: Stamp) -> typst.Fonts:
    paths = [Path(pylopdf_fonts_zh_cn.__file__).parent, Path(settings.FONT_DIR)]
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[path for path in paths if path.is_dir()],
    )
