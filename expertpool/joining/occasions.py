"""Why this app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode, Urgency
from expertpool.notifications.occasions import Occasion

# What messages with a code or a link are about: they are for the recipient's eyes alone.
CODES, LINKS = "joining.code", "joining.recommendation_link"
PASSWORDS = "joining.password_link"

_CODE = "您申请入库的验证码是 {{验证码}} ，{{有效分钟}} 分钟内有效，只能用一次。不是您本人操作的，请勿告诉任何人。"
CODE = Occasion(
    code="joining.code",
    urgency=Urgency.WAITED_FOR,
    label="入库申请的注册验证码",
    placeholders={"验证码": "135790", "有效分钟": "10"},
    defaults={
        ChannelCode.SMS: ("", _CODE),
        ChannelCode.EMAIL: ("入库申请验证码", _CODE),
    },
    required=("验证码",),
    secrets=("验证码",),
)

_KNOWN = (
    "有人用您的{{方式}}申请入库。该{{方式}}已在本系统登记，不需要再次申请：已有账号的请直接登录，"
    "不能登录的请联系专家库管理单位。不是您本人操作的，可以不理会。"
)
KNOWN = Occasion(
    code="joining.known",
    urgency=Urgency.WAITED_FOR,
    label="用已登记的手机号、邮箱申请入库（代替验证码）",
    placeholders={"方式": "手机号"},
    defaults={
        ChannelCode.SMS: ("", _KNOWN),
        ChannelCode.EMAIL: ("您已在本系统登记", _KNOWN),
    },
    # Which of the two it was says whether the number that somebody has just typed is in the pool.
    listed_as=CODE.code,
)

_RECOMMENDED = """{{姓名}}，您好！

{{推荐人}} 推荐您申请成为专家库的专家。请于 {{有效期至}} 前打开下方链接填写申请：
{{申请链接}}

链接只能使用一次，请勿转发。不愿意申请的，可以不理会。
"""
RECOMMENDED = Occasion(
    code="joining.recommended",
    label="同行推荐：邀请申请入库",
    placeholders={
        "姓名": "李工",
        "推荐人": "王工",
        "有效期至": "2026-12-12 09:00",
        "申请链接": "https://example.cn/join/by/AbCdEf",
    },
    defaults={
        ChannelCode.EMAIL: ("{{推荐人}}推荐您申请入库", _RECOMMENDED),
        ChannelCode.SMS: (
            "",
            "{{姓名}}，您好！{{推荐人}}推荐您申请成为专家库的专家，请于 {{有效期至}} 前打开 {{申请链接}} 填写，只能使用一次，请勿转发。",
        ),
    },
    required=("申请链接",),
    secrets=("申请链接",),
)

_USED = """{{推荐人}}，您好！

您推荐的 {{姓名}} 已通过推荐链接注册，正在填写入库申请。审核结果只告知申请人本人。
"""
USED = Occasion(
    code="joining.link_used",
    label="同行推荐：被推荐人已开始申请（发给推荐人）",
    placeholders={"推荐人": "王工", "姓名": "李工"},
    defaults={
        ChannelCode.SITE: ("{{姓名}}已开始申请入库", _USED),
        ChannelCode.EMAIL: ("您推荐的{{姓名}}已开始申请入库", _USED),
    },
)

_TOLD = """{{姓名}}，您好！

您的入库申请 {{申请编号}} 的审核结果：{{结果}}。{{意见}}

请登录查看：{{网址}}
"""
DECIDED = Occasion(
    code="joining.decided",
    label="入库申请的审核结果（发给申请人）",
    placeholders={
        "姓名": "李工",
        "申请编号": "RK2026000001",
        "结果": "退回补正",
        "意见": "意见：职称证书不清楚，请重新上传。",
        "网址": "https://example.cn/join/mine/",
    },
    defaults={
        ChannelCode.SMS: (
            "",
            "{{姓名}}，您的入库申请 {{申请编号}} 审核结果：{{结果}}。{{意见}}请登录查看 {{网址}}",
        ),
        ChannelCode.EMAIL: ("入库申请{{结果}}", _TOLD),
        ChannelCode.SITE: ("入库申请{{结果}}", _TOLD),
    },
)

_RESET = """{{姓名}}，您好！

请于 {{有效期至}} 前点击下方链接，为您申请入库的账号 {{账号}} 设置新密码：
{{激活链接}}

您自己申请的，设置之前原密码仍可使用；由管理员重置的，原密码已不能用。
密码只由您本人设置，本链接仅供您本人使用一次，请勿转发。不是您要求的，请立即联系专家库管理单位。
"""
PASSWORD = Occasion(
    code="joining.password",
    urgency=Urgency.WAITED_FOR,
    label="申请人重新设置密码",
    placeholders={
        "姓名": "李工",
        "账号": "sq0123456789ab",
        "激活链接": "https://example.cn/experts/activate/AbCdEf",
        "有效期至": "2026-12-01 09:00",
    },
    defaults={
        ChannelCode.EMAIL: ("请重新设置入库申请的密码", _RESET),
        ChannelCode.SMS: (
            "",
            "{{姓名}}，请于 {{有效期至}} 前打开 {{激活链接}}，为您申请入库的账号 {{账号}} 设置新密码，仅供本人使用，请勿转发；不是您要求的请联系管理单位。",
        ),
    },
    required=("激活链接",),
    secrets=("激活链接",),
)

OCCASIONS = (CODE, KNOWN, RECOMMENDED, USED, DECIDED, PASSWORD)
