"""Computing reports on exposure, listing who were candidates, and telling the head of the log's chain.

Both open the candidates of released draws, and say so in the log.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.audit.events import UnprovenFound
from expertpool.audit.queries import chain_head
from expertpool.audit.services import record
from expertpool.core.crypto import DecryptionError
from expertpool.core.jobs import defer
from expertpool.core.mandates import stands
from expertpool.draws.models import Draw
from expertpool.draws.queries.blocks import candidates_of, identities_of
from expertpool.draws.queries.identity import altered
from expertpool.draws.queries.reveal import is_released
from expertpool.experts.models import Expert
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.reports.enums import ReportState
from expertpool.reports.exceptions import ReportRefused
from expertpool.reports.models import (
    CandidateList,
    ExposureReport,
    ExposureRow,
    digest_of_rows,
)
from expertpool.reports.occasions import CHAIN_HEAD, UNPROVEN
from expertpool.reports.queries.exposure import (
    Judged,
    comparable,
    draws_between,
    exposures_in,
    figures_of,
    judge,
)
from expertpool.reports.queries.written import provable_lists

logger = logging.getLogger(__name__)
# Each draw of the period is opened with all its candidates.
LONGEST = timedelta(days=3 * 366)
CHUNK = 2000
AT_ONCE = 20  # draws that are held at a time


@transaction.atomic
def request_report(*, start: date, end: date, actor: User | None, now: datetime) -> ExposureReport:
    """Queue the report of a period, anew where there is one; the old figures stay until then.

    Refuses (ReportRefused) a period that has not begun, ends before it begins, or is longer than
    three years.
    """
    if start > end:
        raise ReportRefused("开始日期不能晚于结束日期。")
    if start > timezone.localdate(now):
        raise ReportRefused("这一时段还没有开始。")
    if end - start > LONGEST:
        raise ReportRefused("时段最长三年，请缩短后再统计。")
    asked: dict[str, Any] = {
        "state": ReportState.QUEUED,
        "requested_by": actor,
        "requested_at": now,
    }
    known = ExposureReport.objects.filter(start_date=start, end_date=end).first()
    if known and not known.is_whole:  # else writing it would vouch for what somebody wrote
        known.rows.all().delete()
        asked |= {"figures": {}, "computed_at": None, "rows_digest": digest_of_rows(known.pk)}
    report, _ = ExposureReport.objects.update_or_create(
        start_date=start, end_date=end, defaults=asked
    )
    defer("reports.compute_exposure", lock=f"exposure-{report.pk}", report_id=report.pk)
    return report


def request_usual_reports(*, now: datetime) -> list[ExposureReport]:
    """Queue what the monthly job computes: the month that is over, and the year up to its end."""
    last = timezone.localdate(now).replace(day=1) - timedelta(days=1)
    # In January both are the same.
    starts = dict.fromkeys((last.replace(day=1), last.replace(month=1, day=1)))
    return [request_report(start=start, end=last, actor=None, now=now) for start in starts]


def compute_report(*, report_id: int, now: datetime) -> None:
    """Compute a queued report and replace what it held; one that is done stays as it is.

    What goes wrong is kept as its state and logged: asking again is up to the user.
    """
    report = ExposureReport.objects.select_related("requested_by").get(pk=report_id)
    # Run twice, the second finds it done.
    if report.state != ReportState.QUEUED:
        return
    try:
        _compute(report, now)
    except Exception:
        logger.exception("exposure report %s failed", report.pk)
        ExposureReport.objects.filter(pk=report.pk).update(state=ReportState.FAILED)


# Whoever reads meanwhile sees the old rows, until the new ones are all there.
@transaction.atomic
def _compute(report: ExposureReport, now: datetime) -> None:
    draws = draws_between(report.start_date, report.end_date)
    found = comparable(draws, now=now).select_related("project")
    released = list(found.prefetch_related("projects"))
    judged, chi_square = judge(exposures_in(released))
    report.figures = figures_of(draws, judged, chi_square, compared=len(released)).as_json()
    report.state, report.computed_at = ReportState.DONE, now
    known = set(Expert.objects.filter(pk__in=judged).values_list("pk", flat=True))
    ExposureRow.objects.filter(report=report).delete()
    ExposureRow.objects.bulk_create(
        (_row(report, pk, one) for pk, one in judged.items() if pk in known), batch_size=CHUNK
    )
    report.rows_digest = digest_of_rows(report.pk)
    report.save(update_fields=["figures", "state", "computed_at", "rows_digest"])
    # The proof is of the figures as the database writes them: it knows no -0.0, and 1e16 as a whole number.
    report.refresh_from_db(fields=["figures"])
    report.save(update_fields=["proof"])
    record(
        "report.exposure",
        actor=report.requested_by,
        now=now,
        subject=report,
        after={"时段": str(report), "打开的抽取": [draw.number for draw in released]},
    )


def _row(report: ExposureReport, expert_id: int, one: Judged) -> ExposureRow:
    exposure = one.exposure
    return ExposureRow(
        report=report,
        expert_id=expert_id,
        eligible=exposure.eligible,
        drawn=exposure.drawn,
        supplemented=exposure.supplemented,
        expected=one.expected,
        residual=one.residual,
        tail=one.tail,
        is_striking=one.is_striking,
        asked=exposure.asked,
        accepted=exposure.accepted,
        declined=exposure.declined,
        no_answer=exposure.no_answer,
    )


def list_candidates(*, now: datetime) -> int:
    """Keep who were the candidates of each draw of which that may be told (`comparable`) and is not kept yet;
    return of how many draws. A draw that cannot be opened is logged, and stops no other."""
    listed = CandidateList.objects.values("draw")
    draws = comparable(Draw.objects.exclude(pk__in=listed), now=now)
    count = 0
    for draw in draws.order_by("pk").iterator(chunk_size=AT_ONCE):
        try:
            count += _list(draw, now)
        except (DecryptionError, vdraw.EngineError):
            logger.exception("candidates of %s cannot be listed", draw.number)
    return count


@transaction.atomic
def forget_forged_lists(*, now: datetime) -> int:
    """Take away lists that this system did not write, so that `list_candidates` makes them anew; log and announce it
    (ForgedFound). Each hour a 24th of them is looked at. Return how many were taken away."""
    lists = provable_lists().alias(turn=F("pk") % 24).filter(turn=timezone.localtime(now).hour)
    forged = [one for one in lists.iterator(2000) if not stands(one, now=now)]
    for one in forged:
        one.delete()
    return len(forged)


@transaction.atomic
def _list(draw: Draw, now: datetime) -> bool:
    # Nothing of a draw whose release was written into the database.
    if not is_released(draw):
        return False
    candidates = candidates_of(draw)
    if len(candidates) != draw.candidate_count:
        raise altered(draw)  # of one whose blocks were taken out it would tell too little
    experts = sorted({one.expert_id for one in identities_of(draw, candidates)})
    _, is_new = CandidateList.objects.get_or_create(
        draw=draw, defaults={"experts": experts, "listed_at": now}
    )
    if is_new:
        record("report.candidates", actor=None, now=now, subject=draw, after={"候选": len(experts)})
    return is_new


def tell_chain_head(*, now: datetime) -> None:
    """Send the head of the log's chain to whoever may read the log, once a day: kept outside the
    system, it tells of any change to what was written before."""
    head, today = chain_head(), timezone.localdate(now)
    if not head.number:  # of an empty log there is nothing to keep
        return
    _tell_readers(
        CHAIN_HEAD,
        f"chain-head:{today}",
        {
            "时间": f"{timezone.localtime(now):%Y-%m-%d %H:%M}",
            "条数": f"{head.number:,}",
            "链头": f"{head.number}:{head.hash}",
        },
        now,
    )


def tell_unproven(event: UnprovenFound) -> None:
    """Tell whoever may read the log that it has entries which this system did not write."""
    places = "、".join(map(str, event.first))
    values = {
        "时间": f"{timezone.localtime(event.at):%Y-%m-%d %H:%M}",
        "条数": f"{event.count:,}",
        "序号": f"{places} 等" if event.count > len(event.first) else places,
    }
    _tell_readers(UNPROVEN, f"unproven:{event.first[0]}", values, event.at)


def _tell_readers(occasion: Occasion, key: str, values: dict[str, str], now: datetime) -> None:
    envelopes = [
        Envelope(
            recipient=Recipient(account=user.username, name=user.name, email=user.email),
            context={"收件人": user.name, **values},
            about=user,
            key=f"{key}:{user.pk}",
        )
        for user in users_with_permission("audit.view")
    ]
    channels = (ChannelCode.EMAIL, ChannelCode.SITE)
    send_messages(occasion=occasion.code, envelopes=envelopes, channels=channels, now=now)
