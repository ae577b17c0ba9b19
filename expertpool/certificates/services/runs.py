"""Many certificates at once: a job that is watched, and its PDF until it expires."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.certificates.enums import RunKind, RunState
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.models import Certificate, CertificateRun
from expertpool.certificates.models.run import FOLDER
from expertpool.certificates.queries.certificates import certificates_visible_to
from expertpool.certificates.services.issuing import Refused, issue_many, reissue_many
from expertpool.certificates.services.printing import (
    certificates_pdf,
    lacking_of,
    why_not_printed,
)
from expertpool.core import mandates
from expertpool.core.configuration import value_of
from expertpool.core.documents import Lacking
from expertpool.core.jobs import defer
from expertpool.core.settings import EXPORT_KEPT
from expertpool.core.waiting import remove_unnamed
from expertpool.experts.queries.experts import experts_visible_to

logger = logging.getLogger(__name__)
MOST = 2_000  # of one run: one PDF, which a printer still takes
AT_ONCE = 50  # of one transaction: how often the page hears of progress
PRINT = "certificates.issue"
OUT = "不在您可以办理的范围内。"


@transaction.atomic
def start_run(*, kind: str, keys: Sequence[int], actor: User, now: datetime) -> CertificateRun:
    """Queue ``kind`` for ``keys``: experts to issue to, or certificates to reissue or print.

    Refuses (CertificateRefused) none, and more than 2,000.
    """
    if not keys:
        raise CertificateRefused("没有选中任何一行，请先勾选。")
    if len(keys) > MOST:
        raise CertificateRefused(f"一次最多办理 {MOST:,} 份，请用筛选条件分批办理。")
    run = CertificateRun.objects.create(
        user=actor,
        kind=kind,
        chosen=list(keys),
        total=len(keys),
        created_at=now,
        # As long as other files that name people.
        expires_at=now + value_of(EXPORT_KEPT),
    )
    defer("certificates.work_off", lock=f"certificates-{run.pk}", run_id=run.pk)
    return run


def work_off(*, run_id: int, now: datetime) -> None:
    """Do what a run was started for, fifty at a time, and make its PDF; one that is over stays as it is.

    Of a run whose worker died, those that were done are not done again. What goes wrong is kept as its state
    and logged. One that nobody asked for does nothing (`core.mandates`).
    """
    run = CertificateRun.objects.select_related("user").get(pk=run_id)
    if run.is_over or run.expires_at <= now:
        return
    with transaction.atomic():
        if not mandates.stands(run, now=now):
            forged = CertificateRun.objects.filter(pk=run.pk)
            forged.update(state=RunState.FAILED, finished_at=now, error=mandates.FORGED)
            return
    _update(run, state=RunState.RUNNING)
    try:
        made = [one for part in _parts(run, now) for one in part]
        _finish(run, made, now)
    except Exception:
        logger.exception("run of certificates %s failed", run.pk)
        error = (
            "处理时出错，已签发的证书有效，请重新选择其余的再试；若再次失败，请联系管理员查看日志。"
        )
        _update(run, state=RunState.FAILED, finished_at=now, error=error)


def _parts(run: CertificateRun, now: datetime) -> Iterator[list[Certificate]]:
    """Do the run part by part; yield the certificates of each, with their experts."""
    if run.done:  # its worker died after so many
        yield list(_made_before(run))
    for start in range(run.done, run.total, AT_ONCE):
        keys = run.chosen[start : start + AT_ONCE]
        with mandates.unless_undone(run):
            made, refused = _do(run, keys, now)
            _update(
                run,
                done=start + len(keys),
                refused=[*run.refused, *refused],
                made=run.made + len(made),
            )
        yield made


def _do(
    run: CertificateRun, keys: Sequence[int], now: datetime
) -> tuple[list[Certificate], Refused]:
    actor, issues = run.user, run.kind == RunKind.ISSUE
    # The rights are those of now: between asking and doing they may have been taken.
    rows: QuerySet[Any] = (
        experts_visible_to(actor, PRINT) if issues else certificates_visible_to(actor, PRINT)
    )
    within = list(rows.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
    if issues:
        made, refused = issue_many(keys=within, actor=actor, now=now)
    elif run.kind == RunKind.REISSUE:
        made, refused = reissue_many(keys=within, actor=actor, now=now)
    else:
        made, refused = _printable(Certificate.objects.filter(pk__in=within))
    lack = len(keys) - len(within)
    # Without names: what is out of his reach he is not told.
    return made, [*refused, (f"另有 {lack} 项", OUT)] if lack else refused


def lacking_in_run(run: CertificateRun) -> list[Lacking]:
    """Return whose certificates of ``run`` have empty boxes on paper."""
    return lacking_of(_made_before(run))


def _made_before(run: CertificateRun) -> Iterable[Certificate]:
    """Return what came of those that are done."""
    keys = run.chosen[: run.done]
    if run.kind == RunKind.PRINT:
        return _printable(Certificate.objects.filter(pk__in=keys))[0]
    by = "expert__in" if run.kind == RunKind.ISSUE else "replaces__in"
    # By who and when: which came of this run, no column says.
    rows = Certificate.objects.filter(issued_by=run.user, issued_at__gte=run.created_at)
    return _with_experts(rows.filter(**{by: keys}))


def _printable(rows: QuerySet[Certificate]) -> tuple[list[Certificate], Refused]:
    made, refused = list[Certificate](), Refused()
    for one in _with_experts(rows):
        if why := why_not_printed(one):
            refused.append((str(one), why))
        else:
            made.append(one)
    return made, refused


def _with_experts(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    return rows.select_related("expert").order_by("number")


def _finish(run: CertificateRun, made: list[Certificate], now: datetime) -> None:
    content = certificates_pdf(made, at=now) if made else b""
    with mandates.unless_undone(run):
        if content:
            label = f"{run.get_kind_display()} {len(made)} 份"
            record("certificate.print", actor=run.user, now=now, note=label)
        _update(run, state=RunState.DONE, finished_at=now, made=len(made))
        if content:
            # Before the commit: whoever reads that it is done finds the file.
            run.file.write(content)


def _update(run: CertificateRun, **values: Any) -> None:
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=[*values, "proof"])


def own_runs(user: User, *, now: datetime) -> QuerySet[CertificateRun]:
    """Return the runs of ``user`` that have not expired, the latest first."""
    return CertificateRun.objects.filter(user=user, expires_at__gt=now)


def remove_expired_runs(*, now: datetime) -> int:
    """Empty the runs that have expired, and delete their files; return how many."""
    expired = CertificateRun.objects.filter(expires_at__lte=now).exclude(chosen=[])
    for run in expired:
        run.file.remove()
    removed = expired.update(chosen=[], refused=[])
    named = {run.file.name for run in CertificateRun.objects.filter(expires_at__gt=now)}
    remove_unnamed(FOLDER, named, now=now)
    return removed
