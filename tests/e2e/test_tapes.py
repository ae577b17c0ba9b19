"""What was recorded of a call is heard where its notice is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message
from expertpool.telephone.channels.line import SECOND
from expertpool.telephone.channels.tape import Tape
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import drawer, play, sign_in
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.telephone import make_call

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("PRJ-17")
@pytest.mark.parametrize("where", ["project", "records", "evidence"])
def test_a_recording_is_played_where_its_notice_is_read(
    open_browser: OpenBrowser, tmp_path: Path, settings: Settings, where: str
) -> None:
    """In the tab of a project the policy of its page kept the browser from it."""
    settings.MEDIA_ROOT = tmp_path
    now = timezone.now()
    project = make_ready_project(now=now, seats=1, channels=("sms",))
    message = Message.objects.create(
        key="told:voice",
        occasion="draw.confirmed",
        channel=ChannelCode.VOICE,
        recipient="王工",
        address="13800138001",
        body="您好",
        state=DeliveryState.DELIVERED,
        attempts=1,
        created_at=now,
        due_at=now,
        sent_at=now,
        about_type="projects.project",
        about_id=str(project.pk),
    )
    tape = Tape()
    tape.ours(b"\x10\x20" * SECOND, 0.0)
    make_call(message, tape=tape.wav())
    desk = open_browser()
    sign_in(desk, project.created_by)
    pages = {
        "project": reverse("projects:detail", args=[project.pk]) + "?tab=notices",
        "records": reverse("notifications:records"),
        "evidence": reverse("projects:detail", args=[project.pk]) + "?tab=evidence",
    }
    desk.open(pages[where])
    if where == "evidence":
        audio = desk.page.get_by_label("王工的通话录音")
    else:
        desk.press("查看")
        audio = drawer(desk).get_by_label("通话录音")
    assert round(play(audio)) == 2


@pytest.mark.shows("OVW-08", "SYS-04")
def test_a_recorded_sentence_is_uploaded_and_played_with_the_settings(
    open_browser: OpenBrowser, tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = tmp_path
    desk = open_browser()
    sign_in(desk, make_user("admin"))
    desk.open(reverse("siteconfig:index") + "?q=按键说明")
    desk.press("修改“按键说明”")
    tape = Tape()
    tape.ours(b"\x10\x20" * 3 * SECOND, 0.0)
    files = {"name": "按键说明.wav", "mimeType": "audio/wav", "buffer": tape.wav()}
    drawer(desk).get_by_label("按键说明").set_input_files(files)
    desk.press("保存")
    audio = desk.page.get_by_label("播放录音")
    assert round(play(audio)) == 6
