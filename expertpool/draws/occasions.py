"""Why the draws app sends messages, with the default texts.

The default invitation names neither project nor purchaser: whoever learns of it early can be
approached (the practice of several provinces); an administrator may add {{项目名称}}.
"""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode, Urgency
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.queries.replies import how_to_answer
from expertpool.workflow.registry import result_occasion

# Who hears of what somebody did with a draw, besides all who decide.
READERS = ("draws.alarms",)

_LETTER = """{{专家姓名}} 专家：

您好！您已被{{产生方式}}为评审专家，现邀请您参加评审：

评审时间：{{评审时间}}
评审地点：{{评审地点}}
预计时长：{{预计时长}}
联系人：{{联系人}}，{{联系电话}}

请于 {{答复截止}} 前点击下方链接，确认是否参加。逾期未答复视为不参加，名额将另行安排。
{{答复链接}}

本链接仅供您本人使用，请勿转发；请对受邀一事保密。
"""

_SMS = (
    "【专家库】{{专家姓名}}专家，邀您 {{评审时间}} 在{{评审地点}}参加评审，约 {{预计时长}}。"
    "请于 {{答复截止}} 前{{回复办法}}点开链接答复：{{答复链接}}"
)
# How he may answer in writing; nothing where this site takes no answers so.
_IN_WRITING = {"回复办法": "回复 Y483100 参加、N483100 不参加，或", "回复码": "483100"}
CODE = "回复码"


def also_in_writing(code: str) -> str:
    """Return how a short message with ``code`` is answered besides, as a sentence; empty where it cannot be."""
    how = how_to_answer(code).removesuffix("，或")
    return f"也可{how}。" if how else ""


# Spoken; which key says what is added by whoever calls.
_WHEN = "评审时间：{{评审时间}}。评审地点：{{评审地点}}。预计时长：{{预计时长}}。请于 {{答复截止}} 前答复。"
_CALL = "{{专家姓名}}专家，您好！这里是专家库，邀请您参加评审。" + _WHEN
# Told to whoever has bound his WeChat, besides; what is sent there are the values of a text that WeChat keeps.
_WECHAT = (
    "{{专家姓名}}专家，邀您 {{评审时间}} 在{{评审地点}}参加评审，约 {{预计时长}}，"
    "请于 {{答复截止}} 前答复：{{答复链接}}"
)
# Over these he answers by a key, and needs no link.
KEYED = (ChannelCode.VOICE,)

INVITATION = Occasion(
    code="draw.invitation",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="评审邀请",
    placeholders={
        "专家姓名": "王工",
        "产生方式": "随机抽取",
        "评审时间": "2026-12-01 09:00",
        "评审地点": "公共资源交易中心三楼 301 室",
        "预计时长": "4 小时",
        "联系人": "李经办",
        "联系电话": "0571-88886666",
        "答复截止": "2026-11-30 12:00",
        "答复链接": "https://example.cn/r/AbCdEf",
        "项目名称": "市民中心弱电工程",
        "项目编号": "XM20260001",
        **_IN_WRITING,
    },
    defaults={
        ChannelCode.SMS: (
            "",
            _SMS,
        ),
        ChannelCode.VOICE: ("", _CALL),
        ChannelCode.WECHAT: ("", _WECHAT),
        ChannelCode.EMAIL: ("评审邀请函（{{评审时间}}）", _LETTER),
        ChannelCode.SITE: ("评审邀请（{{评审时间}}）", _LETTER),
    },
    required=("答复链接",),
    late=("答复截止",),
    secrets=("答复链接",),
    answer=CODE,
    written={"回复办法": how_to_answer},
    keyed=KEYED,
    by_plan=True,
)

_STANDBY_LETTER = """{{专家姓名}} 专家：

您好！您已被{{产生方式}}为候补评审专家，现邀请您为以下评审候补：

评审时间：{{评审时间}}
评审地点：{{评审地点}}
预计时长：{{预计时长}}
联系人：{{联系人}}，{{联系电话}}

候补的意思是：请您留出这段时间；如有评审专家不能参加，由您递补，届时另行通知。没有收到递补通知的，不用到场。

请于 {{答复截止}} 前点击下方链接，确认是否同意候补。逾期未答复视为不同意，名额将另行安排。
{{答复链接}}

本链接仅供您本人使用，请勿转发；请对受邀一事保密。
"""

_STANDBY_SMS = (
    "【专家库】{{专家姓名}}专家，邀您为 {{评审时间}} 在{{评审地点}}的评审候补（约 {{预计时长}}）："
    "请留出时间，有人不能参加时由您递补并另行通知。"
    "请于 {{答复截止}} 前{{回复办法}}点开链接答复：{{答复链接}}"
)

_STANDBY_CALL = (
    "{{专家姓名}}专家，您好！这里是专家库，邀请您为一场评审候补：请留出时间，有人不能参加时由您递补。"
    + _WHEN
)

STANDBY_INVITATION = Occasion(
    code="draw.standby",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="评审邀请（候补）",
    placeholders=INVITATION.placeholders,
    defaults={
        ChannelCode.SMS: ("", _STANDBY_SMS),
        ChannelCode.VOICE: ("", _STANDBY_CALL),
        ChannelCode.WECHAT: ("", _WECHAT.replace("参加评审", "为一场评审候补")),
        ChannelCode.EMAIL: ("候补评审专家邀请函（{{评审时间}}）", _STANDBY_LETTER),
        ChannelCode.SITE: ("候补评审邀请（{{评审时间}}）", _STANDBY_LETTER),
    },
    required=INVITATION.required,
    late=("答复截止",),
    secrets=INVITATION.secrets,
    answer=CODE,
    written={"回复办法": how_to_answer},
    keyed=KEYED,
    by_plan=True,
)

_MOVED_UP = (
    "{{专家姓名}}专家，因有专家不能参加，您已由候补递补为评审专家：{{评审时间}} 在{{评审地点}}，"
    "约 {{预计时长}}。{{答复要求}}联系人 {{联系人}}，{{联系电话}}。"
)

MOVED_UP = Occasion(
    code="draw.moved_up",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="候补递补",
    placeholders={
        "专家姓名": "王工",
        "评审时间": "2026-12-01 09:00",
        "评审地点": "公共资源交易中心三楼 301 室",
        "预计时长": "4 小时",
        "答复要求": "您已同意参加，无需再答复。",
        "短信答复": "也可回复 Y483100 参加、N483100 不参加。",
        "回复码": "483100",
        "联系人": "李经办",
        "联系电话": "0571-88886666",
        "项目名称": "市民中心弱电工程",
        "项目编号": "XM20260001",
    },
    defaults={
        ChannelCode.SMS: (
            "",
            "【专家库】" + _MOVED_UP.replace("{{答复要求}}", "{{答复要求}}{{短信答复}}"),
        ),
        ChannelCode.EMAIL: ("您已递补为评审专家（{{评审时间}}）", _MOVED_UP),
        ChannelCode.SITE: ("您已递补为评审专家（{{评审时间}}）", _MOVED_UP),
    },
    answer=CODE,
    written={"短信答复": also_in_writing},
)

_SOONER = (
    "{{专家姓名}}专家，您收到的评审邀请（{{评审时间}}）情况紧急，答复时限提前到 {{答复截止}}。"
    "请用原链接尽快答复，或等候工作人员来电；联系人 {{联系人}}，{{联系电话}}。"
)

EMERGENCY = Occasion(
    code="draw.emergency",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="应急抽取：答复时限提前",
    placeholders={
        "专家姓名": "王工",
        "评审时间": "2026-12-01 09:00",
        "答复截止": "2026-12-01 07:30",
        "联系人": "李经办",
        "联系电话": "0571-88886666",
    },
    defaults={
        ChannelCode.SMS: ("", "【专家库】" + _SOONER),
        ChannelCode.EMAIL: ("评审邀请的答复时限提前到 {{答复截止}}", _SOONER),
        ChannelCode.SITE: ("评审邀请的答复时限提前到 {{答复截止}}", _SOONER),
    },
)

_AS_BEFORE = (
    "{{专家姓名}}专家，您收到的评审邀请（{{评审时间}}）不再紧急，答复时限恢复到 {{答复截止}}，以本次通知为准。"
    "请用原链接答复；联系人 {{联系人}}，{{联系电话}}。"
)

EMERGENCY_ENDED = Occasion(
    code="draw.emergency_ended",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="取消应急：答复时限恢复",
    placeholders=EMERGENCY.placeholders,
    defaults={
        ChannelCode.SMS: ("", "【专家库】" + _AS_BEFORE),
        ChannelCode.EMAIL: ("评审邀请的答复时限恢复到 {{答复截止}}", _AS_BEFORE),
        ChannelCode.SITE: ("评审邀请的答复时限恢复到 {{答复截止}}", _AS_BEFORE),
    },
)

_ALARM = (
    "{{收件人}}，抽取 {{抽取编号}}（{{项目名称}}）：{{事项}}。能补做的系统正在补做；"
    "请打开抽取页面核对，仍未解决的，请联系系统管理员查看系统日志。"
)

ALARM = Occasion(
    code="draw.alarm",
    urgency=Urgency.TIMED,
    label="抽取异常提醒",
    placeholders={
        "收件人": "周监督",
        "抽取编号": "D202612010001",
        "项目名称": "市民中心弱电工程",
        "事项": "到期的邀请没有按时处理",
    },
    defaults={ChannelCode.SITE: ("抽取异常：{{抽取编号}}", _ALARM)},
    required=("抽取编号", "事项"),
    watches=True,
    readers=READERS,
)

_OF_REVIEW = {
    "专家姓名": "王工",
    "身份": "评审专家",
    "评审时间": "2026-12-03 09:00",
    "评审地点": "公共资源交易中心三楼 301 室",
    "预计时长": "4 小时",
    "联系人": "李经办",
    "联系电话": "0571-88886666",
    "项目名称": "市民中心弱电工程",
    "项目编号": "XM20260001",
}
_ANSWER = {"答复截止": "2026-11-30 12:00", "答复链接": "https://example.cn/r/AbCdEf"}

_MOVED_LETTER = """{{专家姓名}} 专家：

您好！邀请您担任{{身份}}的评审{{改动}}。原来的席位为您保留，请重新确认能否参加：

评审时间：{{评审时间}}
评审地点：{{评审地点}}
预计时长：{{预计时长}}
原定：{{原评审时间}}，{{原评审地点}}
联系人：{{联系人}}，{{联系电话}}

无论原来是否已经答复，都请于 {{答复截止}} 前点击下方链接确认。逾期未答复视为不参加，名额将另行安排。
{{答复链接}}

本链接仅供您本人使用，请勿转发；请对受邀一事保密。
"""
_MOVED_SMS = "【专家库】{{专家姓名}}专家，您受邀的评审{{改动}}。无论是否答复过，请于 {{答复截止}} 前重新确认能否参加：{{回复办法}}点开链接 {{答复链接}}"

_MOVED_CALL = (
    "{{专家姓名}}专家，您好！这里是专家库。您受邀的评审改了时间或地点，无论是否答复过，请重新确认能否参加。"
    + _WHEN
)

_MOVED_WECHAT = (
    "{{专家姓名}}专家，您受邀的评审{{改动}}。请于 {{答复截止}} 前重新确认能否参加：{{答复链接}}"
)

RESCHEDULED = Occasion(
    code="draw.rescheduled",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="评审改期，请重新确认",
    placeholders=_OF_REVIEW
    | _ANSWER
    | _IN_WRITING
    | {
        "原评审时间": "2026-12-01 09:00",
        "原评审地点": "公共资源交易中心三楼 301 室",
        "改期原因": "供应商答疑延期",
        "改动": "改期为 2026-12-03 09:00，地点不变，仍为公共资源交易中心三楼 301 室（原定 2026-12-01 09:00）",
        "改动要点": "改期到 2026-12-03 09:00",
    },
    defaults={
        ChannelCode.SMS: ("", _MOVED_SMS),
        ChannelCode.VOICE: ("", _MOVED_CALL),
        ChannelCode.WECHAT: ("", _MOVED_WECHAT),
        ChannelCode.EMAIL: ("评审{{改动要点}}，请重新确认", _MOVED_LETTER),
        ChannelCode.SITE: ("评审{{改动要点}}，请重新确认", _MOVED_LETTER),
    },
    required=("答复链接",),
    late=("答复截止",),
    secrets=("答复链接",),
    answer=CODE,
    written={"回复办法": how_to_answer},
    keyed=KEYED,
    by_plan=True,
)

_STILL_OPEN = (
    "{{专家姓名}}专家，您还没有答复担任{{身份}}的邀请（{{评审时间}}，{{评审地点}}）。"
    "请于 {{答复截止}} 前确认能否参加，逾期视为不参加：{{答复链接}}"
)

_STILL_OPEN_SMS = _STILL_OPEN.replace(
    "确认能否参加，逾期", "确认能否参加（{{回复办法}}点开链接），逾期"
)

ANSWER_REMINDER = Occasion(
    code="draw.answer_reminder",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="催请答复",
    placeholders=_OF_REVIEW | _ANSWER | _IN_WRITING,
    defaults={
        ChannelCode.SMS: ("", "【专家库】" + _STILL_OPEN_SMS),
        ChannelCode.VOICE: (
            "",
            "{{专家姓名}}专家，您好！这里是专家库，您还没有答复担任{{身份}}的邀请。" + _WHEN,
        ),
        ChannelCode.EMAIL: ("请于 {{答复截止}} 前答复评审邀请", _STILL_OPEN),
        ChannelCode.SITE: ("请于 {{答复截止}} 前答复评审邀请", _STILL_OPEN),
    },
    required=("答复链接",),
    late=("答复截止",),
    secrets=("答复链接",),
    answer=CODE,
    written={"回复办法": how_to_answer},
    keyed=KEYED,
)

_COMING = (
    "{{专家姓名}}专家，提醒您：您已同意担任{{身份}}的评审将于 {{评审时间}} 在{{评审地点}}进行，"
    "约 {{预计时长}}。联系人 {{联系人}}，{{联系电话}}。详情：{{答复链接}}"
)

REMINDER = Occasion(
    code="draw.reminder",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="评审前提醒",
    placeholders=_OF_REVIEW | {"答复链接": _ANSWER["答复链接"]},
    defaults={
        ChannelCode.SMS: ("", "【专家库】" + _COMING),
        ChannelCode.WECHAT: ("", _COMING),
        ChannelCode.EMAIL: ("评审提醒（{{评审时间}}）", _COMING),
        ChannelCode.SITE: ("评审提醒（{{评审时间}}）", _COMING),
    },
    required=("答复链接",),
    secrets=("答复链接",),
    by_plan=True,
)

_AGREED = """{{专家姓名}} 专家：

您已同意担任{{身份}}，请按以下时间、地点参加评审：

评审时间：{{评审时间}}
评审地点：{{评审地点}}
预计时长：{{预计时长}}
联系人：{{联系人}}，{{联系电话}}

{{到场说明}}不能参加时，请尽早用原来的链接请假，或联系上述联系人。请对受邀一事保密。
"""
_AGREED_SMS = (
    "【专家库】{{专家姓名}}专家，您已同意担任{{身份}}：{{评审时间}} 在{{评审地点}}，约 {{预计时长}}。"
    "{{到场说明}}不能参加时请尽早用原来的链接请假。联系人 {{联系人}}，{{联系电话}}。"
)

_HEARD = "{{专家姓名}}专家，收到您的答复：{{处理结果}}"

HEARD = Occasion(
    code="draw.heard",
    by_kind=True,
    urgency=Urgency.TIMED,
    told_back=True,
    label="短信、电话答复的处理结果",
    placeholders={
        "专家姓名": "王工",
        "处理结果": "已登记您不能参加，谢谢您的答复。",
    },
    defaults={ChannelCode.SMS: ("", "【专家库】" + _HEARD)},
)

CONFIRMED = Occasion(
    code="draw.confirmed",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="同意参加的确认",
    placeholders=_OF_REVIEW | {"到场说明": "请准时到场。"},
    defaults={
        ChannelCode.SMS: ("", _AGREED_SMS),
        ChannelCode.WECHAT: ("", _AGREED_SMS.removeprefix("【专家库】")),
        ChannelCode.EMAIL: ("您已同意参加评审（{{评审时间}}）", _AGREED),
        ChannelCode.SITE: ("您已同意参加评审（{{评审时间}}）", _AGREED),
    },
    by_plan=True,
)

_CALLED_OFF = (
    "{{专家姓名}}专家，{{评审时间}} 在{{评审地点}}的评审，邀请您担任{{身份}}的那次抽取已作废，对您的邀请已取消，"
    "您不用到场，也无需再答复。{{后续安排}}联系人 {{联系人}}，{{联系电话}}。"
)

CANCELLED = Occasion(
    code="draw.cancelled",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="抽取作废，邀请取消",
    placeholders=_OF_REVIEW | {"后续安排": "重新抽取时抽中您的，会再次邀请。"},
    defaults={
        ChannelCode.SMS: ("", "【专家库】" + _CALLED_OFF),
        ChannelCode.WECHAT: ("", _CALLED_OFF),
        ChannelCode.EMAIL: ("邀请已取消（{{评审时间}}）", _CALLED_OFF),
        ChannelCode.SITE: ("邀请已取消（{{评审时间}}）", _CALLED_OFF),
    },
    by_plan=True,
)

_LET_GO = (
    "{{专家姓名}}专家，{{评审时间}} 在{{评审地点}}的评审已另行安排专家，您不再担任{{身份}}，不用到场。"
    "如有疑问，请联系 {{联系人}}，{{联系电话}}。"
)

RELEASED = Occasion(
    code="draw.released",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="席位取消",
    placeholders=_OF_REVIEW,
    defaults={
        ChannelCode.SMS: ("", "【专家库】" + _LET_GO),
        ChannelCode.WECHAT: ("", _LET_GO),
        ChannelCode.EMAIL: ("您的评审席位已取消（{{评审时间}}）", _LET_GO),
        ChannelCode.SITE: ("您的评审席位已取消（{{评审时间}}）", _LET_GO),
    },
    by_plan=True,
)

_TOLD_OF_MOVE = (
    "{{收件人}}，{{改期人}}将抽取 {{抽取编号}}（{{项目名称}}）改期：{{改期内容}}；原因：{{改期原因}}。"
    "原有专家保留席位，正在重新确认。"
)

PANEL_MOVED = Occasion(
    code="draw.panel_moved",
    urgency=Urgency.TIMED,
    label="改期告知监督人、经办人和申请人",
    placeholders={
        "收件人": "周监督",
        "改期人": "李经办",
        "抽取编号": "D202612010001",
        "项目名称": "市民中心弱电工程",
        "改期内容": "2026-12-01 09:00，301 室 → 2026-12-03 09:00，301 室",
        "改期原因": "供应商答疑延期",
    },
    defaults={ChannelCode.SITE: ("改期：{{抽取编号}}", _TOLD_OF_MOVE)},
    required=("改期人", "抽取编号", "改期内容"),
    watches=True,
    readers=READERS,
)

_STEP_ALONE = (
    "{{收件人}}，{{操作人}}对抽取 {{抽取编号}}（{{项目名称}}）{{事项}}，原因：{{原因}}。"
    "这一步一人即可办理，已记入操作日志；不应如此的，请到抽取页面核对。"
)

STEP_ALONE = Occasion(
    code="draw.step_alone",
    urgency=Urgency.TIMED,
    label="一人办理的干预（暂停、恢复、立即发出、取消应急、放弃抽取）",
    placeholders={
        "收件人": "周监督",
        "操作人": "李经办",
        "抽取编号": "D202612010001",
        "项目名称": "市民中心弱电工程",
        "事项": "暂停抽取",
        "原因": "评审地点待定",
    },
    defaults={ChannelCode.SITE: ("{{事项}}：{{抽取编号}}", _STEP_ALONE)},
    required=("操作人", "抽取编号", "事项"),
    watches=True,
    readers=READERS,
)

_HELD_REFUSED = (
    "{{收件人}}，{{操作人}}为「{{项目名称}}」{{操作}}，因部分专家已被名单尚未公开的抽取占用而被拒绝。"
    "多次这样尝试可能是在打听别的抽取抽中了谁，请留意操作日志。"
)

HELD_REFUSED = Occasion(
    code="draw.held_refused",
    label="因名单未公开的占用被拒绝",
    placeholders={
        "收件人": "周监督",
        "操作人": "李经办",
        "操作": "封存抽取",
        "项目名称": "市民中心弱电工程",
    },
    defaults={ChannelCode.SITE: ("抽取被拒绝：{{项目名称}}", _HELD_REFUSED)},
    required=("操作人", "操作", "项目名称"),
    watches=True,
    readers=READERS,
)

_POOL_CHANGED = (
    "{{收件人}}，抽取 {{抽取编号}}（{{项目名称}}）封存后专家资料有改动，或时间被其他抽取占用：轮到的 {{人数}} 名专家因此不能入席，或没能按时答复"
    "（{{改动种类}}）。日志中的改动：{{改动}}。抽取已由系统暂停，不发出邀请、不计时；请到抽取页面核对："
    "改动不当的，先恢复资料再恢复抽取，轮到的人照常入席、没能答复的人重新计时；改动属实的，恢复抽取后按次序补抽；有疑问的，作废重抽。"
    "请勿把人数告诉改动资料的人。"
)

POOL_CHANGED = Occasion(
    code="draw.pool_changed",
    urgency=Urgency.TIMED,
    label="封存后专家资料有改动，抽取暂停",
    placeholders={
        "收件人": "周监督",
        "抽取编号": "D202612010001",
        "项目名称": "市民中心弱电工程",
        "人数": "2",
        "改动种类": "未正式入库或冻结 2 人",
        "改动": "吴管理（账号 wu，管理员）冻结专家 2 次",
    },
    defaults={ChannelCode.SITE: ("抽取已暂停：{{抽取编号}} 封存后专家资料有改动", _POOL_CHANGED)},
    required=("抽取编号", "改动种类", "改动"),
    watches=True,
    readers=READERS,
)

_POOL_EMPTIED = (
    "{{收件人}}，抽取 {{抽取编号}}（{{项目名称}}）封存前，{{改动}}。抽取只从余下的人中进行，请核对缘由："
    "改动不当的，恢复资料，作废重抽。"
)

POOL_EMPTIED = Occasion(
    code="draw.pool_emptied",
    label="封存前专家库少了很多人",
    placeholders={
        "收件人": "周监督",
        "抽取编号": "D202612010001",
        "项目名称": "市民中心弱电工程",
        "改动": "吴管理 在 7 天内冻结、移入黑名单或删除了 256 名专家，占当时在库的 92%，至今没有恢复",
    },
    defaults={ChannelCode.SITE: ("{{抽取编号}} 封存前专家库少了很多人", _POOL_EMPTIED)},
    required=("抽取编号", "改动"),
    watches=True,
    readers=READERS,
)

# No number and no kind: the operator learns no more of it than the page tells him.
_POOL_STOPPED = (
    "{{收件人}}，抽取 {{抽取编号}}（{{项目名称}}）因专家库变动暂停，等监督人核对后恢复。"
    "暂停期间不发出邀请、不计时；评审时间临近的，请提醒监督人尽快核对。"
)

POOL_STOPPED = Occasion(
    code="draw.pool_stopped",
    urgency=Urgency.TIMED,
    label="抽取因专家库变动暂停（告知抽取人）",
    placeholders={
        "收件人": "李经办",
        "抽取编号": "D202612010001",
        "项目名称": "市民中心弱电工程",
    },
    defaults={ChannelCode.SITE: ("抽取已暂停：{{抽取编号}} 等待监督人核对", _POOL_STOPPED)},
    required=("抽取编号",),
)

_SERVICE_OFF = (
    "{{收件人}}，系统自 {{停机开始}} 至 {{恢复运行}} 没有运行，或打不开网页，其间的时间不计入抽取 {{抽取编号}}（{{项目名称}}）的答复时限："
    "没有答复的专家按停机前剩余的时间顺延，最迟到评审开始，不因停机记为未答复；其间已开始评审、来不及答复的记为冲突。"
    "请打开抽取页面核对席位和名单公开时间；不是计划内停机的，请查明原因。"
)

SERVICE_OFF = Occasion(
    code="draw.service_off",
    label="系统停机，答复时限已顺延",
    placeholders={
        "收件人": "周监督",
        "停机开始": "2026-11-29 11:07",
        "恢复运行": "2026-12-01 16:07",
        "抽取编号": "D202612010001",
        "项目名称": "市民中心弱电工程",
    },
    defaults={ChannelCode.SITE: ("系统停机：{{抽取编号}} 的答复时限已顺延", _SERVICE_OFF)},
    required=("抽取编号", "停机开始", "恢复运行"),
    watches=True,
    readers=READERS,
)

_SHORT = (
    "{{收件人}}，抽取 {{抽取编号}}（{{项目名称}}）已结束，人数不满足：{{缺额}}。"
    "评审尚未开始的，由经办人在抽取页面继续：按页面提示再补抽、放宽条件补抽或另选。"
)

SHORT = Occasion(
    code="draw.short",
    urgency=Urgency.TIMED,
    label="抽取结束，人数不满足",
    placeholders={
        "收件人": "李经办",
        "抽取编号": "D202612010001",
        "项目名称": "市民中心弱电工程",
        "缺额": "技术缺 1 人",
    },
    defaults={ChannelCode.SITE: ("人数不满足：{{抽取编号}} {{缺额}}", _SHORT)},
    required=("抽取编号", "缺额"),
)

_REOPENED = (
    "{{收件人}}，抽取 {{抽取编号}}（{{项目名称}}，{{评审时间}} 评审）人员已齐之后又有席位空出，正按原次序补抽。"
    "来不及的，可以在抽取页面申请应急抽取。"
)

REOPENED = Occasion(
    code="draw.reopened",
    urgency=Urgency.TIMED,
    label="人员已齐后又有席位空出",
    placeholders={
        "收件人": "李经办",
        "抽取编号": "D202612010001",
        "项目名称": "市民中心弱电工程",
        "评审时间": "2026-12-03 09:00",
    },
    defaults={ChannelCode.SITE: ("席位空出：{{抽取编号}} 正在补抽", _REOPENED)},
    required=("抽取编号",),
)

_VALUE = (
    "{{收件人}}，抽取 {{抽取编号}}（{{项目名称}}）已封存，等待您以{{身份}}身份提供随机值后定序。"
    "评审于 {{评审时间}} 开始，届时仍未提供的，本次抽取只能放弃。请尽快在抽取页面提供。"
)

VALUE = Occasion(
    code="draw.value",
    label="抽取已封存，等待随机值",
    placeholders={
        "收件人": "周监督",
        "抽取编号": "D202612010001",
        "项目名称": "市民中心弱电工程",
        "身份": "监督人",
        "评审时间": "2026-12-03 09:00",
    },
    defaults={ChannelCode.SITE: ("请提供随机值：{{抽取编号}}", _VALUE)},
    required=("抽取编号",),
)

_DELAYING = (
    "{{收件人}}：{{操作人}} 于 {{时间}} 改动了评审邀请的发送时间（{{内容}}），已经生效，进行中的抽取也按此发出邀请。"
    "不应改动的，请立即联系管理员改回，并核对操作日志。"
)

DELAYED = Occasion(
    code="draw.delayed",
    urgency=Urgency.TIMED,
    label="邀请的免打扰时段、渠道先后改动",
    placeholders={
        "收件人": "周监督",
        "操作人": "张建国",
        "内容": "短信免打扰时段：未设置 → 20:30 至 次日 08:30",
        "时间": "2026-12-01 09:00",
    },
    defaults={ChannelCode.SITE: ("评审邀请的发送时间已改动", _DELAYING)},
    required=("操作人", "内容"),
    watches=True,
)

_GONE = (
    "{{收件人}}，抽取 {{抽取编号}}（{{项目名称}}）名单已公开：在席专家中有 {{人数}} 人已不在库（黑名单、冻结或已删除），由单位登记了评审期间的请假，或因单位合并应回避、因工作单位变动不能再参加，应更换。"
    "抽取页面已标注：由经办人代登记「更换」，经监督人确认后按原次序补抽。"
)

GONE = Occasion(
    code="draw.gone",
    urgency=Urgency.TIMED,
    label="名单公开后在席专家应更换",
    placeholders={
        "收件人": "周监督",
        "抽取编号": "D202612010001",
        "项目名称": "市民中心弱电工程",
        "人数": "1",
    },
    defaults={ChannelCode.SITE: ("应更换专家：{{抽取编号}} 有 {{人数}} 人", _GONE)},
    required=("抽取编号", "人数"),
    watches=True,
    readers=READERS,
)

PLAN_DECIDED = result_occasion("draw.plan_decided", "抽取方案")

# Those that ask, with the link: the clock starts when one goes out.
LETTERS = (INVITATION.code, STANDBY_INVITATION.code, RESCHEDULED.code)
# Those that tell an expert when and where the review is.
DATED = (
    *LETTERS,
    *(EMERGENCY.code, EMERGENCY_ENDED.code, ANSWER_REMINDER.code, CONFIRMED.code),
    *(REMINDER.code, MOVED_UP.code),
)
# Those that want an answer: out of date once there is one, and held back by a pause.
ASKING = (*LETTERS, EMERGENCY.code, EMERGENCY_ENDED.code, ANSWER_REMINDER.code)
# Those that call somebody to answer or to come who has been asked: not whoever has left the pool.
CALLING = (
    *(EMERGENCY.code, EMERGENCY_ENDED.code, ANSWER_REMINDER.code),
    *(REMINDER.code, MOVED_UP.code, PANEL_MOVED.code),
)
# Those that do not go out in quiet hours.
WAITING = (
    *LETTERS,
    *(EMERGENCY_ENDED.code, ANSWER_REMINDER.code, REMINDER.code, CANCELLED.code, RELEASED.code),
)
# Those by which somebody hears that he is not expected any more.
CANCELLING = (CANCELLED.code, RELEASED.code)
