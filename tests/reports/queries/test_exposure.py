"""Exposure in stored draws: whom it counts, what it expects, what it leaves out."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.replies import answer
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.models import Expert
from expertpool.reports.enums import ReportState
from expertpool.reports.exceptions import ReportRefused
from expertpool.reports.models import ExposureReport, ExposureRow
from expertpool.reports.queries.exposure import comparable, exposures_in, judge
from expertpool.reports.services.exposure import (
    compute_report,
    request_report,
    request_usual_reports,
)
from tests.factories.answers import record_answer
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert, make_unit

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
AFTER = NOW + timedelta(days=30)


def over(draw: Draw) -> Draw:
    """Its names are released."""
    release(draw_id=draw.pk, now=AFTER)
    draw.refresh_from_db()
    return draw


def test_equal_candidates_share_the_seats_of_their_class() -> None:
    senior = {"field": "title_level", "op": "eq", "value": 4}
    others = {"field": "title_level", "op": "eq", "value": 3}
    high = {make_expert(title_level=4).pk for _ in range(2)}
    low = {make_expert(title_level=3).pk for _ in range(4)}
    draw = over(make_draw(now=NOW, groups=[GroupInput("综合", 3, [senior, others])]))

    found = exposures_in([draw])

    assert found.keys() == high | low
    assert all(found[pk].chances == [1.0] and found[pk].drawn == 1 for pk in high)
    assert all(found[pk].chances == [0.25] for pk in low)
    assert sum(found[pk].drawn for pk in low) == 1
    judged, _ = judge(found)
    assert {judged[pk].residual for pk in high} == {None}
    assert sum(one.expected for one in judged.values()) == pytest.approx(3)


def test_a_standby_was_drawn_as_the_panel_was() -> None:
    people = {make_expert().pk for _ in range(4)}
    everybody: dict[str, object] = {"all": []}
    draw = over(make_draw(now=NOW, groups=[GroupInput("综合", 1, [everybody], 2)]))

    found = exposures_in([draw])

    assert found.keys() == people
    assert all(exposure.chances == [0.75] for exposure in found.values())
    assert sum(exposure.drawn for exposure in found.values()) == 3


def test_a_capped_unit_is_a_class_of_its_own() -> None:
    crowd = make_unit()
    together = {make_expert(employer=crowd).pk for _ in range(4)}
    alone = {make_expert(employer=make_unit()).pk for _ in range(4)}
    found = exposures_in([over(make_draw(now=NOW, seats=3, unit_cap=1))])
    assert sum(found[pk].drawn for pk in together) <= 1
    for members in (together, alone):
        seated = sum(found[pk].drawn for pk in members)
        assert all(sum(found[pk].chances) == pytest.approx(seated / 4) for pk in members)


def test_a_supplement_is_told_but_not_compared() -> None:
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, seats=1)
    first = Invitation.objects.get(draw=draw)
    answer(
        invitation=first,
        accept=False,
        reason="出差",
        via=ReplyVia.LINK,
        now=NOW,
        entropy=SeededEntropy(1),
    )
    second = Invitation.objects.get(draw=draw, line=2)
    found = exposures_in([over(draw)])
    mine, his = found[expert_id_of(first)], found[expert_id_of(second)]
    assert (mine.drawn, mine.supplemented, mine.declined) == (1, 0, 1)
    assert (his.drawn, his.supplemented, his.asked) == (0, 1, 1)
    assert mine.chances == his.chances == [pytest.approx(1 / 3)]


def test_sealed_names_are_left_alone() -> None:
    make_expert()
    draw = make_draw(now=NOW, seats=1)
    everything = Draw.objects.all()
    assert not comparable(everything, now=AFTER).exists()
    release(draw_id=draw.pk, now=draw.reveal_at)
    assert not comparable(everything, now=draw.project.opening_at - timedelta(minutes=1)).exists()
    assert comparable(everything, now=draw.project.opening_at).get() == draw


def test_who_is_drawn_each_time_is_striking() -> None:
    """One of ten, seven times in seven draws, where chance gives him 0.7."""
    for _ in range(10):
        make_expert()
    draws = [over(make_draw(now=NOW, opens_in_hours=24 * (n + 1), seats=1)) for n in range(7)]
    found = exposures_in(draws)
    favourite = min(found)
    for one in found.values():
        one.drawn = 0
    found[favourite].drawn = 7
    judged, _ = judge(found)
    assert [pk for pk, one in judged.items() if one.is_striking] == [favourite]
    assert judged[favourite].tail == pytest.approx(1e-7)
    assert judged[favourite].residual == pytest.approx(6.3 / 0.63**0.5)


@pytest.mark.shows("DRAW-03")
def test_a_report_holds_rates_and_experts(operator: User, supervisor: User) -> None:
    for _ in range(8):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2)
    first = Invitation.objects.get(draw=draw, line=1)
    record_answer(
        invitation=first,
        state=InvitationState.DECLINED,
        reason="电话答复",
        actor=operator,
        now=NOW,
        entropy=SeededEntropy(1),
    )
    asked = request_void(draw=draw, reason="条件有误", actor=operator, now=NOW)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=NOW)
    over(draw)
    sealed = make_draw(now=NOW, opens_in_hours=24 * 400, seats=1)

    day = timezone.localdate(NOW)
    report = request_report(start=day, end=day, actor=supervisor, now=AFTER)
    compute_report(report_id=report.pk, now=AFTER)

    report.refresh_from_db()
    figures = report.figures
    assert report.state == ReportState.DONE
    assert (figures["draws"], figures["void"], figures["compared"]) == (2, 1, 1)
    assert figures["touched"] == 1
    assert figures["manual_steps"] == {
        "draw.reply_request": 1,
        "draw.reply": 1,
        "draw.void_request": 1,
        "draw.void": 1,
    }
    assert figures["answers"]["declined"] == 1
    assert {number for number, _ in figures["guessable"]} == {draw.number}
    assert sealed.released_at is None  # how few there were is told with the names
    rows = ExposureRow.objects.filter(report=report)
    assert rows.count() == Expert.objects.count()
    assert sum(row.drawn for row in rows) == 2
    assert rows.get(expert=expert_id_of(first)).declined == 1
    entry = Entry.objects.get(action="report.exposure")
    assert entry.after == {"时段": "2026-11-24 至 2026-11-24", "打开的抽取": [draw.number]}
    assert entry.actor == supervisor

    compute_report(report_id=report.pk, now=AFTER)  # a job that runs twice
    assert Entry.objects.filter(action="report.exposure").count() == 1
    request_report(start=day, end=day, actor=None, now=AFTER)
    compute_report(report_id=report.pk, now=AFTER)
    assert ExposureReport.objects.count() == 1
    assert ExposureRow.objects.count() == Expert.objects.count()


def test_a_period_has_to_make_sense() -> None:
    today = timezone.localdate(NOW)
    for start, end in (
        (today, today - timedelta(days=1)),
        (today + timedelta(days=1), today + timedelta(days=2)),
        (today - timedelta(days=2000), today),
    ):
        with pytest.raises(ReportRefused):
            request_report(start=start, end=end, actor=None, now=NOW)


def test_each_month_asks_for_the_month_and_the_year() -> None:
    reports = request_usual_reports(now=timezone.make_aware(datetime(2026, 12, 1, 4, 13)))  # noqa: DTZ001
    assert [(row.start_date, row.end_date) for row in reports] == [
        (date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 1, 1), date(2026, 11, 30)),
    ]
    january = request_usual_reports(now=timezone.make_aware(datetime(2027, 2, 1)))  # noqa: DTZ001
    assert [(row.start_date, row.end_date) for row in january] == [
        (date(2027, 1, 1), date(2027, 1, 31))
    ]
