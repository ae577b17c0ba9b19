"""A file that is said to be a recording: as long as it says, at a rate that no recording has, or in pieces.

800 bytes at one sample a second cost eight seconds, ten megabytes would have been forty thousand million numbers; a rate of
none, or a part that is longer than the file, was answered by 500 (docs/decisions/0689).
"""

from __future__ import annotations

import random
import struct
import tracemalloc

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.core.sizes import MEGABYTE
from expertpool.siteconfig.queries.page import version_of
from expertpool.telephone.channels.sentences import GROUP, RECORDINGS
from expertpool.telephone.channels.speech import sound_of
from tests.fixtures import login

FORM = 16  # bytes of the part that says what the sound is like


def wav(*, rate: int = 8_000, samples: int = 200, form: int = FORM) -> bytes:
    sound = b"\x01\x02" * samples
    said = struct.pack("<HHIIHH", 1, 1, rate, 2 * rate % 2**32, 2, 16)
    whole = b"WAVEfmt " + struct.pack("<I", form) + said
    whole += b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


HOSTILE = {
    "no rate": wav(rate=0),
    "one a second": wav(rate=1),
    "a rate beyond all": wav(rate=2**31 - 1),
    "a part beyond its end": wav(form=65_535),
    "less than one sample of ours": wav(rate=384_000, samples=3),
}


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
@pytest.mark.shows("SYS-04")
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_no_recording_says_of_itself_is_refused(
    client: Client, admin: User, content: bytes
) -> None:
    login(client, admin)
    posted = {
        "version": str(version_of(GROUP)),
        "telephone-sentence_question": SimpleUploadedFile("a.wav", content),
    }
    answer = client.post(f"/settings/groups/{GROUP.code}/", posted)
    assert answer.status_code == 422
    assert "这不是可以使用的录音" in answer.content.decode()
    assert value_of(RECORDINGS["question"]) is None


def test_it_takes_no_more_than_it_has() -> None:
    """Asked of the size alone, the length is what the file says of itself."""
    content = wav(rate=1, samples=50_000)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="rate"):
            sound_of(content)
        assert tracemalloc.get_traced_memory()[1] < 2 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_nor_is_there_a_file_at_which_it_fails() -> None:
    chance, good = random.Random(3), 0
    for _ in range(5_000):
        content = bytearray(wav())
        for _ in range(chance.randrange(1, 5)):
            content[chance.randrange(48)] = chance.choice((0, 1, 128, 255, chance.randrange(256)))
        if chance.random() < 0.3:
            del content[chance.randrange(len(content)) :]
        try:
            sound_of(bytes(content))
            good += 1
        except ValueError:
            continue
    assert good
