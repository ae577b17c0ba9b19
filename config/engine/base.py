"""The engine itself; Django looks for it under this name."""

from __future__ import annotations

from types import ModuleType

import psycopg
from django.db.backends.postgresql import base

from expertpool.core.connections import WatchedConnection

_driver = ModuleType("psycopg")
vars(_driver).update(vars(psycopg), connect=WatchedConnection.connect)


class DatabaseWrapper(base.DatabaseWrapper):
    Database = _driver
