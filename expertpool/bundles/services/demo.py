"""An evidence bundle for the demonstration: of a review that is over and paid for."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.bundles.models import Bundle
from expertpool.bundles.services.making import ask_for_bundle
from expertpool.draws.models import Draw
from expertpool.reviews.models import ReviewResult


def ensure_demo_bundles(*, draw: Draw, actor: User, now: datetime) -> None:
    """Have a bundle made of the project of ``draw``, once its review has a result; the worker makes it. Once."""
    project = draw.project
    if not ReviewResult.objects.filter(review__project=project).exists():
        return
    if not Bundle.objects.filter(project=project).exists():
        ask_for_bundle(project=project, actor=actor, now=now)
