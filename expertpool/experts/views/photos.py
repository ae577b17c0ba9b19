"""The photograph of an expert, for whoever may see his record."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for, experts_visible_to
from expertpool.experts.queries.files import photo_of
from expertpool.files.exceptions import FileRefused
from expertpool.files.queries import opened


def _seen_by(user: User) -> QuerySet[Expert]:
    own = expert_for(user) if user.has_permission("experts.self") else None
    if own is not None:
        return Expert.objects.filter(pk=own.pk)
    return experts_visible_to(user)


@require_safe
@requires("experts.view", "experts.self")
def photo(request: UserRequest, pk: int) -> HttpResponseBase:
    """The picture itself: of one whom the user may see, or his own."""
    expert = get_object_or_404(_seen_by(request.user), pk=pk)
    found = photo_of(expert, request.user)
    if found is None:
        raise Http404
    try:
        content = opened(found)
    except FileRefused:
        raise Http404 from None
    return file_answer(content, name=found.name, content_type=found.content_type, inline=True)
