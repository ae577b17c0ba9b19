"""The exports of all apps by code, and the fact that one is finished."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from expertpool.core.exporting.exporter import Exporter
from expertpool.core.permissions import required_codes

_exporters: dict[str, Exporter] = {}


@dataclass(frozen=True)
class ExportFinished:
    """A file with personal data now exists; published in the transaction that says so."""

    run_id: int


def register_export(exporter: Exporter) -> None:
    """Add ``exporter`` under its code; called in ``apps.ready()``."""
    _exporters[exporter.code] = exporter
    required_codes.add(exporter.permission)


def get_exporter(code: str) -> Exporter:
    """Return the export; raise KeyError when there is none of that code."""
    return _exporters[code]


def export_url(code: str, **params: str) -> str:
    """Return the address for the ``export_url`` of a toolbar."""
    url = reverse("core:export", args=[code])
    return f"{url}?{urlencode(params)}" if params else url
