"""The imports of all apps by code."""

from __future__ import annotations

from expertpool.core.importing.importer import Importer

_importers: dict[str, type[Importer]] = {}


def register_import(importer: type[Importer]) -> None:
    """Add ``importer`` under its code; called in ``apps.ready()``."""
    _importers[importer.code] = importer


def get_importer(code: str) -> type[Importer]:
    """Return the import; raise KeyError when there is none of that code."""
    return _importers[code]
