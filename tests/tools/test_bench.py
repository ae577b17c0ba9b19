"""Two processes draw at once and want the same experts; see `make bench-soak`."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.accounts.services.demo import ensure_demo_accounts
from expertpool.draws.models import Draw, Hold, Invitation
from expertpool.draws.settings import CANDIDATES_PER_SEAT, PANEL_BITS
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert, make_unit
from tests.factories.siteconfig import configure
from tools.bench import __main__ as bench
from tools.bench import run
from tools.bench.campaigns import measure_campaign
from tools.bench.reporting import Reporter
from tools.bench.soak import check_since, measure_soak


@pytest.mark.shows("DRAW-15")
@pytest.mark.django_db(transaction=True)
def test_two_processes_seat_nobody_twice_and_every_record_replays() -> None:
    ensure_demo_accounts(now=timezone.now())
    configure(CANDIDATES_PER_SEAT, 0)  # in the database, where the other processes read it
    configure(PANEL_BITS, 0)
    for years in (
        5,
        12,
        25,
    ) * 20:  # of fewer a draw that ends short would be a try (docs/decisions/0362)
        make_expert(practice_years=years, title_level=4, employer=make_unit())
    lines: list[str] = []
    checks = measure_soak(Reporter(lines.append), 60, minutes=5, workers=2, most=4)
    assert (checks.draws, checks.replayed, checks.twice) == (8, 8, 0)
    assert checks.seats > 8
    assert {json.loads(line)["bench"] for line in lines} >= {"soak", "soak_draw", "soak_checks"}


@pytest.mark.django_db
def test_reviews_are_measured_as_the_product_holds_them() -> None:
    """A few in place of hundreds: from the drawn panel to the pages, by services and addresses alone."""
    ensure_demo_accounts(now=timezone.now())
    configure(CANDIDATES_PER_SEAT, 0)
    configure(PANEL_BITS, 0)
    for _ in range(12):
        make_expert(employer=make_unit())
    lines: list[str] = []
    reporter = Reporter(lines.append)
    measure_campaign(reporter, 12, now=timezone.now(), items=(12, 3), experts=(5, 3))
    told = {one["bench"]: one for one in map(json.loads, lines)}
    assert told.keys() == {
        *("campaign_seal", "campaign", "campaign_page", "review_end"),
        *("review_result_page", "review_result_item", "review_result_excel"),
    }
    assert (told["campaign"]["aim_s"], told["review_result_page"]["aim_s"]) == (3, 1)
    assert (told["campaign"]["items"], told["review_end"]["indicators"]) == (12, 30)


def test_what_is_beyond_its_aim_is_told_and_ends_a_strict_run_as_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reporter = Reporter(lambda line: None)
    reporter.report("review_summary", [0.2, 0.9, 4], aim=1)
    assert reporter.missed == []
    reporter.report("fee_letters", [12.5], aim=10)
    reporter.report("unaimed", [99])
    assert reporter.missed == ["fee_letters 12.5 秒，应在 10 秒内"]
    monkeypatch.setattr(run, "measure_sizes", lambda *_, **__: reporter.missed)
    monkeypatch.setattr(bench, "database_running", nullcontext)
    monkeypatch.setattr(bench, "end_on_signals", lambda: None)
    monkeypatch.setattr(bench, "connect_as_owner", lambda: None)
    monkeypatch.setattr(sys, "argv", ["bench", "--sizes", "100", "--only", "letters"])
    bench.main()
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--strict"])
    with pytest.raises(SystemExit, match=r"超出目标：fee_letters 12\.5 秒"):
        bench.main()


@pytest.mark.django_db
def test_the_check_would_notice() -> None:
    """The control: without the constraint a second hold can be written, and is found."""
    for _ in range(3):
        make_expert()
    draw = make_draw(now=timezone.now(), seats=2)
    assert check_since(draw.pk - 1).twice == 0
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE draws_hold DROP CONSTRAINT draws_no_double_booking")
    first, second = Hold.objects.order_by("during", "invitation")[:2]
    Hold.objects.filter(pk=second.pk).update(holder=first.holder)
    assert check_since(draw.pk - 1).twice == 1
    Invitation.objects.filter(pk=first.invitation_id).update(state="declined")
    outcome = check_since(draw.pk - 1)
    assert (outcome.draws, outcome.replayed) == (Draw.objects.count(), 0)
