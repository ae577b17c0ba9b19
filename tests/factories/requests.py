"""Requests of two persons as if they had been asked for otherwise."""

from __future__ import annotations

from typing import Any, TypeVar

from expertpool.workflow.models import TwoPersonRequest
from expertpool.workflow.queries.asking import proof_of

Asked = TypeVar("Asked", bound=TwoPersonRequest)


def asked_otherwise(request: Asked, **values: Any) -> Asked:
    """Let ``request`` say ``values``, with the proof of having been asked for so."""
    for name, value in values.items():
        setattr(request, name, value)
    request.asked_proof = proof_of(request)
    request.save(update_fields=[*values, "asked_proof"])
    return request
