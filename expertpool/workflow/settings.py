"""What the office decides about requests that two persons settle."""

from __future__ import annotations

from typing import Any

from expertpool.core.configuration import Boolean, Number, Setting, SettingGroup

REQUESTS = SettingGroup(
    "requests",
    "双人确认",
    order=45,
    note="降低对第二人的要求，满 24 小时后提出的申请才按新的要求",
    saved="提高要求的立即生效，降低的 24 小时后生效，已通知监督人",
)

REQUEST_DAYS = Setting(
    "workflow.request_days",
    "双人确认的申请多少天后失效",
    Number(1, 90, "天"),
    7,
    group=REQUESTS,
    help="到期没有另一人确认，申请自动失效并通知申请人；只影响以后提出的申请。",
)

CODE_MINUTES = Setting(
    "workflow.code_minutes",
    "确认验证码的有效时间",
    Number(1, 60, "分钟"),
    5,
    group=REQUESTS,
    order=20,
    help="确认人不在场时，系统把一次性验证码发到他的手机或邮箱，由申请人填写；过时须重新发送。",
)

SECOND_DAYS = Setting(
    "workflow.second_days",
    "第二人的账号须开通满多少天",
    Number(0, 90, "天"),
    7,
    group=REQUESTS,
    order=110,
    help="这些天内由对方开通、修改或重置过密码的账号，也不能确认对方的申请；0 表示不限。",
    strictest=max,
)
SECOND_PHONE = Setting(
    "workflow.second_phone",
    "第二人须验证过本人手机号",
    Boolean(),
    default=True,
    group=REQUESTS,
    order=120,
    help="在「我的账号」用短信链接验证；没有配置短信时不要求。",
    strictest=max,
)
OBJECTION_MINUTES = Setting(
    "workflow.objection_minutes",
    "作废、提前公开、提前评审的申请后多久才能确认",
    Number(0, 1440, "分钟"),
    5,
    group=REQUESTS,
    order=130,
    help="申请时立即通知所有能确认的人，这段时间里任何一人不同意即告终止，之后才能确认；0 表示立即。",
    strictest=max,
)

# What second persons have to be; lowered, they are told of it at once.
DEMANDS: tuple[Setting[Any], ...] = (SECOND_DAYS, SECOND_PHONE, OBJECTION_MINUTES)

SETTINGS = (REQUEST_DAYS, CODE_MINUTES, SECOND_DAYS, SECOND_PHONE, OBJECTION_MINUTES)
