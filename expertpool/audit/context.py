"""Who is acting from where in the current request; empty in jobs and commands."""

from __future__ import annotations

from contextvars import ContextVar

address: ContextVar[str] = ContextVar("address", default="")
