"""A text is shown as this site would send it."""

from __future__ import annotations

import pytest

from expertpool.draws.occasions import INVITATION, MOVED_UP
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.queries.template_page import preview
from tests.factories.siteconfig import configure


@pytest.mark.django_db
@pytest.mark.shows("DRAW-20")
def test_the_preview_of_an_invitation_says_how_this_site_is_answered() -> None:
    """It said 回复 Y483100 where nobody can answer so."""

    def shown(way: str) -> tuple[str, str]:
        configure(sms.REPLIES, way)
        texts = (preview(one, one.default("sms")).text.body for one in (INVITATION, MOVED_UP))
        invited, moved = texts
        return invited, moved

    configure(sms.PROVIDER, sms.GATEWAY)
    for one in (sms.REPLY_TEXT, sms.REPLY_TO, sms.GATEWAY_EXTENSION):
        configure(one, one.code.rpartition("_")[2])
    invited, moved = shown(sms.BY_CODE)
    assert "回复 Y483100 参加、N483100 不参加，或点开链接" in invited
    assert "也可回复 Y483100 参加、N483100 不参加。" in moved
    invited, moved = shown(sms.BY_EXTENSION)
    assert "回复 Y 参加、N 不参加，或点开链接" in invited
    assert "也可回复 Y 参加" in moved
    for text in shown("none"):
        assert "回复 " not in text
