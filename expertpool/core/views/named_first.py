"""What is shown before a word of a list is deleted: which conditions ask for it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import reswap, retarget

from expertpool.core.criteria.uses import KeptWord, mentions_of, told
from expertpool.core.views.drawers import posted_again

TOLD = "told"  # posted by the drawer: what it named


def named_first(request: HttpRequest, label: str, word: KeptWord | None) -> HttpResponse | None:
    """Return the drawer that names what asks for ``word``; it posts the same once more. None where nothing does, or it
    was named as it is now."""
    named = mentions_of(word, request.user) if word else []
    sentence = f"用到“{label}”、删除后须修改的：{told(named)}。"
    if not named or request.POST.get(TOLD) == sentence:
        return None
    context = {
        "title": f"删除“{label}”：先看用到它的条件",
        "sentence": sentence,
        "posted": [*posted_again(request, TOLD), (TOLD, sentence)],
    }
    response = render(request, "core/named_drawer.html", context)
    return reswap(retarget(response, "#drawer"), "innerHTML")
