"""待我确认的申请: what two persons decide, the same way for every matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.accounts.services.authenticators import has_app
from expertpool.core.client import client_address
from expertpool.core.codes import new_code
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import page_size, render_list
from expertpool.core.views.reasons import reason_of
from expertpool.workflow.forms.requests import CodeForm, CodePersonForm, SpotForm
from expertpool.workflow.models import ConfirmationCode, TwoPersonRequest
from expertpool.workflow.queries.asking import asked_or_404
from expertpool.workflow.queries.matters import MATTERS, Matter, codes_of_matters
from expertpool.workflow.queries.requests import (
    RequestLine,
    asked_by,
    decidable_by,
    lines_asked_by,
    lines_settled,
    lines_to_decide,
    visible_requests,
    waiting_request,
    why_too_early,
)
from expertpool.workflow.services import two_persons
from expertpool.workflow.services.codes import (
    agree_by_app,
    agree_by_code,
    live_code,
    persons_for_code,
    send_code,
)
from expertpool.workflow.services.on_the_spot import Proven, agree_on_the_spot

Lines = Callable[..., list[RequestLine]]
LISTS: Mapping[str, tuple[str, Lines]] = {
    "": ("待我确认", lines_to_decide),
    "own": ("我提出的", lines_asked_by),
    "settled": ("近期已结束", lines_settled),
}


@require_safe
@requires(codes_of_matters)
def request_list(request: UserRequest) -> HttpResponse:
    """What waits for the user, what he asked for himself, and what has come of it lately."""
    now, chosen = timezone.now(), request.GET.get("tab", "")
    chosen = chosen if chosen in LISTS else ""
    lines = {code: find(request.user, now=now) for code, (_, find) in LISTS.items()}
    pages = Paginator(lines[chosen], page_size(request))
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "total": pages.count,
        "tab": chosen,
        "tabs": [
            {
                "label": label,
                "url": f"?tab={code}" if code else "?",
                "count": len(lines[code]),
                "active": code == chosen,
            }
            for code, (label, _) in LISTS.items()
        ],
    }
    return render_list(request, "workflow/request_list.html", context)


@require_safe
@requires(codes_of_matters)
def look(request: UserRequest, matter: str, pk: int) -> HttpResponse:
    """What is asked for, with what the user may do about it (drawer)."""
    found = _matter(matter, request.user, lambda matter: matter.decides, lambda matter: matter.asks)
    asked, now = asked_or_404(visible_requests(found, request.user), pk), timezone.now()
    still = asked.decided_at is None and asked.expires_at > now
    context = {
        "line": RequestLine(found, asked),
        "details": found.details_for(asked, request.user),
        "item": waiting_request(found, asked, request.user, now=now) if still else None,
    }
    return render(request, "workflow/request.html", context)


@require_POST
@requires(codes_of_matters)
def ask(request: UserRequest, matter: str, pk: int) -> HttpResponse:
    """Ask for something about the subject ``pk``."""
    found = _matter(matter, request.user, lambda matter: matter.asks)
    if found.ask is None:
        raise Http404
    subject = get_object_or_404(found.subjects(request.user, found.asks), pk=pk)
    reason, now = reason_of(request), timezone.now()
    try:
        asked = found.ask(subject=subject, reason=reason, actor=request.user, now=now)
    except found.refused as error:
        return refused(str(error))
    later = two_persons.why_nobody_agrees_yet(asked, now=now)
    return saved(f"{found.words.asked}{later}", refresh="page")


@require_POST
@requires(codes_of_matters)
def agree(request: UserRequest, matter: str, pk: int) -> HttpResponse:
    return _decide(request, matter, pk, agree=True)


@require_POST
@requires(codes_of_matters)
def turn_down(request: UserRequest, matter: str, pk: int) -> HttpResponse:
    return _decide(request, matter, pk, agree=False)


@require_POST
@requires(codes_of_matters)
def withdraw(request: UserRequest, matter: str, pk: int) -> HttpResponse:
    """Take back one's own request."""
    found = _matter(matter, request.user, lambda matter: matter.asks)
    asked = asked_or_404(asked_by(found, request.user), pk)
    try:
        two_persons.withdraw(asked, actor=request.user, now=timezone.now())
    except found.refused as error:
        return refused(str(error))
    return saved("已撤回申请。", refresh="page")


@sensitive_post_parameters("password")
@requires(codes_of_matters)
def confirm(request: UserRequest, matter: str, pk: int) -> HttpResponse:
    """当面确认: a second person agrees in the window of whoever asked (drawer)."""
    found = _matter(matter, request.user, lambda matter: matter.asks)
    if not found.on_the_spot:
        raise Http404
    asked, now = asked_or_404(asked_by(found, request.user), pk), timezone.now()
    if early := why_too_early(found, asked, now=now):
        return refused(f"{early}。")  # no form: nobody enters a password for nothing
    form = SpotForm(request.POST if request.method == "POST" else None)
    words = found.words_for(asked)

    def write() -> str:
        entered = Proven(
            **form.cleaned_data,
            address=client_address(request),
            device=request.headers.get("User-Agent", ""),
        )
        person = agree_on_the_spot(asked, entered, asker=request.user, now=timezone.now())
        return f"{person.name}已当面确认。{found.agreed_in_words(asked, now=timezone.now())}"

    return drawer_form(
        request,
        form,
        write,
        title=f"当面确认：{words.label}",
        submit_label=words.agree,
        refresh="page",
        back=found.page(asked.subject),
        refusals=found.refused,
        template="workflow/on_the_spot.html",
        words=words,
        asked=asked,
        matter=found,
        name=found.name_of(asked.subject),
        details=found.details_for(asked, request.user),
        told=found.told(asked),
        danger=found.tone == "danger",
        # Asked where it is shown: each of them is looked at whether he may be the second.
        by_app=lambda: any(has_app(user) for user in persons_for_code(asked, now=now)),
    )


@requires(codes_of_matters)
def confirm_by_code(request: UserRequest, matter: str, pk: int) -> HttpResponse:
    """验证码确认: a second person is sent a code, and tells it to whoever asked (drawer).

    First he is chosen; then, and while a code counts, its field is shown.
    """
    found = _matter(matter, request.user, lambda matter: matter.asks)
    if not found.on_the_spot:
        raise Http404
    asked = asked_or_404(asked_by(found, request.user), pk)
    now = timezone.now()
    if early := why_too_early(found, asked, now=now):
        return refused(f"{early}。")
    sent = live_code(asked, now=now)
    chosen = request.POST.get("step") == "choose" if request.method == "POST" else False
    if chosen or (request.method != "POST" and ("again" in request.GET or sent is None)):
        return _choose_person(request, found, asked, now)
    return _enter_code(request, found, asked, sent, now)


def _choose_person(
    request: UserRequest, matter: Matter, asked: TwoPersonRequest, now: datetime
) -> HttpResponse:
    form = CodePersonForm(persons_for_code(asked, now=now), request.POST or None)
    submit = "发送验证码，或按验证器确认" if "shown" in form.fields else "发送验证码"

    def write() -> HttpResponse | str:
        chosen = form.cleaned_data["person"]
        if shown := form.cleaned_data.get("shown"):
            person = agree_by_app(asked, person_id=chosen, code=shown, asker=request.user, now=now)
            return f"{person.name}已用验证器确认。{matter.agreed_in_words(asked, now=now)}"
        sent = send_code(
            asked,
            person_id=chosen,
            code=new_code(),
            asker=request.user,
            now=now,
        )
        context = _about_code(matter, asked) | {"form": CodeForm(), "sent": sent}
        return render(request, "workflow/code.html", context)

    return drawer_form(
        request,
        form,
        write,
        refresh="page",
        back=matter.page(asked.subject),
        refusals=matter.refused,
        template="workflow/code_person.html",
        **_about_code(matter, asked) | {"submit_label": submit, "danger": False},
    )


def _enter_code(
    request: UserRequest,
    matter: Matter,
    asked: TwoPersonRequest,
    sent: ConfirmationCode | None,
    now: datetime,
) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        code = form.cleaned_data["code"]
        person = agree_by_code(asked, code=code, asker=request.user, now=now)
        return f"{person.name}已用验证码确认。{matter.agreed_in_words(asked, now=now)}"

    return drawer_form(
        request,
        form,
        write,
        refresh="page",
        back=matter.page(asked.subject),
        refusals=matter.refused,
        template="workflow/code.html",
        sent=sent,
        **_about_code(matter, asked),
    )


def _about_code(matter: Matter, asked: TwoPersonRequest) -> dict[str, Any]:
    words = matter.words_for(asked)
    return {
        "title": f"验证码确认：{words.label}",
        "words": words,
        "asked": asked,
        "matter": matter,
        "name": matter.name_of(asked.subject),
        "details": matter.details_for(asked, asked.requested_by),
        "told": matter.told(asked),
        "submit_label": words.agree,
        "danger": matter.tone == "danger",
    }


def _decide(request: UserRequest, code: str, pk: int, *, agree: bool) -> HttpResponse:
    matter = _matter(code, request.user, lambda matter: matter.decides)
    asked = asked_or_404(decidable_by(matter, request.user), pk)
    decision: dict[str, Any] = {"agree": agree, "note": reason_of(request)}
    now: datetime = timezone.now()
    try:
        two_persons.decide(asked, actor=request.user, now=now, **decision)
    except matter.refused as error:
        return refused(str(error))
    said = matter.agreed_in_words(asked, now=now) if agree else matter.words_for(asked).turned_down
    return saved(said, refresh="page")


def _matter(code: str, user: User, *permissions: Callable[[Matter], str]) -> Matter:
    """Return the matter of an address; 404 for none, 403 for whoever has none of its rights."""
    matter = MATTERS.get(code)
    if matter is None:
        raise Http404
    if not any(user.has_permission(permission(matter)) for permission in permissions):
        raise PermissionDenied
    return matter
