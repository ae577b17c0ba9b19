"""The text of a message as HTML."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# ASCII only, so that Chinese punctuation behind an address is not part of it.
ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*[A-Za-z0-9\-_~/#=&%]")


@register.filter
def message_text(text: str) -> SafeString:
    """Escape ``text``, keep its lines, and make its web addresses links."""
    parts = []
    end = 0
    for match in ADDRESS.finditer(text):
        url = escape(match[0])
        parts += [escape(text[end : match.start()]), f'<a href="{url}">{url}</a>']
        end = match.end()
    parts.append(escape(text[end:]))
    return mark_safe("".join(parts).replace("\n", "<br>\n"))  # noqa: S308 - escaped above
