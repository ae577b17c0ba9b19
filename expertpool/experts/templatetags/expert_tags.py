"""What templates show of an expert."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from expertpool.core.fields import UNREADABLE, readable
from expertpool.core.templatetags.ui import masked, pill
from expertpool.core.visibility import UNSEEN, Level, level_for, show
from expertpool.experts.models import Expert, Leave
from expertpool.experts.queries.coming import SEALED
from expertpool.experts.queries.veils import employer_for, name_for, sees_who
from expertpool.experts.tables import leave_pill, state_pill

register = template.Library()


@register.simple_tag
def expert_state(*, expert: Expert) -> SafeString:
    """Where the expert stands, as a pill."""
    label, tone = state_pill(expert, timezone.localdate())
    return pill(label=label, tone=tone)


@register.simple_tag
def sealed_seats() -> str:
    """What becomes of seats that nobody may know of, said before anybody leaves the pool."""
    return SEALED


@register.simple_tag
def leave_state(*, leave: Leave) -> SafeString:
    """How a leave stands, as a pill."""
    label, tone = leave_pill(leave, timezone.now())
    return pill(label=label, tone=tone)


@register.simple_tag(takes_context=True)
def name_of(context: Context, *, expert: Expert) -> str:
    """The name of ``expert`` as the reader may see it."""
    return name_for(context["request"].user, expert)


@register.simple_tag(takes_context=True)
def employer_of(context: Context, *, expert: Expert) -> str:
    """The employer of ``expert`` as the reader may see it."""
    return employer_for(context["request"].user, expert)


@register.simple_tag(takes_context=True)
def reader_sees_who(context: Context) -> bool:
    """Tell whether the reader sees in clear who an expert is."""
    return sees_who(context["request"].user)


@register.simple_tag(takes_context=True)
def guarded(context: Context, *, expert: Expert, field: str) -> SafeString:
    """A guarded value as the reader may see it, with a way to the clear text if he may have it."""
    user: Any = context["request"].user
    code = f"experts.{field}"
    # Who sees it plain needs no way to it, and who may not know it gets none.
    level = level_for(user, code)
    may_reveal = level is Level.MASKED and user.has_permission("experts.reveal")
    # Nor that there is something which cannot be decrypted.
    is_hidden = level is Level.HIDDEN
    value = UNSEEN if is_hidden else readable(expert, field, partial(show, user, code))
    # Nothing is behind a value that cannot be decrypted.
    may_reveal = may_reveal and value != UNREADABLE
    return masked(
        value=value,
        url=reverse("experts:reveal", args=[expert.pk, field]) if may_reveal else "",
        label=Expert.label_of(field),
    )
