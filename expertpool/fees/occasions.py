"""Why messages about fees are sent."""

from expertpool.notifications.enums import ChannelCode, Urgency
from expertpool.notifications.occasions import Occasion

_HIS = {
    "专家姓名": "王工",
    "项目名称": "人民医院门诊楼施工招标",
    "网址": "https://zhuanjia.example.cn/my/fees/",
}
# The sum stands in the letter alone: a text message is read by whoever holds the telephone.
_SENT = "{{专家姓名}}专家：您参加「{{项目名称}}」评审的劳务费确认函已发出，请核对后签字：{{网址}}"
SENT = Occasion(
    code="fees.sent",
    by_kind=True,
    label="请签劳务费确认函（通知专家）",
    placeholders=_HIS,
    defaults={
        ChannelCode.SITE: ("请签「{{项目名称}}」的劳务费确认函", _SENT),
        ChannelCode.EMAIL: ("请签「{{项目名称}}」的劳务费确认函", _SENT),
        ChannelCode.SMS: ("", _SENT),
        ChannelCode.WECHAT: ("", _SENT),
    },
)
_REVERSED = "{{专家姓名}}专家：您参加「{{项目名称}}」评审的劳务费确认函已作废（{{原因}}），改正后会重新发给您：{{网址}}"
REVERSED = Occasion(
    code="fees.reversed",
    by_kind=True,
    label="劳务费确认函作废（通知专家）",
    placeholders={**_HIS, "原因": "时间登记有误"},
    defaults={
        ChannelCode.SITE: ("「{{项目名称}}」的劳务费确认函已作废", _REVERSED),
        ChannelCode.EMAIL: ("「{{项目名称}}」的劳务费确认函已作废", _REVERSED),
        ChannelCode.SMS: ("", _REVERSED),
        ChannelCode.WECHAT: ("", _REVERSED),
    },
)
_CORRECTED = "{{专家姓名}}专家：您参加「{{项目名称}}」评审的劳务费多付，需要更正（{{原因}}），请查看金额并与经办人联系退回：{{网址}}"
CORRECTED = Occasion(
    code="fees.corrected",
    by_kind=True,
    label="劳务费多付需退回（通知专家）",
    placeholders={**_HIS, "原因": "时间登记有误"},
    defaults={
        ChannelCode.SITE: ("「{{项目名称}}」的劳务费需要更正", _CORRECTED),
        ChannelCode.EMAIL: ("「{{项目名称}}」的劳务费需要更正", _CORRECTED),
        ChannelCode.SMS: ("", _CORRECTED),
        ChannelCode.WECHAT: ("", _CORRECTED),
    },
)
_ENTER_ANEW = "您登记的「{{项目名称}}」中{{专家姓名}}的劳务费已由{{操作人}}冲销（{{原因}}），请到「项目劳务费」重新登记：{{网址}}"
ENTER_ANEW = Occasion(
    code="fees.enter_anew",
    label="劳务费被冲销，待重新登记（通知登记人）",
    placeholders={
        **_HIS,
        "原因": "时间登记有误",
        "操作人": "财务王芳",
        "网址": "https://zhuanjia.example.cn/fees/projects/12/",
    },
    defaults={
        ChannelCode.SITE: ("「{{项目名称}}」有劳务费待重新登记", _ENTER_ANEW),
        ChannelCode.EMAIL: ("「{{项目名称}}」有劳务费待重新登记", _ENTER_ANEW),
        ChannelCode.WECHAT: ("", _ENTER_ANEW),
    },
)
_RETURNED = (
    "{{专家姓名}}专家：您参加「{{项目名称}}」评审的劳务费，付款被银行退回（{{原因}}）。"
    "请核对收款账户，有误的请修改；财务重新核对后再付：{{网址}}"
)
RETURNED = Occasion(
    code="fees.returned",
    by_kind=True,
    label="劳务费付款被银行退回（通知专家）",
    placeholders={
        **_HIS,
        "原因": "户名不符",
        "网址": "https://zhuanjia.example.cn/my/account/",
    },
    defaults={
        ChannelCode.SITE: ("「{{项目名称}}」的劳务费被银行退回，请核对收款账户", _RETURNED),
        ChannelCode.EMAIL: ("「{{项目名称}}」的劳务费被银行退回，请核对收款账户", _RETURNED),
        ChannelCode.SMS: ("", _RETURNED),
        ChannelCode.WECHAT: ("", _RETURNED),
    },
)
_CODE = (
    "您正在修改劳务费收款账户（尾号 {{账户}}），验证码 {{验证码}} ，{{有效分钟}} 分钟内有效。"
    "不是您本人操作的，请勿告诉任何人，并修改登录密码。"
)
ACCOUNT_CODE = Occasion(
    code="fees.account_code",
    urgency=Urgency.WAITED_FOR,
    label="修改收款账户的验证码",
    placeholders={"验证码": "135790", "账户": "5678", "有效分钟": "10"},
    defaults={
        ChannelCode.SMS: ("", _CODE),
        ChannelCode.EMAIL: ("修改收款账户的验证码", _CODE),
    },
    required=("验证码",),
    secrets=("验证码",),
)
_SIGN = (
    "您正在签「{{项目名称}}」的劳务费确认函，验证码 {{验证码}} ，{{有效分钟}} 分钟内有效。"
    "不是您本人操作的，请勿告诉任何人，并修改登录密码。"
)
SIGN_CODE = Occasion(
    code="fees.sign_code",
    urgency=Urgency.WAITED_FOR,
    label="签劳务费确认函的验证码",
    placeholders={"验证码": "135790", "项目名称": "人民医院门诊楼施工招标", "有效分钟": "10"},
    defaults={
        ChannelCode.SMS: ("", _SIGN),
        ChannelCode.EMAIL: ("签劳务费确认函的验证码", _SIGN),
    },
    required=("验证码",),
    secrets=("验证码",),
)
_REFUSED = "{{专家姓名}}专家：财务核对您的收款账户时发现：{{原因}}。请修改后再次提交，核对无误后付款：{{网址}}"
ACCOUNT_REFUSED = Occasion(
    code="fees.account_refused",
    label="收款账户未通过核对（通知专家）",
    placeholders={
        "专家姓名": "王工",
        "原因": "户名与账号不符",
        "网址": "https://zhuanjia.example.cn/my/account/",
    },
    defaults={
        ChannelCode.SITE: ("请修改收款账户", _REFUSED),
        ChannelCode.EMAIL: ("请修改收款账户", _REFUSED),
        ChannelCode.SMS: ("", _REFUSED),
        ChannelCode.WECHAT: ("", _REFUSED),
    },
)
OCCASIONS = (
    *(SENT, REVERSED, CORRECTED, ENTER_ANEW, RETURNED),
    *(ACCOUNT_CODE, SIGN_CODE, ACCOUNT_REFUSED),
)
