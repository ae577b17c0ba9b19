"""Draws whose pool somebody changes after the seal, at minutes after NOW."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.blocks import identities_of
from expertpool.draws.services.changed_pool import resume_changed
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import contribute, start_draw
from expertpool.draws.services.state import load_order
from expertpool.experts.models import Expert
from expertpool.experts.services.status import freeze_expert, unfreeze_expert
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import recipient_key
from tests.factories.draws import expert_id_of, make_ready_project

NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)
_seeds = count(900)


def sealed(operator: User, *, seats: int = 5) -> Draw:
    project = make_ready_project(
        now=NOW, seats=seats, contributors=["operator", "supervisor"], channels=("email",)
    )
    return start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(3))


def order(draw: Draw, operator: User, supervisor: User, minutes: int = 30) -> Draw:
    for role, actor in (("operator", operator), ("supervisor", supervisor)):
        contribute(
            draw=draw,
            role=role,
            value="六六大顺",
            actor=actor,
            now=NOW + minutes * MINUTE,
            entropy=SeededEntropy(next(_seeds)),
        )
    draw.refresh_from_db()
    return draw


def freeze(experts: Iterable[Expert], actor: User, minutes: int = 10) -> None:
    for expert in experts:
        expert.refresh_from_db()
        freeze_expert(expert=expert, reason="核查", actor=actor, now=NOW + minutes * MINUTE)


def unfreeze(experts: Iterable[Expert], actor: User, minutes: int = 40) -> None:
    for expert in experts:
        expert.refresh_from_db()
        unfreeze_expert(expert=expert, reason="核查完毕", actor=actor, now=NOW + minutes * MINUTE)


def go_on(draw: Draw, actor: User, minutes: int = 60) -> bool:
    return resume_changed(
        draw=draw,
        reason="已核对",
        actor=actor,
        now=NOW + minutes * MINUTE,
        entropy=SeededEntropy(next(_seeds)),
    )


def reply(row: Invitation, minutes: int, *, accept: bool) -> None:
    answer(
        invitation=row,
        accept=accept,
        reason="" if accept else "出差",
        via=ReplyVia.LINK,
        now=NOW + minutes * MINUTE,
        entropy=SeededEntropy(next(_seeds)),
    )


def sitting(draw: Draw) -> set[int]:
    rows = Invitation.objects.filter(draw=draw, state__in=("invited", "accepted"))
    return {expert_id_of(row) for row in rows}


def told(users: list[User], occasion: str = "draw.pool_changed") -> list[str]:
    found = Message.objects.filter(occasion=occasion)
    return [user.name for user in users if found.filter(recipient_key=recipient_key(user.username))]


def reasons(draw: Draw) -> list[tuple[str, str]]:
    return [
        (event["type"], event["reason_code"])
        for event in draw.events.order_by("n").values_list("content", flat=True)
        if event["type"] in ("exit", "skip", "note")
    ]


def drawn_of(draw: Draw) -> list[Expert]:
    """Whom the draw seats first, by the order that the seal and the values give."""
    sealed_order = load_order(draw)
    people = list(identities_of(draw, sealed_order.sealed.candidates))
    return [Expert.objects.get(pk=people[at].expert_id) for at in sealed_order.ranking]
