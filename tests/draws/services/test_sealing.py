"""Sealing, contributing and ordering: what is frozen, who may do it, what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.exceptions import ContributionRefused, DrawInProgress, DrawNotReady
from expertpool.draws.models import Draw, DrawEvent, Invitation, SealBlock
from expertpool.draws.queries.given import given_values
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import abandon_draw, contribute, start_draw
from expertpool.draws.services.state import load_sealed, load_state
from expertpool.experts.models import Expert
from expertpool.projects.enums import DrawState, ProjectStatus
from tests.factories.accounts import change
from tests.factories.draws import expert_id_of, make_draw, make_plan, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture
def pool() -> list[Expert]:
    return [make_expert() for _ in range(6)]


@pytest.mark.shows("DRAW-03", "DRAW-11", "DRAW-31")
def test_draw_without_contributors_seals_orders_and_invites_at_once(pool: list[Expert]) -> None:
    draw = make_draw(now=NOW, seats=3)

    assert draw.status == DrawStatus.INVITING
    assert draw.project.draw_state == DrawState.DRAWING
    assert draw.candidate_count == 6
    invitations = list(Invitation.objects.filter(draw=draw))
    assert [row.state for row in invitations] == [InvitationState.INVITED] * 3
    assert len({expert_id_of(row) for row in invitations}) == 3
    assert {expert_id_of(row) for row in invitations} <= {expert.pk for expert in pool}


def test_who_is_seated_comes_first_in_the_order_that_the_seal_gives(pool: list[Expert]) -> None:
    draw = make_draw(now=NOW, seats=3)
    state = load_state(draw)
    ranked = [candidate.commit for candidate in state.order.candidates]
    lines = Invitation.objects.filter(draw=draw).order_by("line")
    assert list(lines.values_list("commit", flat=True)) == ranked[:3]


def test_same_pool_and_entropy_give_the_same_experts(pool: list[Expert]) -> None:
    with transaction.atomic():
        first = [expert_id_of(row) for row in make_draw(now=NOW, seed=7).invitations.all()]
        transaction.set_rollback(True)
    with transaction.atomic():
        again = {expert_id_of(row) for row in make_draw(now=NOW, seed=8).invitations.all()}
        transaction.set_rollback(True)
    assert len(set(first)) == 3
    assert len(again) == 3


def test_contributors_give_their_values_before_the_order_exists(
    pool: list[Expert], operator: User, supervisor: User
) -> None:
    project = make_ready_project(now=NOW, contributors=("operator", "supervisor"))
    draw = start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))
    assert draw.status == DrawStatus.SEALED
    assert not Invitation.objects.exists()

    contribute(
        draw=draw,
        role="operator",
        value="三七二十一",
        actor=operator,
        now=NOW,
        entropy=SeededEntropy(2),
    )
    assert not Invitation.objects.exists()
    draw = contribute(
        draw=draw,
        role="supervisor",
        value="6 4 2",
        actor=supervisor,
        now=NOW,
        entropy=SeededEntropy(3),
    )

    assert draw.status == DrawStatus.INVITING
    assert [item["role"] for item in draw.reveals] == ["system", "operator", "supervisor"]
    assert bytes.fromhex(draw.reveals[1]["value"]).decode() == "三七二十一"
    with pytest.raises(DrawNotReady, match="尚未结束"):
        build_record(draw)


def test_one_person_cannot_contribute_twice_or_for_another_role(
    pool: list[Expert], operator: User
) -> None:
    project = make_ready_project(now=NOW, contributors=("operator", "supervisor"))
    draw = start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))
    contribute(
        draw=draw, role="operator", value="1", actor=operator, now=NOW, entropy=SeededEntropy(1)
    )
    for role, message in [("operator", "已经提供过"), ("supervisor", "没有以监督人身份")]:
        with pytest.raises(ContributionRefused, match=message):
            contribute(
                draw=draw, role=role, value="2", actor=operator, now=NOW, entropy=SeededEntropy(1)
            )


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        ("", "请填写随机值"),
        ("   ", "请填写随机值"),
        ("\u3000 \u200b", "请填写随机值"),
        ("\u200b", "请填写随机值"),
        ("\u2800", "请填写随机值"),
        ("六\u200b", "随机值含有看不见的控制字符"),
    ],
)
def test_a_contribution_that_nobody_can_see_is_refused(
    pool: list[Expert], operator: User, value: str, refusal: str
) -> None:
    project = make_ready_project(now=NOW, contributors=("operator",))
    draw = start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))
    with pytest.raises(ContributionRefused, match=refusal):
        contribute(
            draw=draw,
            role="operator",
            value=value,
            actor=operator,
            now=NOW,
            entropy=SeededEntropy(1),
        )
    assert not given_values(draw)  # his own can still be given


@pytest.mark.shows("PRJ-01")
@pytest.mark.parametrize(
    "status", [ProjectStatus.DRAFT, ProjectStatus.PENDING, ProjectStatus.REJECTED]
)
def test_unapproved_project_is_not_drawn(pool: list[Expert], operator: User, status: str) -> None:
    project = make_project(status, now=NOW, opening_at=NOW + timedelta(days=3))
    make_plan(project, now=NOW)
    with pytest.raises(DrawNotReady, match="尚未审核通过"):
        start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))


def test_project_with_a_valid_draw_is_not_drawn_again(pool: list[Expert], operator: User) -> None:
    draw = make_draw(now=NOW)
    with pytest.raises(DrawInProgress, match="已有有效的抽取"):
        start_draw(project=draw.project, actor=operator, now=NOW, entropy=SeededEntropy(2))
    with pytest.raises(DrawInProgress):
        make_plan(draw.project, now=NOW)


def test_abandoned_draw_stays_readable_and_frees_the_project(
    pool: list[Expert], operator: User
) -> None:
    project = make_ready_project(now=NOW, contributors=("operator",))
    first = start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))
    with pytest.raises(DrawNotReady, match="原因"):
        abandon_draw(draw=first, reason=" ", actor=operator, now=NOW)
    abandon_draw(draw=first, reason="条件填错", actor=operator, now=NOW)
    project.refresh_from_db()
    assert project.draw_state == DrawState.NOT_DRAWN
    second = start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))
    assert second.number != first.number
    assert Draw.objects.get(pk=first.pk).status == DrawStatus.ABANDONED


@pytest.mark.shows("DRAW-11")
@pytest.mark.parametrize(
    "change",
    [
        lambda draw: Draw.objects.filter(pk=draw.pk).update(rule_content={}),
        lambda draw: Draw.objects.filter(pk=draw.pk).update(seed="0" * 64),
        lambda draw: Draw.objects.filter(pk=draw.pk).update(candidate_count=1),
        lambda draw: SealBlock.objects.filter(draw=draw).update(commits=b"\1" * 192),
        lambda draw: SealBlock.objects.filter(draw=draw).update(fittings=b""),
        lambda draw: SealBlock.objects.filter(draw=draw).delete(),
        lambda draw: Invitation.objects.filter(draw=draw, line=1).update(commit="ab" * 32),
        lambda draw: Invitation.objects.filter(draw=draw, line=3).delete(),
        lambda draw: DrawEvent.objects.filter(draw=draw).update(n=9),
        lambda draw: DrawEvent.objects.filter(draw=draw).delete(),
    ],
)
def test_database_refuses_every_change_of_what_was_sealed(
    pool: list[Expert], change: object
) -> None:
    draw = make_draw(now=NOW)
    with pytest.raises(DatabaseError, match=r"never change|refused"), transaction.atomic():
        change(draw)  # type: ignore[operator]
    assert load_sealed(draw).seal == draw.seal


@pytest.mark.shows("DRAW-11")
def test_draw_over_an_empty_pool_is_stored_as_unsatisfied(operator: User) -> None:
    draw = make_draw(now=NOW, seats=2)
    assert draw.status == DrawStatus.UNSATISFIED
    draw.project.refresh_from_db()
    assert draw.project.draw_state == DrawState.UNSATISFIED
    assert DrawEvent.objects.filter(draw=draw).last().content["lacking"] == {"g1": 2}
    assert vdraw.find_difference(build_record(draw)) is None


def test_nobody_reads_from_the_database_who_was_drawn(pool: list[Expert]) -> None:
    draw = make_draw(now=NOW)
    for invitation in Invitation.objects.filter(draw=draw):
        assert invitation.expert_id is None
    numbers = {expert.number for expert in pool}
    text = str(list(DrawEvent.objects.values_list("content", flat=True))) + str(draw.rule)
    assert not any(number in text for number in numbers)
    for invitation in Invitation.objects.filter(draw=draw).select_related("draw"):
        answer(
            invitation=invitation,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=NOW,
            entropy=SeededEntropy(1),
        )
    draw.refresh_from_db()
    assert build_record(draw)["openings"] == []


def test_a_value_is_given_only_for_draws_of_ones_own_scope(
    pool: list[Expert], operator: User, supervisor: User
) -> None:
    """A supervisor who sees all draws, but gives values for those of his department alone."""
    project = make_ready_project(now=NOW, contributors=("supervisor",))
    draw = start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))
    change(
        supervisor.roles.get().permissions.filter(code="draws.confirm_steps"), scope="department"
    )

    def give() -> Draw:
        return contribute(
            draw=draw,
            role="supervisor",
            value="骰子 3",
            actor=User.objects.get(pk=supervisor.pk),
            now=NOW,
            entropy=SeededEntropy(2),
        )

    with pytest.raises(ContributionRefused, match="没有以监督人身份"):
        give()
    supervisor.department = project.department
    supervisor.save()
    assert give().status == "inviting"
