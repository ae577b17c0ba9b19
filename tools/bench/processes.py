"""Measuring in a process of its own: with its own memory, caches and database connection.

The processes are started anew, not forked: a fork copies the locks that other threads hold at that
moment, and waits for them for ever.
"""

from __future__ import annotations

import multiprocessing
import pickle
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

import django
from django.db import connection, connections

from expertpool.core.garbage import collect_seldom

_SPAWN = multiprocessing.get_context("spawn")


def in_child(call: Callable[[], Any]) -> Any:
    """Return what ``call`` returns in a process of its own. It has to be picklable."""
    return in_children([call])[0]


def in_children(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """The same for several calls at once, a process for each. Raises RuntimeError with the
    traceback of one that failed, and EOFError when one died."""
    database = connection.settings_dict["NAME"]
    connections.close_all()  # an idle connection of ours is none of what is measured
    pipes = []
    for call in calls:
        receiver, sender = _SPAWN.Pipe(duplex=False)
        arguments = (pickle.dumps(call), database, sender)
        _SPAWN.Process(target=_run, args=arguments, daemon=True).start()
        sender.close()
        pipes.append(receiver)
    answers = [pipe.recv() for pipe in pipes]
    for failed, text in answers:
        if failed:
            raise RuntimeError(text)
    return [value for _, value in answers]


def _run(call: bytes, database: str, sender: Connection) -> None:
    try:
        django.setup()
        collect_seldom()  # as web and worker do
        connection.settings_dict["NAME"] = database  # of a test or of a measurement
        sender.send((False, pickle.loads(call)()))  # noqa: S301 (from our parent)
    except Exception:  # noqa: BLE001 (handed to the parent)
        sender.send((True, traceback.format_exc()))
