"""第二步验证 of one's own account: passkeys and recovery codes; the authenticator is on 我的账号."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.models import UserRequest
from expertpool.accounts.services.authenticators import has_app
from expertpool.core.validators import only_writable
from expertpool.core.views.drawers import drawer_form
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.forms import PasswordForm
from expertpool.secondfactor.models import Passkey
from expertpool.secondfactor.queries import codes_left, is_required_of, other_host_of, passkeys_of
from expertpool.secondfactor.services.challenges import keep_challenge, take_challenge
from expertpool.secondfactor.services.codes import make_codes_anew
from expertpool.secondfactor.services.passkeys import register, registration_options, remove
from expertpool.secondfactor.services.places import site, site_as_opened, why_not_here
from expertpool.secondfactor.views.step import REFUSALS, answer_in


@require_safe
def own(request: UserRequest) -> HttpResponse:
    user = request.user
    passkeys = [(passkey, other_host_of(passkey)) for passkey in passkeys_of(user)]
    context = {
        "passkeys": passkeys,
        "has_other": any(host for _, host in passkeys),
        "codes_left": codes_left(user),
        "has_app": has_app(user),
        "is_required": is_required_of(user),
        "not_here": why_not_here(request.get_host()),
    }
    return render(request, "secondfactor/own.html", context)


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
            response.headers["HX-Trigger"] = "page:refresh"
            return response
    status = 422 if form.errors else 200
    return render(request, "core/drawer_form.html", context, status=status)


@require_POST
def passkey_options(request: UserRequest) -> HttpResponse:
    """What the browser is asked to register."""
    try:
        place = site_as_opened(request.get_host())
    except SecondFactorRefused as refusal:
        return JsonResponse({"said": str(refusal)}, status=409)
    options, challenge = registration_options(request.user, place)
    keep_challenge(request.session, challenge, now=timezone.now())
    return JsonResponse(options)


@require_POST
def passkey_add(request: UserRequest) -> HttpResponse:
    """Take the passkey that the browser made."""
    answer, now = answer_in(request), timezone.now()
    said = answer if isinstance(answer, dict) else {}
    try:
        register(
            user=request.user,
            place=site(),
            challenge=take_challenge(request.session, now=now),
            answer=answer,
            # No form has looked at them: a text in JSON may hold what no database and no hash takes.
            name=only_writable(str(said.get("name", ""))),
            password=only_writable(str(said.get("password", ""))),
            now=now,
        )
    except REFUSALS as refusal:
        return JsonResponse({"said": str(refusal)}, status=422)
    return JsonResponse({"to": reverse("secondfactor:own")})


@sensitive_post_parameters("password")
def passkey_remove(request: UserRequest, pk: int) -> HttpResponse:
    """Take one's passkey away (drawer)."""
    passkey = get_object_or_404(Passkey.objects.select_related("user"), pk=pk, user=request.user)
    form = PasswordForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        remove(passkey=passkey, password=form.cleaned_data["password"], now=timezone.now())
        return "通行密钥已删除。"

    return drawer_form(
        request,
        form,
        write,
        title=f"删除通行密钥：{passkey.name}",
        refresh="page",
        refusals=REFUSALS,
        at="password",
        back=reverse("secondfactor:own"),
        submit_label="删除",
        danger=True,
    )
