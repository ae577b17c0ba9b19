"""How much a supplement asks the database: nothing twice, and no more where more is avoided."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from expertpool.core.configuration.reading import read_once
from expertpool.draws.enums import Origin, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.blocks import identities_of
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.replies import answer
from expertpool.draws.services.state import load_order
from expertpool.projects.models import Avoidance
from tests.factories.draws import make_draw
from tests.factories.experts import go_away, make_expert, make_unit

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001

STATEMENTS = (
    47  # of a decline whose successor is seated and invited, with a link, on three channels
)
CAUSES = 9  # by whose doing they are away, as the log has it, by whom these sign in, whose records joined: of all
REVIEWS = 2  # in which sealed draws and how often he took part lately, whatever counts it
A_TURN = 4  # more for each whose turn came in vain: is he held, by which records, does he fit, was his leave filed


def drawn(*, avoided: int, **plan: Any) -> Draw:
    """A draw of two seats from a pool of eight, in a process that knows its order."""
    for _ in range(8):
        make_expert()
    draw = make_draw(now=NOW, seats=2, **plan)
    for at in range(avoided):
        unit = make_unit(f"回避单位{at}")
        Avoidance.objects.create(project=draw.project, subject="unit", unit=unit)
    load_order(draw)
    return draw


def decline(invitation: Invitation) -> None:
    answer(
        invitation=invitation,
        accept=False,
        reason="时间冲突",
        via=ReplyVia.LINK,
        now=NOW + timedelta(minutes=5),
        entropy=SeededEntropy(9),
    )


def send_away_the_next(draw: Draw, count: int) -> None:
    """Let those be away whose turn comes next after the two who sit."""
    order = load_order(draw)
    people = list(identities_of(draw, order.sealed.candidates))
    turns = [people[at].expert_id for at in order.ranking[2 : 2 + count]]
    go_away(*turns, now=NOW)


@pytest.mark.parametrize("avoided", [1, 3])
def test_a_supplement_asks_the_same_for_any_number_of_avoided_units(
    avoided: int, django_assert_num_queries: Any
) -> None:
    draw = drawn(avoided=avoided)
    invitation = draw.invitations.order_by("line")[0]
    with read_once(), django_assert_num_queries(STATEMENTS):
        decline(invitation)
    assert Invitation.objects.filter(draw=draw, origin=Origin.SUPPLEMENT).count() == 1


@pytest.mark.parametrize("periods", [0, 2])
def test_a_supplement_asks_once_how_often_somebody_took_part(
    periods: int, django_assert_num_queries: Any
) -> None:
    draw = drawn(avoided=1, frequency_cap=3)
    for at in range(periods):
        day = NOW.date() - timedelta(days=20 * at)
        Avoidance.objects.create(project=draw.project, subject="period", from_date=day, to_date=day)
    invitation = draw.invitations.order_by("line")[0]
    with read_once(), django_assert_num_queries(STATEMENTS + REVIEWS):
        decline(invitation)
    assert Invitation.objects.filter(draw=draw, origin=Origin.SUPPLEMENT).count() == 1


@pytest.mark.parametrize("skipped", [1, 3])
def test_a_turn_in_vain_asks_only_about_the_one_whose_turn_it_is(
    skipped: int, django_assert_num_queries: Any
) -> None:
    draw = drawn(avoided=1)
    send_away_the_next(draw, skipped)
    invitation = draw.invitations.order_by("line")[0]
    with read_once(), django_assert_num_queries(STATEMENTS + CAUSES + A_TURN * skipped):
        decline(invitation)
    assert draw.events.filter(content__type="skip").count() == skipped
