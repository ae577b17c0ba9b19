"""What two persons decide about personal data, as `workflow` asks for it."""

from __future__ import annotations

from django.urls import reverse

from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.models import ErasureRequest
from expertpool.privacy.permissions import DECIDE
from expertpool.privacy.queries.erasures import erasable_visible_to
from expertpool.privacy.services.erasing import (
    check_erasure,
    decide_erasure,
    lock_expert,
    request_erasure,
)
from expertpool.workflow.queries.matters import Matter, Words

ERASE = Matter(
    code="privacy.erase",
    model=ErasureRequest,
    asks=DECIDE,
    decides=DECIDE,
    subjects=lambda user, _permission: erasable_visible_to(user),
    # By number alone: letters about it stay when he is gone.
    name_of=lambda expert: expert.number,
    page=lambda expert: reverse("privacy:erasure", args=[expert.pk]),
    related=("expert",),
    refused=PrivacyRefused,
    lock=lock_expert,
    ask=lambda subject, **asked: request_erasure(expert=subject, **asked),
    decide=decide_erasure,
    check=check_erasure,
    details=lambda asked: asked.plan,
    icon="eraser",
    tone="danger",
    order=85,
    words=Words(
        label="抹去个人信息",
        title="有人申请抹去这位专家的个人信息",
        agree="确认抹去",
        question="确认抹去？抹去后不能恢复：档案、附件、历史版本、通知正文都不再有，只留编号和依法保存的记录。",
        asked="已申请，等待另一位有权限的人员确认。",
        agreed="个人信息已抹去。",
        turned_down="已退回抹去的申请。",
    ),
)
MATTERS = (ERASE,)
