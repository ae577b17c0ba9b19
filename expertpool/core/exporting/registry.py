"""The exports of all apps by code, and the fact that one is finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from expertpool.core.catalogue import Catalogue
from expertpool.core.exporting.exporter import Exporter
from expertpool.core.permissions import undeclared

EXPORTS: Catalogue[Exporter] = Catalogue(
    "export", faults=lambda exporter: undeclared(exporter.permission)
)


@dataclass(frozen=True)
class ExportFinished:
    """A file with personal data now exists; published in the transaction that says so. ``persons``: of whom it tells,
    as far as they may know (`Exporter.person`)."""

    run_id: int
    persons: Sequence[int] = ()


def export_url(code: str, **params: str) -> str:
    """Return the address for the ``export_url`` of a toolbar."""
    url = reverse("core:export", args=[code])
    return f"{url}?{urlencode(params)}" if params else url
