"""What is said in each call, recorded by somebody of the office and uploaded with the settings."""

from __future__ import annotations

import io
import wave
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.configuration import value_of
from expertpool.core.health import CHECKS, Health, look
from expertpool.core.storing import KEPT_FOLDERS, store
from expertpool.siteconfig.queries.page import version_of
from expertpool.telephone.channels import sentences
from expertpool.telephone.channels.sentences import FOLDER, GROUP, RECORDINGS, Spoken
from expertpool.telephone.channels.speech import Speaker
from expertpool.telephone.queries import office_sentences
from expertpool.telephone.rules import SENTENCES
from expertpool.telephone.services.calls import remove_tapes
from expertpool.telephone.services.health import note_agent
from tests.factories.accounts import make_user
from tests.fixtures import login
from tests.telephone.loopback import LoopLine
from tests.telephone.test_agent import (  # noqa: F401 - fixtures
    letter,
    line_chosen,
    one_connection,
    pool,
    run,
    wav_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
QUESTION = RECORDINGS["question"]


def recorded(seconds: float, *, rate: int = 16_000) -> bytes:
    """A WAV file in stereo, as a program for recording writes it."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((2, 2, rate, 0, "NONE", ""))
        file.writeframes(b"\x00\x40\x00\x00" * int(seconds * rate))
    return out.getvalue()


def upload(client: Client, content: bytes, name: str = "question") -> HttpResponse:
    posted = {
        "version": str(version_of(GROUP)),
        f"telephone-sentence_{name}": SimpleUploadedFile("说明.wav", content),
    }
    return client.post(reverse("siteconfig:edit", args=[GROUP.code]), posted)  # type: ignore[return-value]


def test_every_sentence_can_be_recorded() -> None:
    assert RECORDINGS.keys() == SENTENCES.keys()
    assert all(SENTENCES[name] in one.help for name, one in RECORDINGS.items())


@pytest.mark.shows("OVW-08", "SYS-04")
def test_a_recording_is_uploaded_heard_and_said_in_calls(client: Client, admin: User) -> None:
    login(client, admin)
    assert upload(client, recorded(1.5), "thanks-yes").status_code == 204
    kept = value_of(RECORDINGS["thanks-yes"])
    assert kept is not None
    page = client.get(reverse("siteconfig:index"))
    own = reverse("telephone:sentence", args=["thanks-yes"])
    assert f'<audio src="{own}?v={kept.sha256[:8]}"' in page.content.decode()
    assert "录音，1.5 秒" in page.content.decode()
    assert "media-src 'self'" in page["Content-Security-Policy"]
    heard = client.get(own).content
    with wave.open(io.BytesIO(heard)) as file:
        assert file.getparams()[:4] == (1, 2, 8000, 12_000)
    assert Entry.objects.get(action="setting.change").after == {"已同意": "录音，1.5 秒"}
    # The others are spoken by the program.
    line = LoopLine()
    letter("13800138001")
    run(line, speaker=Spoke())
    assert bytes(line.legs[0].said).endswith(office_sentences()["thanks-yes"])
    assert Spoke.said == set(SENTENCES) - {"thanks-yes"}


class Spoke:
    """Notes what it was to speak."""

    said: set[str] = set()

    def sentence(self, name: str, words: str) -> bytes:
        self.said.add(name)
        return b"\x10\x20" * 400

    def text(self, words: str) -> bytes:
        return b"\x10\x20" * 400


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"ID3\x03" + bytes(4000), "WAV"),
        (wav_of(3, bytes(2400)), "16 位"),
        (wav_of(2, b""), "WAV"),
        (recorded(61, rate=8000), "最长 60 秒"),
    ],
)
def test_what_is_no_recording_is_refused_and_nothing_is_kept(
    client: Client, admin: User, content: bytes, why: str
) -> None:
    answer = upload(login(client, admin), content)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert value_of(QUESTION) is None
    assert not list(store.below(f"{FOLDER}/"))


def test_one_that_was_altered_or_lost_is_spoken_and_told(client: Client, admin: User) -> None:
    login(client, admin)
    upload(client, recorded(1))
    kept = value_of(QUESTION)
    assert kept is not None
    note_agent(now=timezone.now())
    assert office_sentences().keys() == {"question"}
    sentences._sound.cache_clear()  # as another process finds it
    store.replace(kept.name, wav_of(2, b"\x01\x00" * 800))
    assert office_sentences() == {}
    (found,) = look([CHECKS["voice_agent"]], now=timezone.now())
    assert (found.finding.state, "按键说明" in found.finding.sentence) == (Health.WARNING, True)
    assert (
        "重新上传" in client.get(reverse("telephone:sentence", args=["question"])).content.decode()
    )
    line = LoopLine()
    letter("13800138001")
    run(line, speaker=Speaker("cat /dev/null"))
    assert not line.legs  # by the program, which has nothing to say here


def test_what_is_set_is_kept_and_in_backups_and_what_is_not_goes(
    client: Client, admin: User
) -> None:
    login(client, admin)
    upload(client, recorded(1))
    kept, nobodys = value_of(QUESTION), Spoken.kept(b"\x01\x02" * 800)
    assert kept is not None
    later = timezone.now() + timedelta(days=2)
    assert remove_tapes(now=later) == 1
    assert (store.exists(kept.name), store.exists(nobodys.name)) == (True, False)
    folder = KEPT_FOLDERS["calls"]
    assert kept.name in set(folder.named(None)) & set(folder.named(later))
    assert (kept.name, True) in list(folder.newest(3))
    # The default is back: the history still has what was said.
    client.post(
        reverse("siteconfig:reset", args=[QUESTION.code]), {"version": version_of(QUESTION)}
    )
    assert value_of(QUESTION) is None
    assert remove_tapes(now=later) == 0


def test_who_keeps_no_settings_hears_none(client: Client) -> None:
    login(client, make_user("operator"))
    assert client.get(reverse("telephone:sentence", args=["question"])).status_code == 403


@pytest.mark.parametrize("name", ["question", "another"])
def test_what_nobody_recorded_is_not_found(client: Client, admin: User, name: str) -> None:
    login(client, admin)
    assert client.get(reverse("telephone:sentence", args=[name])).status_code == 404
