"""三员分立: who has which of the three, and what stands against keeping them apart."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.accounts.services.duties import THREE, is_on, make_roles, officers, why_not_apart
from expertpool.core.permissions import PERMISSIONS, requires
from expertpool.core.responses import saved

HOLDERS = ("accounts.roles", "accounts.security")


@require_safe
@requires(*HOLDERS)
def duties(request: UserRequest) -> HttpResponse:
    found = officers()
    rights = {duty: [one.label for one in PERMISSIONS if one.duty is duty] for duty in THREE}
    context = {
        "is_on": is_on(timezone.now()),
        "against": why_not_apart(),
        "duties": [
            (duty, rights[duty], [one for one in found if duty in one.duties]) for duty in THREE
        ],
    }
    return render(request, "accounts/duties.html", context)


@require_POST
@requires("accounts.security")
def duties_make(request: UserRequest) -> HttpResponse:
    """Make the three roles that nobody has made yet."""
    made = make_roles(actor=request.user, now=timezone.now())
    said = f"已建立：{'、'.join(role.name for role in made)}。请在「用户管理」里分给三个人。"
    return saved(said if made else "三员角色已经都有。", refresh="page")
