"""What was recorded of a call, for those who may read its message."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer, refused
from expertpool.telephone.exceptions import TapeAltered
from expertpool.telephone.queries import recorded_call
from expertpool.telephone.services.calls import hear, log_refusal


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
