"""The users of the system."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.forms.accounts import UserForm
from expertpool.accounts.forms.filters import UserFilters
from expertpool.accounts.models import User, UserRequest
from expertpool.accounts.queries import locked_users, users_visible_to, with_last_sign_in
from expertpool.accounts.registry import barred_states, left_behind, password_link
from expertpool.accounts.services.guards import SECURITY
from expertpool.accounts.services.passwords import reset_password
from expertpool.accounts.services.users import (
    blacklist_user,
    create_user,
    disable_user,
    edit_user,
    enable_user,
    unblacklist_user,
    unlock_user,
)
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import ListTab, listing, render_list
from expertpool.core.views.reasons import reason_of

# Who gives roles may be another than who opens accounts: docs/decisions/0406.
MAY_SEE = ("accounts.users", "accounts.roles")
# An account that may do more than who opened it is looked after by the security administrator alone, also where he
# opens none: docs/decisions/0657.
LOOK_AFTER = ("accounts.users", SECURITY)
SORTS = {"username": "username", "name": "name", "login": "told_login", "created": "created_at"}


@requires(*MAY_SEE)
def user_list(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    locked = Q(pk__in=locked_users(now).values("pk"))
    shown = listing(
        request,
        with_last_sign_in(users_visible_to(request.user))
        .annotate(is_locked=locked)
        .select_related("department")
        .prefetch_related("roles"),
        sorts=SORTS,
        default_sort="username",
        form=UserFilters(request.GET),
        tabs=(
            ListTab("", "全部"),
            ListTab("active", "启用", Q(is_active=True)),
            ListTab("locked", "锁定", locked),
            ListTab("disabled", "停用", Q(is_active=False, blacklisted_at__isnull=True)),
            ListTab("blacklisted", "黑名单", Q(blacklisted_at__isnull=False)),
        ),
    )
    users = shown.context["page"].object_list
    hangs = left_behind([user.pk for user in users if user.is_active])
    barred = barred_states([user.pk for user in users])
    for user in users:
        user.left_behind = hangs.get(user.pk, "")
        user.barred = barred.get(user.pk, "")
    context = shown.context | {
        "shows_sessions": request.user.has_permission(SECURITY),
        "manages": request.user.has_permission("accounts.users"),
        "looks_after": any(request.user.has_permission(code) for code in LOOK_AFTER),
    }
    return render_list(request, "accounts/user_list.html", context)


@requires("accounts.users")
def user_create(request: UserRequest) -> HttpResponse:
    form = UserForm(request.POST or None, actor=request.user)

    def write() -> HttpResponse:
        user, password = create_user(**form.cleaned_data, actor=request.user, now=timezone.now())
        return _show_password(request, user, password)

    return drawer_form(
        request,
        form,
        write,
        title="新增用户",
        submit_label="创建并生成密码",
        refusals=AccountError,
    )


@requires(*MAY_SEE)
def user_edit(request: UserRequest, pk: int) -> HttpResponse:
    editing = Editing(request, Edits((User, [pk])))
    user = _user(request, pk)
    form = UserForm(request.POST or None, actor=request.user, user=user)
    # What the form does not ask of who gives roles alone stays.
    # Where somebody else put him is not kept by saving something else of him.
    kept = {name: getattr(user, name) for name in ("name", "phone", "email")}
    kept["department"] = user.proven_department

    def write() -> HttpResponse | None:
        data = kept | form.cleaned_data
        password = edit_user(user=user, **data, actor=request.user, now=timezone.now())
        return _show_password(request, user, password, is_new=True) if password else None

    return drawer_form(
        request,
        form,
        write,
        title=f"编辑用户 {user.username}",
        message="已保存，用户下一次操作时生效。",
        editing=editing,
        refusals=AccountError,
    )


@requires(*LOOK_AFTER)
def user_reset(request: UserRequest, pk: int) -> HttpResponse:
    """Ask, then give a one-time password, or have a link sent to whom nobody gives one."""
    user = _user(request, pk)
    if request.method != "POST":
        context = {"user_shown": user, "by_link": password_link(user) is not None}
        return render(request, "accounts/user_reset.html", context)
    try:
        password = reset_password(user=user, actor=request.user, now=timezone.now())
    except AccountError as error:
        return refused(str(error))
    if not password:
        return saved("原密码已失效，设置密码的链接已发给本人。")
    return _show_password(request, user, password)


@require_POST
@requires("accounts.users")
def user_disable(request: UserRequest, pk: int) -> HttpResponse:
    return _changed(
        request,
        _user(request, pk),
        disable_user,
        "账号已停用，登录已失效。",
        reason=reason_of(request),
    )


@require_POST
@requires(*LOOK_AFTER)
def user_enable(request: UserRequest, pk: int) -> HttpResponse:
    return _changed(request, _user(request, pk), enable_user, "账号已启用。")


@require_POST
@requires("accounts.users")
def user_blacklist(request: UserRequest, pk: int) -> HttpResponse:
    return _changed(
        request,
        _user(request, pk),
        blacklist_user,
        "账号已列入黑名单，登录已失效。",
        reason=reason_of(request),
    )


@require_POST
@requires(*LOOK_AFTER)
def user_unblacklist(request: UserRequest, pk: int) -> HttpResponse:
    return _changed(
        request,
        _user(request, pk),
        unblacklist_user,
        "账号已移出黑名单，仍是停用；要用的请再启用。",
        reason=reason_of(request),
    )


@require_POST
@requires("accounts.users")
def user_unlock(request: UserRequest, pk: int) -> HttpResponse:
    return _changed(request, _user(request, pk), unlock_user, "已解除锁定。")


def _changed(
    request: UserRequest, user: User, change: Callable[..., None], sentence: str, **why: str
) -> HttpResponse:
    """Let a service ``change`` one account, and say that it did, or why not."""
    try:
        change(user=user, **why, actor=request.user, now=timezone.now())
    except AccountError as error:
        return refused(str(error))
    return saved(sentence)


def _user(request: UserRequest, pk: int) -> User:
    return get_object_or_404(users_visible_to(request.user), pk=pk)


def _show_password(
    request: UserRequest, user: User, password: str, *, is_new: bool = False
) -> HttpResponse:
    """Show a one-time password, this once, and load the list behind the drawer again; ``is_new``: nobody asked for it,
    it takes the place of one that somebody else knows."""
    context = {"user_shown": user, "password": password, "is_new": is_new}
    response = render(request, "accounts/user_password.html", context)
    response.headers["HX-Trigger"] = "list:refresh"
    return response
