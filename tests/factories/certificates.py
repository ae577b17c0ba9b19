"""Certificates and designs, as the services make them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import typst
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.certificates.models import Certificate, Design
from expertpool.certificates.services.built_in import BUILT_IN
from expertpool.certificates.services.designs import DesignData, save_design
from expertpool.certificates.services.issuing import issue_certificate
from expertpool.certificates.validators import as_typed
from expertpool.experts.enums import ExpertKind
from expertpool.experts.models import Expert
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert


def make_certificate(expert: Expert | None = None, *, now: datetime | None = None) -> Certificate:
    return issue_certificate(expert=expert or make_expert(), actor=None, now=now or timezone.now())


def layout(*more: dict[str, Any]) -> str:
    """Return a layout that is in order, as the page of a designer sends it."""
    return json.dumps([*as_typed(BUILT_IN[ExpertKind.INDIVIDUAL].elements), *more])


def text_element(text: str, **also: Any) -> dict[str, Any]:
    plain = {
        "kind": "text", "x": 30, "y": 60, "width": 100, "size": 14, "font": "Noto Serif SC",
        "align": "left", "colour": "#1f2937", "wrap": False,
    }  # fmt: skip
    return plain | {"text": text} | also


def make_design(
    name: str, *, types: tuple[str, ...] = (), kinds: tuple[str, ...] = ("individual",), **also: Any
) -> Design:
    """Save a design; one for all of a kind takes the place of the product's own."""
    actor: User = also.pop("actor", None) or make_user("admin")
    if not types:
        Design.objects.filter(kinds__overlap=list(kinds), types=[]).update(active=False)
    values: dict[str, Any] = {
        "prefix": "T", "with_year": True, "digits": 5, "elements": layout(),
    }  # fmt: skip
    data = DesignData(name=name, kinds=list(kinds), types=list(types), **(values | also))
    return save_design(design=None, data=data, actor=actor, now=timezone.now()).design


def picture(
    width: int = 297, height: int = 210, form: str = "png", *, colour: str = "red"
) -> bytes:
    """Return a page with a stripe, as an office would upload it."""
    text = f"#set page(width: {width}mm, height: {height}mm, margin: 0pt, fill: white)\n"
    text += f"#rect(width: 100%, height: 20%, fill: {colour})"
    made: Any = typst.compile({"main.typ": text.encode()}, format=form, ppi=60)
    return bytes(made[0] if isinstance(made, list) else made)
