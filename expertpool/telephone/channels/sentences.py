"""The sentences that are the same in each call, spoken by somebody of the office: each a setting whose value is a file of the
store, under the hash of what it holds."""

from __future__ import annotations

import hashlib
import io
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse

from expertpool.core.configuration import Setting, SettingGroup
from expertpool.core.configuration.kinds import Kind
from expertpool.core.sizes import MEGABYTE
from expertpool.core.storing import store
from expertpool.telephone.channels.line import RATE, SECOND
from expertpool.telephone.channels.speech import sound_of
from expertpool.telephone.rules import SENTENCES

FOLDER = "calls/sentences"  # of the store, beside what is recorded
LARGEST = 10 * MEGABYTE
LONGEST = 60  # seconds
REFUSED = "这不是可以使用的录音：请另存为 16 位的 WAV 文件（采样率 4 至 384 千赫，最长 60 秒；MP3 改名的不行）。"
UNSPOKEN = "未录，由语音合成程序念"


@dataclass(frozen=True)
class Spoken:
    """A sentence that was recorded; ``sha256`` is of the file as it is kept, and its name there."""

    sha256: str
    seconds: float

    @property
    def name(self) -> str:
        return f"{FOLDER}/{self.sha256}.wav"

    @classmethod
    def kept(cls, sound: bytes) -> Spoken:
        """Keep ``sound`` (as `speech.sound_of` makes it) as a WAV file; what no setting comes to name goes with old tapes."""
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(sound)
        content = out.getvalue()
        spoken = cls(hashlib.sha256(content).hexdigest(), round(len(sound) / SECOND, 1))
        if not store.exists(spoken.name):
            store.save(spoken.name, ContentFile(content))
        return spoken

    def content(self) -> bytes:
        """Return the WAV file; raises OSError where it is gone, ValueError where it is not what was kept."""
        with store.open(self.name) as file:
            content: bytes = file.read()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise ValueError("another file")
        return content


@dataclass(frozen=True)
class Recorded(Kind[Spoken | None]):
    """The recording of the sentence ``name``; none by default."""

    name: str
    needs_typing = True

    def field(self) -> forms.Field:
        return _SoundField()

    def dump(self, value: Spoken | None) -> Any:
        return value and {"sha256": value.sha256, "seconds": value.seconds}

    def load(self, stored: Any) -> Spoken | None:
        if stored is None:
            return None
        if not isinstance(stored, dict) or stored.keys() != {"sha256", "seconds"}:
            raise ValueError(stored)
        bytes.fromhex(stored["sha256"])  # becomes a name of the store
        return Spoken(stored["sha256"], float(stored["seconds"]))

    def words(self, value: Spoken | None) -> str:
        return f"录音，{value.seconds:g} 秒" if value else UNSPOKEN

    def heard_at(self, value: Spoken | None) -> str:
        if value is None:
            return ""
        return f"{reverse('telephone:sentence', args=[self.name])}?v={value.sha256[:8]}"


class _SoundField(forms.FileField):
    """Cleans to the recording that is kept, or to nothing."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.FileInput(attrs={"accept": ".wav,audio/wav"}))

    def clean(self, value: Any, initial: Any = None) -> Any:
        upload = super().clean(value, None)
        if not upload:
            return None
        if upload.size > LARGEST:
            raise ValidationError("录音太大：最大 10 MB。")
        try:
            sound = sound_of(upload.read())
        except ValueError as error:
            raise ValidationError(REFUSED) from error
        if len(sound) > LONGEST * SECOND:
            raise ValidationError(f"录音太长：最长 {LONGEST} 秒。")
        return Spoken.kept(sound)


GROUP = SettingGroup(
    "voice_sentences",
    "电话录音语句",
    order=27,
    note="电话里固定的几句话，可以请人录音后上传（WAV，16 位），没有上传的由语音合成程序念；每通电话的内容（姓名、时间、地点）"
    "总由语音合成程序念，最好是同一个人的声音。改回语音合成的，恢复默认",
    saved="以后拨出的电话按新的录音",
)
RECORDINGS: dict[str, Setting[Spoken | None]] = {
    name: Setting(
        f"telephone.sentence_{name}",
        label,
        Recorded(name),
        None,
        group=GROUP,
        order=10 * at,
        help=f"说的是：“{SENTENCES[name]}”",
    )
    for at, (name, label) in enumerate(
        {
            "recorded": "告知录音",
            "question": "按键说明",
            "sure-yes": "确认同意",
            "sure-no": "确认不参加",
            "thanks-yes": "已同意",
            "thanks-no": "已不参加",
            "goodbye": "没有按键",
            "closing": "结束语（不用答复的通知）",
        }.items(),
        1,
    )
}


def spoken_by_office(
    values: Iterable[tuple[str, Spoken | None]],
) -> tuple[dict[str, bytes], list[str]]:
    """Return the sound of the sentences that somebody has recorded, by name; and which do not open any more."""
    found, broken = {}, []
    for name, spoken in values:
        if spoken is None:
            continue
        try:
            found[name] = _sound(spoken)
        except (OSError, ValueError):
            broken.append(name)
    return found, broken


@lru_cache(maxsize=2 * len(SENTENCES))
def _sound(spoken: Spoken) -> bytes:
    return sound_of(spoken.content())
