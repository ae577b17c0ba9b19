"""A draw is voided after fees were entered by it: none of these goes out with those of the next panel."""

from __future__ import annotations

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.queries.panel import who_sat
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.fees.models import FeeLine
from expertpool.fees.queries.lines import fees_in
from expertpool.fees.services.lines import enter_fees, send_letters
from tests.factories.evaluations import drawn_anew
from tests.factories.fees import entry, make_fees, make_rate

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.mark.shows("PRJ-29")
def test_what_was_entered_by_a_void_draw_is_not_sent_with_the_next(
    operator: User, supervisor: User
) -> None:
    old = make_fees(operator, now=NOW)
    project, draw = old[0].project, old[0].invitation.draw
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=NOW)
    drawn_anew(project, operator)
    assert fees_in(project) == {}
    first, *_others = who_sat(project)
    entries = {first: entry(project)}
    # He sat by both draws: his one fee is of the second now.
    enter_fees(project=project, rate=make_rate(), entries=entries, actor=operator, now=NOW)
    sent = send_letters(project=project, actor=operator, now=NOW)
    assert [one.invitation_id for one in sent] == [first]
    stays = FeeLine.objects.exclude(pk=sent[0].pk).get()
    assert (stays.invitation.draw_id, stays.sent_at) == (draw.pk, None)
