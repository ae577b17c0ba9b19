"""The pages of the manuals: for whoever may read them, signed in or not."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from expertpool.manuals.queries.finding import address_of, sections_near, sections_with
from expertpool.manuals.queries.texts import Manual, manual_visible_to, manuals_visible_to


@require_safe
@login_not_required
def index(request: HttpRequest) -> HttpResponse:
    """All manuals of this reader, or what he looks for in them."""
    query = request.GET.get("q", "").strip()[:100]
    sections = sections_with(request.user, query)
    near = [] if sections else sections_near(request.user, query)
    found = [
        {"title": section.title, "manual": manual.title, "url": address_of(manual, section)}
        for manual, section in sections or near
    ]
    context = {
        "manuals": manuals_visible_to(request.user),
        "query": query,
        "found": found,
        "is_near": bool(near),
    }
    return render(request, "manuals/index.html", context | _frame(request))


@require_safe
@login_not_required
def manual(request: HttpRequest, code: str) -> HttpResponse:
    """One manual, to be read or printed."""
    context = {"manual": _manual(request, code)}
    return render(request, "manuals/manual.html", context | _frame(request))


@require_safe
@login_not_required
def section(request: HttpRequest, code: str, part: str) -> HttpResponse:
    """One section in the drawer, beside what somebody is doing; by its own address, at its place in the manual."""
    found = _manual(request, code)
    shown = found.section(part)
    if shown is None:
        raise Http404
    if not getattr(request, "htmx", False):
        return redirect(address_of(found, shown))
    context = {"manual": found, "section": shown, "url": address_of(found, shown)}
    return render(request, "manuals/section.html", context)


@require_safe
@login_not_required
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A picture that stands in a manual of this reader."""
    shown = any(name in one.pictures for one in manuals_visible_to(request.user))
    path = Path(settings.PICTURES, f"{name}.png")
    if not shown or not path.is_file():
        raise Http404
    # Of the demonstration, and the same for everybody: browsers may keep it for a day.
    headers = {"Cache-Control": "private, max-age=86400"}
    return HttpResponse(path.read_bytes(), content_type="image/png", headers=headers)


def _manual(request: HttpRequest, code: str) -> Manual:
    found = manual_visible_to(request.user, code)
    if found is None:
        raise Http404
    return found


def _frame(request: HttpRequest) -> dict[str, str]:
    """Who has not signed in sees no menu."""
    return {"frame": "core/shell.html" if request.user.is_authenticated else "core/public.html"}
