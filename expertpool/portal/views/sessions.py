"""By what one is signed in: ending one of them, or all but this one."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.models import SignedIn, UserRequest
from expertpool.accounts.services.sessions import end_other_sessions, end_session, key_of
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.portal.forms import OwnPasswordForm


@require_POST
def session_end(request: UserRequest, pk: int) -> HttpResponse:
    """End what one is signed in by elsewhere."""
    # One's own only: another's is told as one that has ended.
    row = SignedIn.objects.filter(pk=pk, user=request.user).select_related("user").first()
    if row is None:
        return refused("这个登录已经退出，请刷新后再看。")
    if row.session_id == key_of(request.session):
        return refused("这是您正在用的登录，请用右上角的「退出登录」。")
    end_session(row=row, actor=request.user, now=timezone.now())
    return saved("那个设备上的登录已退出。", refresh="page")


@sensitive_post_parameters("password")
def sessions_end_others(request: UserRequest) -> HttpResponse:
    """End all but this one (drawer)."""
    # Asked once more: who found a screen open must not lock its owner out elsewhere.
    form = OwnPasswordForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        end_other_sessions(
            user=request.user,
            kept=key_of(request.session),
            password=form.cleaned_data["password"],
            now=timezone.now(),
        )
        return "其他设备上的登录已全部退出。"

    return drawer_form(
        request,
        form,
        write,
        title="退出其他设备上的登录",
        refresh="page",
        refusals=AccountError,
        at="password",
        back=reverse("portal:account"),
        submit_label="全部退出",
        danger=True,
    )
