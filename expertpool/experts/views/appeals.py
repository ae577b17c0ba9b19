"""The page behind the link that somebody on the blacklist was sent: why he is on it, and how he appeals.

The link is the only key, as that of an invitation: no cookie is asked, and pages that this one leads to do not learn it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from expertpool.core.mandates import A_LOOK
from expertpool.core.views.drawers import attempt, posted
from expertpool.core.views.links import opened_by_link
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused, LinkInvalid
from expertpool.experts.forms.actions import AppealForm
from expertpool.experts.models import BlacklistEntry
from expertpool.experts.queries.appeals import RIGHT, sound, who_blacklisted
from expertpool.experts.queries.experts import has_another
from expertpool.experts.services.appeals import MOST, file_appeal
from expertpool.experts.services.telling import entry_for_link
from expertpool.files.exceptions import FileRefused


@opened_by_link(entry_for_link, invalid=LinkInvalid, template="experts/activate_invalid.html")
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, token: str, entry: BlacklistEntry) -> HttpResponse:
    """GET: why he is on the blacklist, and what came of his appeals. POST: he appeals."""
    form = AppealForm(*posted(request))

    def write() -> object:
        return file_appeal(
            entry=entry,
            reason=form.cleaned_data["reason"],
            files=form.cleaned_data["materials"],
            now=timezone.now(),
        )

    if form.is_bound and attempt(form, write, refusals=(ExpertRefused, FileRefused)):
        return redirect("experts:appeal", token=token)
    appeals = sound(entry.appeals.all(), a_look=A_LOOK)
    is_on = not entry.removed_at and entry.expert.status == ExpertStatus.BLACKLISTED
    context = {
        "entry": entry,
        "appeals": appeals,
        "is_on": is_on,
        "is_waiting": (waiting := any(one.decided_at is None for one in appeals)),
        "form": form if is_on and not waiting and len(appeals) < MOST else None,
        "refused": [] if form.is_valid() or not form.is_bound else form.non_field_errors(),
        "most": MOST,
        "is_decided": is_on and has_another(RIGHT, entry.expert, than=who_blacklisted(entry)),
    }
    return render(request, "experts/appeal.html", context, status=422 if form.is_bound else 200)
