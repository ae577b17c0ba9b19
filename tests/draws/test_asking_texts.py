"""What an expert is told before he has answered."""

from __future__ import annotations

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.occasions import INVITATION, KEYED, LETTERS
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.settings import NAME_SPOKEN, OWN_NAME_SPOKEN
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import OCCASIONS, Text
from expertpool.notifications.services.templates import save_template
from expertpool.notifications.settings import ROUTE_WAIT
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

PROJECT = ("项目名称", "项目编号")


@pytest.mark.shows("DRAW-13", "DRAW-40")
@pytest.mark.parametrize("code", LETTERS)
def test_no_text_that_asks_names_the_project_as_it_comes(code: str) -> None:
    """Who says no, or another who picks up, would know what is reviewed: only an office that writes it in tells it."""
    occasion = OCCASIONS[code]
    for channel in occasion.channels:
        text = occasion.default(channel)
        for name in PROJECT:
            assert f"{{{{{name}}}}}" not in f"{text.subject}{text.body}", channel
    assert set(PROJECT) <= set(occasion.placeholders)


@pytest.mark.django_db
@pytest.mark.shows("DRAW-13", "DRAW-40")
@pytest.mark.parametrize(
    ("general", "own", "is_spoken"),
    [("no", "", False), ("yes", "", True), ("yes", "no", False), ("no", "yes", True)],
)
def test_a_call_names_the_project_only_where_its_regime_lets_it(
    admin: User, general: str, own: str, *, is_spoken: bool
) -> None:
    """Whatever an office has written into the text; what is read is not concerned."""
    now = timezone.now()
    configure(ROUTE_WAIT, 0)
    configure(voice.SERVER, "10.8.0.5")
    configure(voice.USER, "02788886666")
    configure(voice.TRUNK, voice.SIP)
    configure(NAME_SPOKEN, general)
    for channel, more in ((ChannelCode.VOICE, ""), (ChannelCode.SMS, "{{答复链接}}")):
        text = Text("", f"请参加{{{{项目名称}}}}{{{{项目编号}}}}的评审。{more}")
        save_template(occasion=INVITATION.code, channel=channel, text=text, actor=admin, now=now)
    make_expert()
    project = make_ready_project(now=now, seats=1, channels=("voice", "sms"))
    configure(OWN_NAME_SPOKEN[project.regime], own)
    start_draw(project=project, actor=project.created_by, now=now, entropy=SeededEntropy(1))
    call, letter = (Message.objects.get(channel=one) for one in ("voice", "sms"))
    named = f"请参加{project.name}{project.number}的评审。"
    assert letter.body.startswith(named)
    assert call.body == (named if is_spoken else "请参加一个项目（另行告知）的评审。")


def test_an_invitation_is_also_spoken() -> None:
    assert ChannelCode.VOICE in KEYED
    assert ChannelCode.VOICE in INVITATION.channels
