"""PDF from a typst template and data.

Noto Sans SC and Noto Serif SC come with the program; fonts that an operator puts into
``settings.FONT_DIR`` (仿宋, 方正小标宋 …) can be named by templates and data too.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from django.apps import apps
from django.conf import settings

# Templates import each other by paths from here: "/core/documents/base.typ".
ROOT = Path(__file__).resolve().parents[2]


class DocumentError(RuntimeError):
    """A template that does not compile with this data: a programming error, with typst's words."""


def render_pdf(template: str, data: dict[str, Any], *, at: datetime) -> bytes:
    """Return the PDF of ``template`` (``draws/draw_sheet.typ``) filled with ``data``.

    ``data`` holds JSON values and reaches the template as the dictionary ``data`` of
    ``base.typ``. ``at`` is the creation time in the file: same input, same bytes.
    """
    return _compile(template, data, format="pdf", timestamp=_whole_seconds(at))[0]


def render_pngs(template: str, data: dict[str, Any], *, ppi: float = 96) -> list[bytes]:
    """Return one picture a page: previews, and what a developer looks at."""
    return _compile(template, data, format="png", ppi=ppi)


def _compile(template: str, data: dict[str, Any], **options: Any) -> list[bytes]:
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        result: Any = typst.compile(
            template_path(template),
            root=ROOT,
            font_paths=_fonts(),
            # The same document on every machine, whatever fonts it has.
            ignore_system_fonts=True,
            sys_inputs=inputs,
            **options,
        )
    except typst.TypstError as error:
        message = f"文档模板 {template} 无法生成：{error.diagnostic or error.message}"
        raise DocumentError(message) from error
    return result if isinstance(result, list) else [result]


def template_path(name: str) -> Path:
    """Return the file of ``app/name.typ``; raise DocumentError when there is none."""
    app, _, file = name.partition("/")
    path = Path(apps.get_app_config(app).path, "documents", file)
    if not path.is_file():
        message = f"没有文档模板 {name}（应在 {path}）。"
        raise DocumentError(message)
    return path


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Read all fonts once a process: it is what takes time."""
    paths = [Path(pylopdf_fonts_zh_cn.__file__).parent, Path(settings.FONT_DIR)]
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[path for path in paths if path.is_dir()],
    )


def _whole_seconds(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
