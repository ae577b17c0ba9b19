"""Letters of a draw are written as the office writes to experts of this kind of project."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from expertpool.draws.occasions import INVITATION
from expertpool.draws.queries.meetings import kind_of
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import Text
from expertpool.notifications.services.templates import save_template
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db


@pytest.mark.shows("DRAW-20", "DRAW-21")
@pytest.mark.parametrize("kind", ["货物", "工程"])
def test_the_invitation_is_that_of_the_kind(kind: str) -> None:
    now = timezone.now()
    admin = make_user("admin")
    make_expert()
    text = Text("", "货物验收，请答复： {{答复链接}}")
    save_template(
        occasion=INVITATION.code,
        channel="sms",
        kind="货物",
        text=text,
        actor=admin,
        now=now - timedelta(hours=1),
    )
    project = make_ready_project(now=now, seats=1, channels=("sms",))
    Project.objects.filter(pk=project.pk).update(kind=kind)
    project.refresh_from_db()
    start_draw(project=project, actor=make_user("operator"), now=now, entropy=SeededEntropy(1))
    (letter,) = Message.objects.filter(occasion=INVITATION.code, channel="sms")
    assert letter.body.startswith("货物验收") == (kind == "货物")


def test_projects_of_several_kinds_have_the_text_of_all() -> None:
    goods, works = Project(kind="货物"), Project(kind="工程")
    assert kind_of([goods, goods]) == "货物"
    assert kind_of([goods, works]) == ""
    assert kind_of([Project()]) == ""
