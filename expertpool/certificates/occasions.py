"""Why messages about certificates are sent."""

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

_REVOKED = (
    "{{专家姓名}}专家：您的证书 {{证书编号}} 已注销，不能再使用。原因：{{原因}} "
    "有疑问请联系专家库管理单位。{{联系电话}}"
)
REVOKED = Occasion(
    code="certificates.revoked",
    label="证书注销（通知专家）",
    placeholders={
        "专家姓名": "王工",
        "证书编号": "ZJZS202600024",
        "原因": "本人申请退出专家库。",
        "联系电话": "管理部门电话：0731-84110000。",
    },
    defaults={
        ChannelCode.SITE: ("您的证书已注销", _REVOKED),
        ChannelCode.EMAIL: ("您的证书已注销", _REVOKED),
        ChannelCode.SMS: ("", _REVOKED),
        ChannelCode.WECHAT: ("", _REVOKED),
    },
)
_REISSUED = (
    "{{专家姓名}}专家：您的证书已换发，新证书编号 {{证书编号}}；原证书 {{原证书编号}} 不能再使用，"
    "请换用新证书。查看和下载：{{网址}}"
)
REISSUED = Occasion(
    code="certificates.reissued",
    label="证书换发（通知专家）",
    placeholders={
        "专家姓名": "王工",
        "证书编号": "ZJZS202600031",
        "原证书编号": "ZJZS202600024",
        "网址": "https://zhuanjia.example.cn/my/certificates/",
    },
    defaults={
        ChannelCode.SITE: ("您的证书已换发", _REISSUED),
        ChannelCode.EMAIL: ("您的证书已换发", _REISSUED),
        ChannelCode.SMS: ("", _REISSUED),
        ChannelCode.WECHAT: ("", _REISSUED),
    },
)
OCCASIONS = (REVOKED, REISSUED)
