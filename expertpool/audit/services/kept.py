"""The end of the chain as this machine has seen it, in a file beside the database.

An anchor confirms the chain each minute, in the database. Whoever owns that could take back what was written since
the last one, entry, head and all, and nothing in it would say so. The file does: it holds number and hash of the last
entry after each answer of an expert and each anchor, under a key (docs/decisions/0286).
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.constant_time import bytes_eq
from django.conf import settings

from expertpool.audit.models import Entry
from expertpool.audit.queries import Head, chain_head
from expertpool.audit.services.branches import join_branches
from expertpool.core.crypto import proof
from expertpool.core.lockfiles import open_lock
from expertpool.core.prepared import Given, Prepared

logger = logging.getLogger(__name__)

SHORTER = "日志比本机记下的少：末尾被删去了。"
OTHERWISE = "日志与本机记下的不符：末尾被改写过。"
UNREADABLE = "本机记下的链头被改动过。"


def keep_head(*, now: datetime) -> str:
    """Keep the end of the chain as it is now, with what waits in branches; return what is wrong with it by what was kept,
    and keep that then."""
    if settings.KEPT_HEAD is None:
        return ""
    try:
        with _alone(settings.KEPT_HEAD):
            head = chain_head()
            wrong = difference(head)
            if wrong:
                logger.error("the log is not what this machine has seen of it: %s", wrong)
            else:
                _write(settings.KEPT_HEAD, chain_head() if join_branches(now=now) else head)
            return wrong
    except OSError:  # a full disk stops no answer
        logger.exception("the end of the log could not be kept")
        return ""


def difference(head: Head | None = None) -> str:
    """Say how the chain, which ends with ``head``, differs from what was kept of it; empty where it does not, or nothing
    was."""
    path = settings.KEPT_HEAD
    if path is None or not path.exists():
        return ""
    kept = _read(path)
    if kept is None:
        return UNREADABLE
    if not kept.number:
        return ""
    if (head or chain_head()).number < kept.number:
        return SHORTER
    found = _hash.first(number=kept.number)
    return "" if found is not None and bytes(found).hex() == kept.hash else OTHERWISE


_hash = Prepared(
    lambda: (
        Entry.objects.filter(chain_no=Given("number")).order_by().values_list("hash", flat=True)[:1]
    )
)


def is_rewritten() -> bool:
    """Tell whether the end of the log is not what this machine has seen of it: what it says of the last answers, and
    what it does not say, counts for nothing then."""
    try:
        return bool(difference())
    except OSError:  # as in `keep_head`
        logger.exception("the end of the log could not be compared")
        return False


def forget_head() -> None:
    """Forget what was kept: the database is another one, restored from a backup."""
    if settings.KEPT_HEAD is not None:
        settings.KEPT_HEAD.unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_lock(path.with_suffix(".lock")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> Head | None:
    number, _, rest = path.read_text(errors="replace").partition(":")
    link, _, proven = rest.strip().partition(":")
    head = Head(int(number), link) if number.isdecimal() and len(number) < 20 else None
    return head if head and bytes_eq(proven.encode(), _proof(head).encode()) else None


def _write(path: Path, head: Head) -> None:
    new = path.with_suffix(".new")
    new.write_text(f"{head.number}:{head.hash}:{_proof(head)}\n")
    new.replace(path)  # whole, or not at all


def _proof(head: Head) -> str:
    return proof("audit.kept_head", [head.number, head.hash]).hex()
