"""Which groups give which roles, and who is bound: for the security administrator."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.accounts.services.guards import SECURITY
from expertpool.core.permissions import requires
from expertpool.core.responses import saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.identity.exceptions import IdentityError
from expertpool.identity.forms import IdentityFilters, MappingForm
from expertpool.identity.queries import identities_visible_to, mappings_visible_to
from expertpool.identity.services.mapping import map_group, unbind, unmap_group
from expertpool.identity.services.signing_in import is_offered
from expertpool.identity.settings.ldap import LDAP
from expertpool.identity.settings.oidc import OIDC
from expertpool.identity.views.entering import back_address


@requires(SECURITY)
def index(request: UserRequest) -> HttpResponse:
    shown = listing(
        request,
        identities_visible_to(request.user),
        sorts={"user": "user__username", "bound": "bound_at"},
        default_sort="-bound",
        form=IdentityFilters(request.GET),
    )
    context = shown.context | {
        "mappings": mappings_visible_to(request.user),
        "groups": [(OIDC, "设置身份平台"), (LDAP, "设置单位目录")],
        "is_offered": is_offered(),
        "back": back_address(),
    }
    return render_list(request, "identity/list.html", context)


@requires(SECURITY)
def map_create(request: UserRequest) -> HttpResponse:
    form = MappingForm(request.POST or None)

    def write() -> None:
        map_group(**form.cleaned_data, actor=request.user, now=timezone.now())

    return drawer_form(
        request,
        form,
        write,
        title="新增分组与角色的对应",
        message="已保存，这个分组的人下次登录起有这个角色。",
        refresh="page",
        refusals=IdentityError,
        at="role",
    )


@require_POST
@requires(SECURITY)
def unmap(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(mappings_visible_to(request.user), pk=pk)
    unmap_group(row=row, actor=request.user, now=timezone.now())
    return saved("已删除，这个分组的人下次登录起不再有这个角色。", refresh="page")


@require_POST
@requires(SECURITY)
def take_apart(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(identities_visible_to(request.user), pk=pk)
    unbind(row=row, actor=request.user, now=timezone.now())
    return saved("已解除绑定，这个账号的登录已退出。")
