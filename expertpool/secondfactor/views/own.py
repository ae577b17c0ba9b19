"""第二步验证 of one's own account: passkeys and recovery codes; the authenticator is on 我的账号."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.models import UserRequest
from expertpool.accounts.services.authenticators import has_app
from expertpool.core.responses import refused, saved
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.forms import PasswordForm
from expertpool.secondfactor.models import Passkey
from expertpool.secondfactor.queries import codes_left, is_required_of, passkeys_of
from expertpool.secondfactor.services.codes import make_codes_anew
from expertpool.secondfactor.services.passkeys import register, registration_options, remove
from expertpool.secondfactor.views.step import CHALLENGE, answer_in, place_of


@require_safe
@never_cache
def own(request: UserRequest) -> HttpResponse:
    user = request.user
    context = {
        "passkeys": passkeys_of(user),
        "codes_left": codes_left(user),
        "has_app": has_app(user),
        "is_required": is_required_of(user),
    }
    return render(request, "secondfactor/own.html", context)


@never_cache
@sensitive_post_parameters("password")
def codes(request: UserRequest) -> HttpResponse:
    """Make new recovery codes (drawer), and show them this once."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "title": "生成备用码",
        "submit_label": "生成",
        "back": reverse("secondfactor:own"),
    }
    if form.is_valid():
        try:
            context["codes"] = make_codes_anew(
                user=request.user, password=form.cleaned_data["password"], now=timezone.now()
            )
        except AccountError as error:
            form.add_error("password", str(error))
        else:
            response = render(request, "secondfactor/codes.html", context)
            response.headers["HX-Trigger"] = "list:refresh"
            return response
    status = 422 if form.errors else 200
    return render(request, "core/drawer_form.html", context, status=status)


@require_POST
@never_cache
def passkey_options(request: UserRequest) -> HttpResponse:
    """What the browser is asked to register."""
    options, request.session[CHALLENGE] = registration_options(request.user, place_of(request))
    return JsonResponse(options)


@require_POST
@never_cache
def passkey_add(request: UserRequest) -> HttpResponse:
    """Take the passkey that the browser made."""
    answer = answer_in(request)
    try:
        register(
            user=request.user,
            place=place_of(request),
            challenge=request.session.pop(CHALLENGE, ""),
            answer=answer,
            name=str(answer.get("name", "")) if isinstance(answer, dict) else "",
            now=timezone.now(),
        )
    except SecondFactorRefused as refusal:
        return JsonResponse({"said": str(refusal)}, status=422)
    return JsonResponse({"to": reverse("secondfactor:own")})


@require_POST
def passkey_remove(request: UserRequest, pk: int) -> HttpResponse:
    passkey = get_object_or_404(Passkey, pk=pk, user=request.user)
    if (
        is_required_of(request.user)
        and not has_app(request.user)
        and len(passkeys_of(request.user)) == 1
    ):
        return refused("您的角色登录须第二步验证：请先设置验证器或另一个通行密钥，再删除这一个。")
    remove(passkey=passkey, actor=request.user, now=timezone.now())
    return saved("通行密钥已删除。", refresh="page")
