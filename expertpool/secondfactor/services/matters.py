"""What two persons decide, as `workflow` asks for it."""

from django.urls import reverse

from expertpool.accounts.queries import users_visible_to
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.models import ResetRequest
from expertpool.secondfactor.services.resets import (
    check_reset,
    decide_reset,
    lock_user,
    request_reset,
)
from expertpool.workflow.queries.matters import Matter, Words

RESET = Matter(
    code="secondfactor.reset",
    model=ResetRequest,
    words=Words(
        label="重置第二步验证",
        title="有人申请重置第二步验证",
        agree="确认重置",
        question="确认已核实是本人？验证器、通行密钥和备用码立即失效，他的登录全部退出，下次登录重新设置。",
        asked="已申请重置，等待另一位安全管理员确认。",
        agreed="已重置，本人已收到通知。",
        turned_down="已退回重置申请。",
    ),
    asks="accounts.security",
    decides="accounts.security",
    subjects=lambda user, permission: users_visible_to(user),
    name_of=lambda user: f"{user.name}（{user.username}）",
    page=lambda user: f"{reverse('secondfactor:list')}?q={user.username}",
    refused=SecondFactorRefused,
    lock=lock_user,
    ask=lambda subject, **asked: request_reset(user=subject, **asked),
    decide=decide_reset,
    check=check_reset,
    never=lambda asked: [asked.user_id],
    related=("user",),
    order=25,
    icon="key",
    tone="danger",
)
