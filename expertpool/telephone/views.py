"""What was recorded of a call, for those who may read its message."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from expertpool.accounts.models import UserRequest
from expertpool.core.configuration import value_of
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer, refused
from expertpool.telephone.channels.sentences import RECORDINGS
from expertpool.telephone.exceptions import TapeAltered
from expertpool.telephone.queries import recorded_call
from expertpool.telephone.services.calls import hear, log_refusal

UNOPENED = "录音打不开：文件被改动过，或已丢失，现在由语音合成程序念。请重新上传。"


@requires("notifications.view")
@require_GET
def tape(request: UserRequest, uid: UUID, number: int) -> HttpResponseBase:
    call = recorded_call(request.user, uid, number)
    if call is None:
        log_refusal(uid=uid, number=number, actor=request.user, now=timezone.now())
        raise Http404
    try:
        content = hear(call=call, actor=request.user, now=timezone.now())
    except TapeAltered as altered:
        return refused(str(altered))
    name = f"通话录音 {call.began_at:%Y%m%d%H%M}.wav"
    return file_answer(content, name=name, content_type="audio/wav")


@requires("siteconfig.manage")
@require_GET
def sentence(_request: UserRequest, name: str) -> HttpResponseBase:
    """A sentence that somebody of the office has spoken, as the settings play it."""
    spoken = value_of(RECORDINGS[name]) if name in RECORDINGS else None
    if spoken is None:
        raise Http404
    try:
        content = spoken.content()
    except (OSError, ValueError):
        return refused(UNOPENED)
    return file_answer(content, name=f"{RECORDINGS[name].label}.wav", content_type="audio/wav")
