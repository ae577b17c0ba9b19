"""A new database gets the basic data with its tables."""

from __future__ import annotations

from typing import Any

from expertpool.directory.models import Division
from expertpool.directory.services.loading import load_reference_data


def fill_new_database(**_signal: Any) -> None:
    """After the tables are made: load the basic data once. Later versions' additions are loaded
    by the command ``load_reference_data``, so that what administrators deleted stays deleted."""
    # Only into an empty one: what was deleted since must not come back with a new version.
    if not Division.objects.exists():
        load_reference_data()
