"""By what somebody is signed in, for the security administrators, who end it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.models import SignedIn, User, UserRequest
from expertpool.accounts.queries import is_told_later_of, sessions_of, users_visible_to
from expertpool.accounts.services.sessions import end_all_sessions, end_session
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.reasons import reason_of

ENDED = "已退出，并通知本人。"


@require_safe
@requires("accounts.security")
def user_sessions(request: UserRequest, pk: int) -> HttpResponse:
    """What somebody is signed in by (drawer); of experts nothing while names are sealed."""
    user = _user(request, pk)
    is_told_later = is_told_later_of(user)
    rows = [] if is_told_later else sessions_of(user, now=timezone.now())
    context = {"user_shown": user, "rows": rows, "is_told_later": is_told_later}
    return render(request, "accounts/user_sessions.html", context)


@require_POST
@requires("accounts.security")
def user_session_end(request: UserRequest, pk: int, session: int) -> HttpResponse:
    user = _user(request, pk)
    row = SignedIn.objects.filter(pk=session, user=user).select_related("user").first()
    # Of whom nothing is told, not that there is none either.
    if row is None or is_told_later_of(user):
        return refused("这个登录已经退出，或暂不能单独退出。请刷新后再看。")
    try:
        end_session(row=row, actor=request.user, now=timezone.now())
    except AccountError as error:
        return refused(str(error))
    return saved(ENDED)


@require_POST
@requires("accounts.security")
def user_sessions_end(request: UserRequest, pk: int) -> HttpResponse:
    try:
        end_all_sessions(
            user=_user(request, pk),
            reason=reason_of(request, most=200),
            actor=request.user,
            now=timezone.now(),
        )
    except AccountError as error:
        return refused(str(error))
    return saved(ENDED)


def _user(request: UserRequest, pk: int) -> User:
    return get_object_or_404(users_visible_to(request.user), pk=pk)
