"""What experts asked about their data, for the demonstration."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.services.deletion import delete_expert
from expertpool.experts.services.profile import RecordOrigin, create_expert
from expertpool.experts.services.reveal import reveal_value
from expertpool.privacy.enums import RequestKind
from expertpool.privacy.models import DataRequest
from expertpool.privacy.services.answering import answer_data_request
from expertpool.privacy.services.asking import ask_about_data

DAY = timedelta(days=1)
EXPLAIN = "请说明今年抽取是怎样抽到我的，有没有人工指定。"
ANSWER = "均为随机抽取，没有人工指定。抽取记录可在公开核验页面用抽取编号重算。"
LEFT = ("退休文", "13912340078")
OTHER = "收款账户换过以后，原来的银行账号请不要再用。"


@transaction.atomic
def ensure_demo_privacy(*, expert: Expert, actor: User, now: datetime) -> None:
    """Let ``expert`` ask twice, with one answer, and ``actor`` have looked at his phone; somebody
    else left the pool before anything was drawn, and may be erased. Once."""
    user = expert.user
    if user is None or DataRequest.objects.exists():
        return
    reveal_value(
        expert=expert, field="phone", reason="核对联系方式", actor=actor, now=now - 3 * DAY
    )
    first = ask_about_data(
        expert=expert, kind=RequestKind.EXPLAIN, text=EXPLAIN, actor=user, now=now - 20 * DAY
    )
    answer_data_request(request=first, agree=True, answer=ANSWER, actor=actor, now=now - 17 * DAY)
    ask_about_data(expert=expert, kind=RequestKind.OTHER, text=OTHER, actor=user, now=now - 2 * DAY)
    left = create_expert(
        values={"name": LEFT[0], "phone": LEFT[1]},
        origin=RecordOrigin(status=ExpertStatus.FORMAL),
        knowing="",
        actor=actor,
        now=now - 300 * DAY,
    )
    delete_expert(expert=left, reason="本人要求退出专家库", actor=actor, now=now - 200 * DAY)
