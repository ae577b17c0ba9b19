"""The tokens of other platforms."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.forms.tokens import TokenForm, scope_choices
from expertpool.accounts.models import ApiToken, UserRequest
from expertpool.accounts.queries import own_tokens, tokens_visible_to
from expertpool.accounts.registry import TOKEN_PAGES
from expertpool.accounts.services.login import check_own_password
from expertpool.accounts.services.tokens import confirm_token, create_token, revoke_token
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import ListTab, listing, render_list

SORTS = {"created": "created_at", "expires": "expires_at", "used": "last_used_at"}


@requires("accounts.tokens")
def token_list(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    valid = Q(revoked_at__isnull=True, expires_at__gt=now)
    shown = listing(
        request,
        tokens_visible_to(request.user),
        sorts=SORTS,
        default_sort="-created",
        tabs=(ListTab("", "有效", valid), ListTab("ended", "已失效", ~valid)),
    )
    return render_list(request, "accounts/token_list.html", shown.context | {"now": now})


@sensitive_post_parameters("password")
@requires("accounts.tokens")
def token_create(request: UserRequest) -> HttpResponse:
    form = TokenForm(request.POST or None, actor=request.user)

    def write() -> HttpResponse:
        now = timezone.now()
        # Asked once more: who found a screen open must not take along what acts for its owner for months.
        try:
            check_own_password(request.user, form.cleaned_data["password"], now=now)
        except AccountError as error:
            raise ValidationError({"password": str(error)}) from error
        token, text = create_token(**form.data_for_service(), actor=request.user, now=now)
        return _show_once(request, token, text)

    return drawer_form(
        request,
        form,
        write,
        title="新增接口令牌",
        submit_label="创建并显示令牌",
        refusals=AccountError,
    )


@requires("accounts.tokens")
def token_detail(request: UserRequest, pk: int) -> HttpResponse:
    token = _token(request, pk)
    labels = dict(scope_choices())
    context = {"token": token, "scopes": [labels.get(code, code) for code in token.scopes]}
    return render(request, "accounts/token_detail.html", context)


@require_POST
@requires("accounts.tokens")
def token_revoke(request: UserRequest, pk: int) -> HttpResponse:
    revoke_token(token=_token(request, pk), actor=request.user, now=timezone.now())
    return saved("令牌已收回，立即失效。")


@require_POST
def token_confirm(request: UserRequest, pk: int) -> HttpResponse:
    """Let a token act for oneself that somebody else made."""
    now = timezone.now()
    token = get_object_or_404(own_tokens(request.user, now=now), pk=pk)
    try:
        confirm_token(token=token, actor=request.user, now=now)
    except AccountError as error:
        return refused(str(error))
    return saved("已确认，令牌从现在起可以使用。", refresh="page")


@require_POST
def token_decline(request: UserRequest, pk: int) -> HttpResponse:
    """End a token that acts for oneself, or would."""
    now = timezone.now()
    token = get_object_or_404(own_tokens(request.user, now=now), pk=pk)
    revoke_token(token=token, actor=request.user, now=now)
    return saved("令牌已收回，立即失效。", refresh="page")


def _token(request: UserRequest, pk: int) -> ApiToken:
    return get_object_or_404(tokens_visible_to(request.user).select_related("created_by"), pk=pk)


def _show_once(request: UserRequest, token: ApiToken, text: str) -> HttpResponse:
    """Show the text of a token, this once, and load the list behind the drawer again."""
    page = TOKEN_PAGES.get(token.scopes[0]) if len(token.scopes) == 1 else None
    own = f"{settings.SITE_URL}{reverse(page.url_name, args=[text])}" if page else ""
    context = {"token": token, "text": text, "page_url": own}
    response = render(request, "accounts/token_created.html", context)
    response.headers["HX-Trigger"] = "list:refresh"
    return response
