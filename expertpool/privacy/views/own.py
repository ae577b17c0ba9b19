"""个人信息权利: what is kept of an expert, and what he may ask."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.changes.registry import OWN_DATA
from expertpool.core.configuration import value_of
from expertpool.core.mandates import A_LOOK
from expertpool.core.views.drawers import drawer_form, posted
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.joining.services.setup import ensure_consent
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.forms import AskForm, ConsentForm
from expertpool.privacy.queries.consents import standings_of
from expertpool.privacy.queries.reads import MOST_OWN, kind_of, reads_of, what_was_seen
from expertpool.privacy.queries.requests import requests_of
from expertpool.privacy.registry import KINDS
from expertpool.privacy.services.asking import ask_about_data
from expertpool.privacy.services.consenting import set_consent
from expertpool.privacy.settings import ANSWER_DAYS, NAMES, NOBODY, TOLD_READS


@require_safe
@as_expert
def own(request: UserRequest, expert: Expert) -> HttpResponse:
    now = timezone.now()
    tables = sorted(OWN_DATA, key=lambda one: one.order)
    kept = [(one.title, one.number(expert, now)) for one in tables]
    told = value_of(TOLD_READS)
    reads = [
        (
            one.at,
            KINDS.get(kind_of(one), ""),
            what_was_seen(one),
            one.actor_name if told == NAMES else "管理部门",
        )
        for one in reads_of(expert, now)[:MOST_OWN]
    ]
    context = {
        "expert": expert,
        "kept": [(title, count) for title, count in kept if count],
        "reads": reads,
        "tells_reads": told != NOBODY,
        "consents": standings_of(expert),
        "requests": requests_of(expert, a_look=A_LOOK)[:MOST_OWN],
        "days": value_of(ANSWER_DAYS),
    }
    return render(request, "privacy/own.html", context)


@as_expert
def consent(request: UserRequest, expert: Expert, purpose: str) -> HttpResponse:
    """Read what is agreed to for a purpose, and agree or take it back (drawer)."""
    standing = next((one for one in standings_of(expert) if one.purpose == purpose), None)
    if standing is None:
        raise Http404
    text = ensure_consent(purpose, now=timezone.now())
    # Who agreed to a text of before may agree to the present one, or take back what he said.
    is_present = standing.given and standing.text == text
    form = ConsentForm(*posted(request), initial={"version": text.number}, is_given=standing.given)
    if is_present:
        del form.fields["agree"]

    def write() -> None:
        set_consent(
            expert=expert,
            purpose=purpose,
            given=not is_present and form.cleaned_data["agree"] == "yes",
            version=form.cleaned_data["version"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"{standing.label}：{standing.words}",
        submit_label="撤回同意" if is_present else "提交",
        danger=is_present,
        message="已记下。",
        refresh="page",
        refusals=PrivacyRefused,
        template="privacy/consent_form.html",
        back=reverse("privacy:own"),
        text=text,
        standing=standing,
    )


@as_expert
def ask(request: UserRequest, expert: Expert) -> HttpResponse:
    """Ask the office about his data (drawer)."""
    form = AskForm(*posted(request))

    def write() -> None:
        ask_about_data(
            expert=expert,
            kind=form.cleaned_data["kind"],
            text=form.cleaned_data["text"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title="提出请求",
        submit_label="提交",
        message="已提交，答复会通知您。",
        refresh="page",
        refusals=PrivacyRefused,
        back=reverse("privacy:own"),
    )
