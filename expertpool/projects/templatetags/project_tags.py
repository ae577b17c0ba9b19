from __future__ import annotations

from django import template
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from expertpool.core.templatetags.ui import pill
from expertpool.projects.enums import DrawState
from expertpool.projects.models import Project, Task
from expertpool.projects.queries.measures import PROJECT_MARKS
from expertpool.projects.tables import DRAW_TONES, state_pill, task_pill

register = template.Library()


@register.simple_tag
def project_state(*, project: Project) -> SafeString:
    """Where the project stands, as a pill, and its marks, which whoever reads it asks for (`with_marks`): a page that
    forgets them fails rather than show a paused draw without a word."""
    label, tone = state_pill(project)
    marks = [(one.label, one.tone) for one in PROJECT_MARKS if getattr(project, one.code)]
    pills = (pill(label=label, tone=tone) for label, tone in [(label, tone), *marks])
    return format_html_join(" ", "{}", ((one,) for one in pills))


@register.filter
def draw_tone(project: Project) -> str:
    """The tone of the draw state of ``project``."""
    return DRAW_TONES[DrawState(project.draw_state)]


@register.simple_tag
def task_state(*, task: Task) -> SafeString:
    """Where a task stands today, as a pill."""
    label, tone = task_pill(task, timezone.localdate())
    return pill(label=label, tone=tone)
