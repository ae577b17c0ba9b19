"""到场签到: the page of the place, with the code that experts confirm, and how many have come."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.documents import qr_data_uri
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.screens import opens_anew
from expertpool.core.views.reasons import reason_of
from expertpool.draws.exceptions import DrawError
from expertpool.draws.queries.draws import codes_for_draw, draws_visible_to
from expertpool.draws.queries.meetings import coming, words_of
from expertpool.draws.queries.presence import OPENS_PLACE, code_until, presence_of, sign_in_code
from expertpool.draws.services.presence import NOT_SO, allow_tries, note_place_opened

QR_TEXT = "签到码 {code}：请打开邀请短信或邮件里的个人链接，在页面上填写。"


@require_safe
@requires(*OPENS_PLACE)
def place(request: UserRequest, pk: int) -> HttpResponse:
    """The page for the screen at the place, for who runs the draw or supervises it there; asked for again every few
    seconds with ``?version=``."""
    draw = get_object_or_404(draws_visible_to(request.user), pk=pk)
    if not codes_for_draw(request.user, draw, OPENS_PLACE):
        raise Http404
    now = timezone.now()
    presence = presence_of(draw, now=now)
    if presence is None:
        messages.error(request, NOT_SO)
        return redirect("draws:detail", pk=pk)
    code = sign_in_code(draw, now=now) if presence.is_open(now) else ""
    version = f"{presence.version}-{code}-{draw.released_at is None}"
    asked = request.GET.get("version")
    if opens_anew(request, f"draws.place-{pk}"):
        note_place_opened(draw=draw, actor=request.user, now=now)
    if asked == version:
        return HttpResponse(status=204)
    context = {
        "draw": draw,
        "presence": presence,
        "code": code,
        "qr": qr_data_uri(QR_TEXT.format(code=code)) if code else "",
        "code_until": code_until(now),
        "version": version,
        "is_over": now >= presence.until,
        "words": words_of(coming(draw.covered, now=now, begun=True)),
    }
    template = "draws/place.html#place" if asked is not None else "draws/place.html"
    return render(request, template, context)


@require_POST
@requires("draws.run")
def tries(request: UserRequest, pk: int) -> HttpResponse:
    """Let whoever typed too many wrong codes try again."""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    reason, now = reason_of(request), timezone.now()
    try:
        count = allow_tries(draw=draw, reason=reason, actor=request.user, now=now)
    except DrawError as error:
        return refused(str(error))
    return saved(f"{count} 位专家可以重新填写签到码。", refresh="page")
