"""What an expert is told before he has answered."""

from __future__ import annotations

import pytest

from expertpool.draws.occasions import INVITATION, KEYED, LETTERS
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import OCCASIONS

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


def test_an_invitation_is_also_spoken() -> None:
    assert ChannelCode.VOICE in KEYED
    assert ChannelCode.VOICE in INVITATION.channels
