"""Links of the files, as they hold between the files, become those between the pages."""

from __future__ import annotations

import re

from django.urls import reverse

_MANUAL = re.compile(r"([a-z-]+)\.md(#[a-z-]+)?")
_PICTURE = re.compile(r"\.\./pictures/([a-z0-9-]+)\.png")


def inside(target: str) -> str:
    """Return the address inside the product for a link of a manual: to another, to a part of this one, to a
    picture. ValueError for what leads elsewhere: an office may have no internet."""
    if manual := _MANUAL.fullmatch(target):
        return f"{reverse('manuals:manual', args=[manual[1]])}{manual[2] or ''}"
    if picture := _PICTURE.fullmatch(target):
        return reverse("manuals:picture", args=[picture[1]])
    if target.startswith("#"):
        return target
    raise ValueError(f"a manual leads to {target}")
