from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from expertpool.core.templatetags.ui import pill
from expertpool.projects.models import Project
from expertpool.projects.tables import state_pill

register = template.Library()


@register.simple_tag
def project_state(*, project: Project) -> SafeString:
    """Where the project stands, as a pill."""
    label, tone = state_pill(project)
    return pill(label=label, tone=tone)
