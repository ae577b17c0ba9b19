"""Whether a request was asked for here: whoever writes rows asks for nothing in another's name
(docs/decisions/0115)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import TypeVar

from cryptography.hazmat.primitives.constant_time import bytes_eq
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from expertpool.core.crypto import proof
from expertpool.core.fields import EncryptedField, ProofField
from expertpool.workflow.models import TwoPersonRequest
from expertpool.workflow.queries.matters import MATTERS

OPEN = Q(decided_at__isnull=True)
Asked = TypeVar("Asked", bound=TwoPersonRequest)


def proof_of(request: TwoPersonRequest) -> bytes:
    """Return what proves that ``request`` was asked for here, by a key outside the database: what is
    asked, about what, by whom, why, when and for how long. It names subject and person by what never
    changes."""
    times = (request.requested_at, request.expires_at)
    said = [
        *(request._meta.label_lower, request.subject_name, request.requested_by.username),
        *(request.reason, *(at.astimezone(UTC).isoformat() for at in times)),
        {
            name: value
            for name in _contents(type(request))
            if (value := getattr(request, name)) is not None or name not in request.came_later
        },
    ]
    return proof("workflow.request", said)


def _contents(kind: type[TwoPersonRequest]) -> list[str]:
    """The columns of ``kind`` beside those that every request has. What is encrypted is bound to its
    row by itself; what came of it has a proof of its own."""
    common = {"id", kind.subject_field, *(one.name for one in TwoPersonRequest._meta.fields)}
    return [
        one.attname
        for one in kind._meta.concrete_fields
        if one.name not in common and not isinstance(one, EncryptedField | ProofField)
    ]


def is_asked(request: TwoPersonRequest) -> bool:
    """Tell whether this system was asked for ``request``, as it stands."""
    return bytes_eq(bytes(request.asked_proof), proof_of(request))


def only_asked(rows: Iterable[Asked]) -> list[Asked]:
    """Return those of ``rows`` that were asked for here: the others are none."""
    return [row for row in rows if is_asked(row)]


def asked_or_404(rows: QuerySet[Asked], pk: int) -> Asked:
    """Return the one of ``rows``; 404 for none, and for one that nobody asked for."""
    found = get_object_or_404(rows, pk=pk)
    if not is_asked(found):
        raise Http404
    return found


def forged_requests() -> list[TwoPersonRequest]:
    """Return the requests that stand in the database as open and were not asked for."""
    rows = (
        matter.model._default_manager.filter(OPEN).select_related(
            "requested_by", matter.model.subject_field, *matter.related
        )
        for matter in MATTERS
    )
    return [row for found in rows for row in found if not is_asked(row)]
