"""Measuring in a process of its own: with its own memory, caches and database connection."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from django.db import connections

_FORK = multiprocessing.get_context("fork")


def in_child(call: Callable[[], Any]) -> Any:
    """Return what ``call`` returns in a forked process."""
    return in_children([call])[0]


def in_children(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """The same for several calls at once, a process for each. Raises RuntimeError with the
    traceback of one that failed."""
    connections.close_all()  # two processes must not talk over one connection
    pipes = []
    for call in calls:
        receiver, sender = _FORK.Pipe(duplex=False)
        _FORK.Process(target=_run, args=(call, sender), daemon=True).start()
        sender.close()
        pipes.append(receiver)
    answers = [pipe.recv() for pipe in pipes]
    for failed, text in answers:
        if failed:
            raise RuntimeError(text)
    return [value for _, value in answers]


def _run(call: Callable[[], Any], sender: Connection) -> None:
    try:
        sender.send((False, call()))
    except Exception:  # noqa: BLE001 (handed to the parent)
        sender.send((True, traceback.format_exc()))
