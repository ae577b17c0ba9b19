"""What every page of the shell needs: the menu, the watermark, the current place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from expertpool.core.registry import menu_for

if TYPE_CHECKING:
    from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give ``menu_groups`` (lazily) to the templates; nothing for anonymous visitors."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"menu_groups": lambda: _menu(request), "watermark_url": reverse("core:watermark")}


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    match = request.resolver_match
    here = match.view_name if match else ""
    groups = []
    for group, items in menu_for(request.user):
        entries = []
        for item in items:
            prefixes = (item.url_name, *item.active)
            url = reverse(item.url_name)
            entries.append(
                {
                    "label": item.label,
                    "url": url,
                    "icon": item.icon,
                    "active": any(
                        here == prefix or here.startswith(f"{prefix}:") for prefix in prefixes
                    ),
                    "count": item.count(request.user) if item.count else 0,
                }
            )
        groups.append({"label": group.label, "items": entries})
    return groups
