"""Each draw in which an expert could have been drawn, once that may be told (EXP-28, docs/decisions/0211)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, RolePermission, User
from expertpool.audit.models import Entry
from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Draw, Invitation, SealBlock
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.experts.models import Expert
from expertpool.experts.services.merging import merge_experts
from expertpool.reports.models import CandidateList
from expertpool.reports.queries.candidacies import candidacies_of, summary_of
from expertpool.reports.queries.exposure import exposures_in
from expertpool.reports.services.exposure import list_candidates
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import give_account, make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
AFTER = NOW + timedelta(days=30)


def over(draw: Draw) -> Draw:
    release(draw_id=draw.pk, now=AFTER)
    draw.refresh_from_db()
    return draw


@pytest.mark.shows("EXP-28")
def test_the_totals_are_those_of_the_draws_and_of_the_exposure() -> None:
    experts = [make_expert(email=f"e{at}@example.cn") for at in range(4)]
    draws = [over(make_draw(now=NOW, seats=2)) for _ in range(2)]
    assert list_candidates(now=AFTER) == 2
    found = {one.pk: candidacies_of(one) for one in experts}
    assert sum(len(rows) for rows in found.values()) == sum(one.candidate_count for one in draws)
    for pk, told in exposures_in(draws).items():
        results = [one.result for one in found[pk]]
        assert len(results) == told.eligible
        assert results.count("首次抽中") == told.drawn
        assert results.count("补抽抽中") == told.supplemented
    drawn = [one.line for rows in found.values() for one in rows if one.line]
    assert {one.pk for one in drawn} == set(Invitation.objects.values_list("pk", flat=True))
    # Each hour again: nothing is listed, or logged, a second time.
    assert list_candidates(now=AFTER) == 0
    assert Entry.objects.filter(action="report.candidates").count() == 2


@pytest.mark.shows("EXP-28")
def test_nothing_is_told_before_names_are_public_and_the_review_begins() -> None:
    expert = make_expert()
    make_expert()
    draw = make_draw(now=NOW, seats=1)
    assert list_candidates(now=AFTER) == 0  # sealed
    # Written into the database that it is released.
    Draw.objects.filter(pk=draw.pk).update(released_at=NOW, reveal_at=NOW)
    assert list_candidates(now=AFTER) == 0
    assert candidacies_of(expert) == []
    assert summary_of([]) == ""
    early = make_draw(now=NOW, seats=1)
    opening = early.project.opening_at
    release(draw_id=early.pk, now=early.reveal_at + timedelta(minutes=1))
    # Who may still be asked after the release is nobody's to know.
    assert list_candidates(now=opening - timedelta(minutes=1)) == 0
    assert not CandidateList.objects.exists()


def test_a_supplement_and_a_merged_record_count_as_his(admin: User) -> None:
    for _ in range(2):
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
    second = Expert.objects.get(pk=expert_id_of(Invitation.objects.get(draw=draw, line=2)))
    over(draw)
    list_candidates(now=AFTER)
    assert summary_of(candidacies_of(second)) == "候选 1 次：补抽抽中 1 次"
    stays = make_expert()
    merge_experts(keep=stays, close=second, taken=(), reason="同一人", actor=admin, now=AFTER)
    assert summary_of(candidacies_of(stays)) == "候选 1 次：补抽抽中 1 次"


def test_one_that_was_altered_stops_no_other() -> None:
    for _ in range(2):
        make_expert()
    broken, whole = (over(make_draw(now=NOW, seats=1)) for _ in range(2))
    with connection.cursor() as cursor:  # as who owns the database can
        cursor.execute("SET LOCAL session_replication_role = replica")
        SealBlock.objects.filter(draw=broken).delete()
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert list_candidates(now=AFTER) == 1
    assert [one.draw for one in CandidateList.objects.all()] == [whole]


@pytest.mark.shows("EXP-28")
def test_the_panorama_and_his_own_page_say_the_same(client: Client, admin: User) -> None:
    owner = make_user("expert")
    experts = [make_expert() for _ in range(2)]
    draw = over(make_draw(now=NOW, seats=1))
    list_candidates(now=AFTER)
    line = Invitation.objects.get(draw=draw)
    lost = next(one for one in experts if one.pk != line.expert_id)
    give_account(lost, owner)
    url = reverse("experts:detail", args=[lost.pk]) + "?tab=candidacies"
    page = login(client, admin).get(url).content.decode()
    assert "候选 1 次：未抽中 1 次" in page
    assert draw.title in page
    # Whoever may not read names sees no such tab.
    role = Role.objects.create(code="reader", name="查档员")
    RolePermission.objects.create(role=role, code="experts.view", scope=Scope.ALL)
    page = login(client, make_user(roles=(role,))).get(url).content.decode()
    assert "候选 1 次" not in page
    page = login(client, owner).get(reverse("selfservice:candidacies")).content.decode()
    assert "候选 1 次：未抽中 1 次" in page
    assert draw.number in page
    # The project is named to who agreed to come.
    assert draw.title not in page
