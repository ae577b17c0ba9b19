"""The same change of many rows: what can be done is done, the rest is told row by row; of more than a request has
time for, by a job whose progress is shown."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from tempfile import TemporaryFile
from typing import IO, Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict

from expertpool.core.configuration import read_once, value_of
from expertpool.core.crypto import binding, new_key
from expertpool.core.jobs import defer
from expertpool.core.mandates import FORGED, stands, unless_undone, vouched
from expertpool.core.models import BulkRun
from expertpool.core.models.bulk import BulkState
from expertpool.core.prepared import Given, Prepared
from expertpool.core.settings import EXPORT_KEPT
from expertpool.core.sizes import MEGABYTE
from expertpool.core.storing import StoreDown, store
from expertpool.core.storing.sealed import SealedFile, opening, sealing
from expertpool.core.waiting import remove_unnamed

logger = logging.getLogger(__name__)
OUT_OF_REACH = "不在您可以办理的范围内"
AT_ONCE = 50  # rows of one transaction: how often the page hears of progress
MOST_UNSEEN = 3  # runs that a list tells of
OF_A_SET = 500  # of those that are changed as a set
FOLDER = "bulk"  # of the store, for the files that runs were sent
SENT = "sent_sha256"  # under which what was posted, which is encrypted, says which file it was
SENT_KEY = "sent_key"  # and by which it is encrypted in the store
PIECE = MEGABYTE

# Rows of one action: a request that takes longer than a minute is broken off.
MOST_PICKED = 5_000
Refusals = type[Exception] | tuple[type[Exception], ...]


@dataclass
class BulkResult:
    """What came of each row: the names and keys of those done, (name, reason) of those refused."""

    done: list[str] = field(default_factory=list)
    keys: list[Any] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def for_each(
    rows: Iterable[Any], change: Callable[[Any], object], *, refusals: Refusals
) -> BulkResult:
    """Call ``change`` for each of ``rows``; one that is refused (``refusals``, ValidationError)
    leaves the others as they are."""
    result = BulkResult()
    for row in rows:
        try:
            # A savepoint each: what the database refuses of one would end the others' transaction.
            with transaction.atomic():
                change(row)
        except ValidationError as refusal:
            result.refused.append((str(row), "".join(refusal.messages)))
        except refusals as refusal:
            result.refused.append((str(row), str(refusal)))
        else:
            result.done.append(str(row))
            result.keys.append(row.pk)
    return result


def as_result(rows: Iterable[Any], outcomes: Mapping[Any, object]) -> BulkResult:
    """Return what came of ``rows`` that a service changed as a set: ``outcomes`` has for the key of each an
    exception that says why it is refused, or what came of it."""
    result = BulkResult()
    for row in rows:
        if isinstance(why := outcomes[row.pk], Exception):
            result.refused.append((str(row), str(why)))
        else:
            result.done.append(str(row))
            result.keys.append(row.pk)
    return result


# --- Many: worked off by a job ----------------------------------------------------------------------


class Asked(Protocol):
    """What an action takes of the request by which it was asked for: a request, or what a run kept of it."""

    user: Any
    POST: QueryDict
    GET: QueryDict


@dataclass
class Kept:
    """What a run kept of the request."""

    user: Any
    POST: QueryDict
    GET: QueryDict
    file: str = ""  # its name in the store

    @classmethod
    def of(cls, run: BulkRun) -> Kept:
        return cls(run.user, QueryDict(run.posted), QueryDict(run.asked_with), _file_of(run))

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Give the file that was sent with it (`start_run`), and no other that lies there now (ValueError)."""
        digest = hashlib.sha256()
        with TemporaryFile() as copy, self._sent() as sent:
            while piece := sent.read(PIECE):
                digest.update(piece)
                copy.write(piece)
            if digest.hexdigest() != self.POST.get(SENT):
                raise ValueError(self.file)
            copy.seek(0)
            yield copy

    def _sent(self) -> File:
        stored = store.open(self.file)
        if not (key := self.POST.get(SENT_KEY)):  # sent before an upgrade, it lies in clear
            return stored
        return opening(SealedFile(stored, bytes.fromhex(key), _place(self.file)), self.file)


def _place(name: str) -> bytes:
    return binding(BulkRun._meta.db_table, name)


def _file_of(run: BulkRun) -> str:
    return f"{FOLDER}/{run.uid.hex}"


class BulkStep(Protocol):
    """What the worker does with each row of a run (`core.views.bulk.BulkAction`)."""

    @property
    def permission(self) -> str: ...
    @property
    def undone_by(self) -> str: ...
    @property
    def is_of_sets(self) -> bool: ...
    def reach(self, asked: Any, /) -> QuerySet[Any]: ...
    def do(self, rows: list[Any], asked: Asked, now: datetime) -> BulkResult: ...
    def then(self, asked: Any, keys: list[Any], /) -> str: ...


ACTIONS: dict[str, BulkStep] = {}


@transaction.atomic
def start_run(
    *,
    action: str,
    title: str,
    keys: list[Any],
    asked: Asked,
    back: str,
    now: datetime,
    undoes: BulkRun | None = None,
    file: IO[bytes] | None = None,
    refused: Sequence[tuple[str, str]] = (),
) -> BulkRun:
    """Queue ``action`` for the rows ``keys``, with what was posted and a ``file``, which is kept until it is over
    (`Kept.opened`); ``refused``: what is known not to go, each with why."""
    posted = asked.POST.copy()
    key = new_key()
    for name in ("csrfmiddlewaretoken", "pk", SENT, SENT_KEY):
        posted.pop(name, None)
    if file is not None:
        posted[SENT] = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        posted[SENT_KEY] = key.hex()
    run = BulkRun.objects.create(
        user=asked.user,
        action=action,
        title=title[:100],
        page=urlsplit(back).path[:500],
        back=back[:2000],
        posted=posted.urlencode(),
        asked_with=asked.GET.urlencode(),
        chosen=keys,
        undoes=undoes,
        refused=[list(one) for one in refused],
        total=len(keys),
        created_at=now,
        expires_at=now + value_of(EXPORT_KEPT),
    )
    if file is not None:
        store.save(_file_of(run), sealing(file, key, _place(_file_of(run))))
    defer("core.run_bulk", lock=f"bulk-{run.pk}", run_id=run.pk)
    return run


def work_off(*, run_id: int, now: datetime) -> None:
    """Do what a run was started for, some rows at a time; one that is over stays as it is.

    Of a run whose worker died, the rows that were done are not done again. What goes wrong is kept as its state
    and logged; what was done before stays. One that nobody asked for does nothing (`core.mandates`).
    """
    import_module(settings.ROOT_URLCONF)  # by which the actions are there
    run = BulkRun.objects.select_related("user").get(pk=run_id)
    if run.is_over or run.expires_at <= now:
        return
    with transaction.atomic():
        if not stands(run, now=now):
            forged = BulkRun.objects.filter(pk=run.pk)
            forged.update(state=BulkState.FAILED, finished_at=now, error=FORGED)
            return
    _update(run, state=BulkState.RUNNING)
    asked = Kept.of(run)
    try:
        action = ACTIONS[run.action]
        end = BulkState.DONE
        many = OF_A_SET if action.is_of_sets else AT_ONCE
        for start in range(run.done, run.total, many):
            if _is_stopped(run):
                end = BulkState.STOPPED
                break
            # What the office has set is asked for each row.
            with unless_undone(run), read_once():
                do_part(run, action, asked, run.chosen[start : start + many], now)
        with unless_undone(run):
            said = action.then(asked, run.made) if run.made else ""
            _update(run, state=end, said=said[:500], finished_at=now)
    except Exception:
        logger.exception("bulk run %s failed", run.pk)
        error = "办理时出错，已办理的有效；请重新选择其余的再试，再次失败的请联系管理员查看日志。"
        _update(run, state=BulkState.FAILED, finished_at=now, error=error)
    if SENT in asked.POST:
        with suppress(StoreDown):  # it is swept away later
            store.delete(asked.file)


@transaction.atomic
def do_part(run: BulkRun, action: BulkStep, asked: Asked, keys: list[Any], now: datetime) -> None:
    """Do the next rows, ``keys``, of ``run``, and keep with them how far it is."""
    # The rights are those of now: between asking and doing they may have been taken.
    user: Any = run.user
    allowed = user.is_active and user.has_permission(action.permission)
    rows = list(action.reach(asked).filter(pk__in=keys).order_by("pk")) if allowed else []
    result = action.do(rows, asked, now) if rows else BulkResult()
    refused = [*run.refused, *result.refused]
    if lack := len(keys) - len(rows):
        refused.append((f"另有 {lack} 项", f"{OUT_OF_REACH}。"))
    _update(run, done=run.done + len(keys), made=[*run.made, *result.keys], refused=refused)


def _is_stopped(run: BulkRun) -> bool:
    return BulkRun.objects.filter(pk=run.pk, stop_asked=True).exists()


def stop_run(*, run: BulkRun) -> bool:
    """Let ``run`` end after the rows that its worker is at; those that were done stay done. Returns whether it was
    still running."""
    running = BulkRun.objects.filter(pk=run.pk, finished_at__isnull=True)
    return bool(running.update(stop_asked=True))


def way_back(run: BulkRun) -> str:
    """Return the action that takes back what ``run`` has done; empty: none does, or its user has not the right."""
    action = ACTIONS.get(run.action)
    code = action.undone_by if action and run.is_over and run.made else ""
    user: Any = run.user
    return code if code and user.has_permission(ACTIONS[code].permission) else ""


@transaction.atomic
def undo_run(*, run: BulkRun, now: datetime) -> BulkRun | None:
    """Queue what takes ``run`` back, of the rows that it has done, and return that run: the one that is there, where it
    was asked for already. None: nothing takes it back (`way_back`)."""
    import_module(settings.ROOT_URLCONF)
    code = way_back(run)
    if not code:
        return None
    # Two clicks at once: the second one finds the run of the first.
    BulkRun.objects.select_for_update().get(pk=run.pk)
    asked = own_runs(run.user, now=now).filter(action=code, undoes=run)
    if (known := asked.first()) is not None:
        return known
    empty = Kept(run.user, QueryDict(""), QueryDict(""))
    title, back = f"撤销：{run.title}", run.back
    return start_run(
        action=code, title=title, keys=run.made, asked=empty, back=back, now=now, undoes=run
    )


def _update(run: BulkRun, **values: Any) -> None:
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=[*values, "proof"])


def own_runs(user: Any, *, now: Any) -> QuerySet[BulkRun]:
    """Return the runs of ``user`` that have not expired, the latest first."""
    return BulkRun.objects.filter(user=user, expires_at__gt=now)


def unseen_runs(user: Any, page: str, *, now: datetime) -> list[BulkRun]:
    """Return the runs that ``user`` asked for on ``page`` (a path) and whose end he has not seen, the latest first: he
    may have closed the browser meanwhile."""
    return vouched(_unseen.all(user=user.pk, page=page, now=now))


_unseen = Prepared(
    lambda: (
        own_runs(Given("user"), now=Given("now"))
        .filter(page=Given("page"), seen=False)
        .select_related("user")[:MOST_UNSEEN]
    )
)


def note_seen(*, run: BulkRun) -> None:
    """Note that its user is looking at how ``run`` ended."""
    if run.is_over and not run.seen:
        BulkRun.objects.filter(pk=run.pk).update(seen=True)


def remove_expired_runs(*, now: datetime) -> int:
    """Empty the runs that have expired, and forget the files of those that are over; return how many."""
    waiting = BulkRun.objects.filter(finished_at__isnull=True, expires_at__gt=now)
    remove_unnamed(FOLDER, {_file_of(run) for run in waiting.only("uid")}, now=now)
    kept = BulkRun.objects.filter(expires_at__lte=now).exclude(title="")
    empty: dict[str, Any] = {"chosen": [], "made": [], "refused": []}
    return kept.update(title="", page="", back="", posted="", asked_with="", said="", **empty)
