"""Bundles: ask for one, and what it holds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.accounts.queries import scope_q
from expertpool.bundles.enums import Part
from expertpool.bundles.exceptions import BundleRefused
from expertpool.bundles.permissions import MAKE
from expertpool.bundles.queries.bundles import bundles_visible_to, file_of, out_of_reach
from expertpool.bundles.services.making import ask_for_bundle
from expertpool.core.fields import is_vouched
from expertpool.core.permissions import requires
from expertpool.projects.models import Project


@require_POST
@requires(MAKE)
def make(request: UserRequest, pk: int) -> HttpResponse:
    """Have a bundle of a project made, and wait for it."""
    project = get_object_or_404(Project.objects.filter(scope_q(request.user, MAKE)), pk=pk)
    try:
        bundle = ask_for_bundle(project=project, actor=request.user, now=timezone.now())
    except BundleRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(reverse("projects:detail", args=[pk]) + "?tab=evidence")
    return redirect("bundles:detail", pk=bundle.pk)


@require_safe
@requires(MAKE)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """How far a bundle is, what it holds and how it is checked; htmx asks every second for the component alone."""
    bundle = get_object_or_404(bundles_visible_to(request.user), pk=pk)
    context: dict[str, Any] = {"bundle": bundle, "is_altered": not is_vouched(bundle)}
    if bundle.is_done:
        hidden = out_of_reach(request.user, bundle)
        context |= {"file": file_of(bundle), "out_of_reach": hidden}
        # What is left out of a part is called by names: of files, and of who is paid.
        context["withheld"] = [
            one for one in bundle.withheld if not hidden or one[0] in Part.labels
        ]
    template = "bundles/detail.html"
    htmx = getattr(request, "htmx", False)
    return render(request, f"{template}#bundle" if htmx else template, context)
