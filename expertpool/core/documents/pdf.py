"""PDF from a typst template and data.

Noto Sans SC and Noto Serif SC come with the program; fonts that an operator puts into
``settings.FONT_DIR`` (仿宋, 方正小标宋 …) can be named by templates and data too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import typst
from django.apps import apps

from expertpool.core.documents.fonts import fonts

# Templates import each other by paths from here: "/core/documents/base.typ".
ROOT = Path(__file__).resolve().parents[2]
BASE = "core/documents/base.typ"
PICTURES = "pictures"
Pictures = Mapping[str, bytes]
NO_PICTURES: Pictures = MappingProxyType({})


class DocumentError(RuntimeError):
    """A template that does not compile with this data: a programming error, with typst's words."""


def render_pdf(
    template: str, data: dict[str, Any], *, at: datetime, pictures: Pictures = NO_PICTURES
) -> bytes:
    """Return the PDF of ``template`` (``draws/draw_sheet.typ``) filled with ``data``.

    ``data`` holds JSON values and reaches the template as the dictionary ``data`` of
    ``base.typ``. ``pictures`` (of ours, by their names) are its files ``/pictures/NAME``: one that is on
    every page is kept once. ``at`` is the creation time in the file: same input, same bytes.
    """
    made = _compile(template, data, pictures, format="pdf", timestamp=_whole_seconds(at))
    return made[0]


def render_pngs(
    template: str, data: dict[str, Any], *, ppi: float = 96, pictures: Pictures = NO_PICTURES
) -> list[bytes]:
    """Return one picture a page: previews, and what a developer looks at."""
    return _compile(template, data, pictures, format="png", ppi=ppi)


def font_names() -> list[str]:
    """Return the fonts that documents can be set in."""
    return list(fonts().families())


def _compile(
    template: str, data: dict[str, Any], pictures: Pictures, **options: Any
) -> list[bytes]:
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        with _laid_out(template, pictures) as (path, root):
            result: Any = typst.compile(
                path,
                root=root,
                font_paths=fonts(),
                # The same document on every machine, whatever fonts it has.
                ignore_system_fonts=True,
                sys_inputs=inputs,
                **options,
            )
    except typst.TypstError as error:
        message = f"文档模板 {template} 无法生成：{error.diagnostic or error.message}"
        raise DocumentError(message) from error
    return result if isinstance(result, list) else [result]


@contextmanager
def _laid_out(template: str, pictures: Pictures) -> Iterator[tuple[Path, Path]]:
    """Give the place of ``template`` and the folder that it may read: where it is, or one with the pictures
    beside it."""
    path = template_path(template)
    if not pictures:
        yield path, ROOT
        return
    with TemporaryDirectory() as place:
        root = Path(place)
        copy = root / template
        for source, target in ((ROOT / BASE, root / BASE), (path, copy)):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
        (root / PICTURES).mkdir()
        for name, content in pictures.items():
            (root / PICTURES / name).write_bytes(content)
        yield copy, root


def template_path(name: str) -> Path:
    """Return the file of ``app/name.typ``; raise DocumentError when there is none."""
    app, _, file = name.partition("/")
    path = Path(apps.get_app_config(app).path, "documents", file)
    if not path.is_file():
        message = f"没有文档模板 {name}（应在 {path}）。"
        raise DocumentError(message)
    return path


def _whole_seconds(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
