"""Certificates of experts who do not exist."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.certificates.models import Certificate, Design
from expertpool.certificates.services.built_in import BUILT_IN
from expertpool.certificates.services.designs import DesignData, ensure_built_in, save_design
from expertpool.certificates.services.issuing import (
    issue_many,
    reissue_certificate,
    revoke_certificate,
)
from expertpool.certificates.validators import as_typed
from expertpool.experts.enums import ExpertKind
from expertpool.experts.models import Expert

COUNT = 30


@transaction.atomic
def ensure_demo_certificates(*, actor: User, now: datetime) -> None:
    """Make a design for one type, issue some, replace one and revoke another; the rest waits to be issued."""
    if Design.objects.filter(built_in=None).exists():
        return
    ensure_built_in(now=now)
    elements = as_typed(BUILT_IN[ExpertKind.INDIVIDUAL].elements)
    elements[0] |= {"text": "法律专家聘书", "colour": "#1d4f91"}
    data = DesignData(
        name="法律专家聘书",
        kinds=[ExpertKind.INDIVIDUAL],
        types=["法律类"],
        prefix="FLZS",
        with_year=True,
        digits=5,
        elements=json.dumps(elements),
    )
    save_design(design=None, data=data, actor=actor, now=now)
    experts = Expert.objects.filter(status="formal").order_by("pk")
    held = Certificate.objects.filter(ending="").values("expert")
    keys = list(experts.exclude(pk__in=held).values_list("pk", flat=True)[:COUNT])
    made, _ = issue_many(keys=keys, actor=actor, now=now)
    if len(made) > 2:
        reissue_certificate(certificate=made[0], actor=actor, now=now)
        revoke_certificate(certificate=made[1], reason="本人申请退出", actor=actor, now=now)
