"""The texts of messages, edited with a preview."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.text import moment_text
from expertpool.core.views.drawers import attempt
from expertpool.core.views.editing import Editing
from expertpool.core.views.parts import parts_of
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.exceptions import TemplateRefused
from expertpool.notifications.forms import TemplateForm
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.occasions import OCCASIONS
from expertpool.notifications.queries.route import route_wait
from expertpool.notifications.queries.templates import (
    WRITTEN,
    TemplateState,
    preview,
    template_state,
    template_states,
)
from expertpool.notifications.services.templates import LOCK, reset_template, save_template

LIST = "notifications:templates"


@requires("notifications.templates")
def templates(request: UserRequest) -> HttpResponse:
    context = {"occasions": template_states(), "written": WRITTEN}
    return render(request, "notifications/templates.html", context)


@requires("notifications.templates")
def edit(request: UserRequest, occasion: str, channel: str) -> HttpResponse:
    rows = MessageTemplate.objects.filter(occasion=occasion, channel=channel)
    editing = Editing(request, Edits((MessageTemplate, rows), lock=LOCK))
    state = _state_or_404(occasion, channel)
    initial = {**state.text._asdict(), "active": state.active}
    form = TemplateForm(
        request.POST or None, initial=initial, occasion=state.occasion, channel=channel
    )
    editing.about(parts_of(form))
    # What is typed is shown at once; only a whole post saves it.
    if request.headers.get("HX-Target") == "preview":
        context = _context(state, form, form.text if form.is_valid() else None)
        return render(request, "notifications/template_edit.html#preview", context)

    def write() -> None:
        template = save_template(
            occasion=occasion,
            channel=channel,
            text=form.text,
            active=form.cleaned_data["active"],
            actor=request.user,
            now=timezone.now(),
        )
        since = f"，新的文字 {moment_text(template.since)} 起使用" if template.since else ""
        name = f"“{state.occasion.label}”的{state.channel.label}模板"
        messages.success(request, f"已保存{name}{since}")

    if attempt(form, write, refusals=(TemplateRefused,), editing=editing):
        return redirect("notifications:template", occasion=occasion, channel=channel)
    context = _context(state, form, None if form.is_bound else state.text)
    context["editing"] = editing
    status = 422 if form.is_bound else 200
    return render(request, "notifications/template_edit.html", context, status=status)


@requires("notifications.templates")
@require_POST
def reset(request: UserRequest, occasion: str, channel: str) -> HttpResponse:
    state = _state_or_404(occasion, channel)
    reset_template(occasion=occasion, channel=channel, actor=request.user, now=timezone.now())
    messages.success(request, f"“{state.occasion.label}”的{state.channel.label}模板已恢复默认")
    return redirect("notifications:template", occasion=occasion, channel=channel)


def _state_or_404(occasion: str, channel: str) -> TemplateState:
    try:
        return template_state(OCCASIONS[occasion], channel)
    except LookupError:
        raise Http404 from None


def _context(state: TemplateState, form: TemplateForm, text: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "state": state,
        "form": form,
        "preview": preview(state.occasion, text) if text else None,
        "written": WRITTEN,
        "waits": route_wait(now) // timedelta(minutes=1) if state.occasion.secrets else 0,
        "waits_until": state.waits_until(now),
        "is_sms": state.channel == ChannelCode.SMS,
        "cancel_url": reverse(LIST),
        "crumbs": [],
    }
