"""Why the experts app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode, Urgency
from expertpool.notifications.occasions import Occasion

# What activation messages are about: their link is for the recipient's eyes alone.
ACCOUNT = "experts.account"
# How the keys of those of them begin that he asked for himself.
ASKED = "password-asked-"
# What those to the blacklisted are about: by the link in them one appeals.
APPEAL_LINK = "experts.appeal_link"

_MAIL = """{{专家姓名}} 专家：

您好！您的档案已录入专家库，系统为您开通了账号：{{账号}}

请于 {{有效期至}} 前点击下方链接设置密码，之后即可用账号、手机号或邮箱登录，查看邀请、请假和维护本人资料。
{{激活链接}}

本链接仅供您本人使用一次，请勿转发。
"""

ACTIVATION = Occasion(
    code="expert.activation",
    urgency=Urgency.SOON,
    label="专家账号激活",
    placeholders={
        "专家姓名": "王工",
        "账号": "ZJ2026000001",
        "激活链接": "https://example.cn/experts/activate/AbCdEf",
        "有效期至": "2026-12-01 09:00",
    },
    defaults={
        ChannelCode.EMAIL: ("专家库账号激活", _MAIL),
        # To who has no mail, or one that was changed lately.
        ChannelCode.SMS: (
            "",
            "{{专家姓名}}专家：系统为您开通了账号 {{账号}}，请于 {{有效期至}} 前打开 {{激活链接}} 设置密码，仅供本人使用，请勿转发。",
        ),
    },
    required=("激活链接",),
    secrets=("激活链接",),
)

_RESET = """{{专家姓名}} 专家：

您好！请于 {{有效期至}} 前点击下方链接，为您的账号 {{账号}} 设置新密码：
{{激活链接}}

您自己申请的，设置之前原密码仍可使用；由管理员重置的，原密码已不能用。
密码只由您本人设置，本链接仅供您本人使用一次，请勿转发。不是您要求的，请立即联系专家库管理单位。
"""

PASSWORD = Occasion(
    code="expert.password",
    urgency=Urgency.WAITED_FOR,
    label="专家重新设置密码",
    placeholders=ACTIVATION.placeholders,
    defaults={
        ChannelCode.EMAIL: ("请重新设置专家库密码", _RESET),
        ChannelCode.SMS: (
            "",
            "{{专家姓名}}专家：请于 {{有效期至}} 前打开 {{激活链接}} 为账号 {{账号}} 设置新密码，仅供本人使用，请勿转发；不是您要求的请联系管理单位。",
        ),
    },
    required=("激活链接",),
    secrets=("激活链接",),
)

_CHANGED = (
    "{{专家姓名}}专家：您在专家库登记的{{内容}}已于 {{时间}} 修改，今后的通知发到新的{{内容}}。"
    "不是您要求的，请立即联系专家库管理单位。"
)
_MERGED = (
    "{{专家姓名}}专家：您在专家库的两份档案已于 {{时间}} 合并，{{关闭的档案}} 关闭，保留 {{保留的档案}}。"
    "其中有一份不是您本人的，请立即联系专家库管理单位。"
)
MERGED = Occasion(
    code="expert.merged",
    label="专家档案合并（发到两份档案原来的手机和邮箱）",
    placeholders={
        "专家姓名": "王工",
        "关闭的档案": "ZJ2026000002",
        "保留的档案": "ZJ2026000001",
        "时间": "2026-12-01 09:00",
    },
    defaults={
        ChannelCode.SMS: ("", _MERGED),
        ChannelCode.EMAIL: ("您的专家档案已合并", _MERGED),
    },
    required=("关闭的档案", "保留的档案", "时间"),
    watches=True,
)
CONTACT_CHANGED = Occasion(
    code="expert.contact_changed",
    label="专家手机号、邮箱变动（发到原来的手机和邮箱）",
    placeholders={"专家姓名": "王工", "内容": "邮箱", "时间": "2026-12-01 09:00"},
    defaults={
        ChannelCode.SMS: ("", _CHANGED),
        ChannelCode.EMAIL: ("您登记的{{内容}}已修改", _CHANGED),
    },
    required=("内容", "时间"),
    watches=True,
)

_RECORDS = (
    "{{收件人}}：\n{{操作人}} 修改了 {{专家}} 的档案。\n方式：{{方式}}\n内容：{{内容}}\n"
    "修改前后的对照：{{链接}}"
)
RECORDS_CHANGED = Occasion(
    code="expert.changed",
    label="专家档案有改动",
    placeholders={
        "收件人": "管理员老张",
        "操作人": "李经办",
        "方式": "页面修改",
        "专家": "王工（ZJ2026000001）",
        "人数": "1",
        "内容": "职称、工作单位",
        "链接": "https://zhuanjia.example.cn/experts/1/versions/?from=1&to=2",
    },
    defaults={ChannelCode.SITE: ("专家档案改动：{{专家}}", _RECORDS)},
)

_ASKED = (
    "{{收件人}}，专家 {{专家姓名}}（{{专家编号}}）申请移除管理部门登记的回避：{{回避}}。理由：{{理由}}。"
    "请在专家档案的「回避单位」中核定；核定前这条回避继续有效。"
)

REMOVAL_ASKED = Occasion(
    code="expert.removal_asked",
    urgency=Urgency.TIMED,
    label="专家申请移除回避",
    placeholders={
        "收件人": "管理员老张",
        "专家姓名": "王工",
        "专家编号": "ZJ2026000001",
        "回避": "华东建设集团有限公司",
        "理由": "已于 2020 年离职",
    },
    defaults={ChannelCode.SITE: ("{{专家姓名}}申请移除回避", _ASKED)},
)

_DECIDED = """{{专家姓名}} 专家：

您申请移除的回避「{{回避}}」，管理部门的核定结果：{{结果}}。意见：{{意见}}。
"""

REMOVAL_DECIDED = Occasion(
    code="expert.removal_decided",
    label="移除回避的核定结果",
    placeholders={
        "专家姓名": "王工",
        "回避": "华东建设集团有限公司",
        "结果": "同意移除",
        "意见": "已核实离职证明",
    },
    defaults={
        ChannelCode.SITE: ("移除回避的申请：{{结果}}", _DECIDED),
        ChannelCode.EMAIL: ("移除回避的申请：{{结果}}", _DECIDED),
        ChannelCode.WECHAT: ("", _DECIDED),
    },
)

_OWN_REMOVED = """{{专家姓名}} 专家：

您登记的回避「{{回避}}」（{{关系}}）已由管理部门移除，原因：{{原因}}。情况不符的，请登录后重新登记，或联系专家库管理单位。
"""

OWN_REMOVED = Occasion(
    code="expert.own_avoidance_removed",
    label="本人登记的回避被移除",
    placeholders={
        "专家姓名": "王工",
        "回避": "华东建设集团有限公司",
        "关系": "曾任职单位",
        "原因": "与另一条重复",
    },
    defaults={
        ChannelCode.SITE: ("您登记的回避被移除", _OWN_REMOVED),
        ChannelCode.EMAIL: ("您登记的回避被移除", _OWN_REMOVED),
        ChannelCode.WECHAT: ("", _OWN_REMOVED),
    },
)

_ENDING = (
    "{{专家姓名}} 专家：您在专家库的聘期{{届满情况}}（{{到期日}}）。聘期届满后不再被抽取，续聘后恢复；"
    "如需续聘，请登录后在「年检与续聘」中申请，或联系专家库管理单位。"
)
TERM_ENDING = Occasion(
    code="expert.term_ending",
    label="聘期届满（通知专家）",
    placeholders={
        "专家姓名": "王工",
        "届满情况": "将在 30 天内届满",
        "到期日": "2026-12-31",
    },
    defaults={
        ChannelCode.SITE: ("您的聘期{{届满情况}}", _ENDING),
        ChannelCode.EMAIL: ("您的聘期{{届满情况}}", _ENDING),
        ChannelCode.SMS: ("", _ENDING),
        ChannelCode.WECHAT: ("", _ENDING),
    },
)

_TERMS = (
    "{{收件人}}，有 {{人数}} 位专家的聘期{{届满情况}}（{{到期日}}），届满后不再被抽取。"
    "请办理续聘：{{链接}}"
)
TERMS_ENDING = Occasion(
    code="expert.terms_ending",
    label="聘期届满（通知管理人员）",
    placeholders={
        "收件人": "管理员老张",
        "人数": "12",
        "届满情况": "将在 30 天内届满",
        "到期日": "2026-12-31",
        "链接": "https://zhuanjia.example.cn/experts/?tab=formal&term=2026-12-31",
    },
    defaults={ChannelCode.SITE: ("{{人数}} 位专家的聘期{{届满情况}}", _TERMS)},
)

_ADMITTED = (
    "{{专家姓名}}专家：您已通过审核，于 {{时间}} 正式入库，专家编号 {{专家编号}}。审核意见：{{审核意见}}。"
    "不是您本人的，请联系专家库管理单位。"
)
ADMITTED = Occasion(
    code="expert.admitted",
    label="审核通过、正式入库（通知录入、导入的专家）",
    placeholders={
        "专家姓名": "王工",
        "专家编号": "ZJ2026000001",
        "审核意见": "材料齐全",
        "时间": "2026-12-01 09:00",
    },
    defaults={
        ChannelCode.SITE: ("您已正式入库", _ADMITTED),
        ChannelCode.EMAIL: ("您已正式进入专家库", _ADMITTED),
        ChannelCode.SMS: ("", _ADMITTED),
        ChannelCode.WECHAT: ("", _ADMITTED),
    },
)

_RETURNED = (
    "{{收件人}}：您录入的专家 {{专家姓名}}（{{专家编号}}）已于 {{时间}} 被 {{审核人}} 退回。原因：{{原因}}。"
    "修改后请在专家档案中点「重新提交」。"
)
RETURNED = Occasion(
    code="expert.admission_returned",
    label="专家入库被退回（通知录入人）",
    placeholders={
        "收件人": "李经办",
        "专家姓名": "王工",
        "专家编号": "ZJ2026000001",
        "审核人": "赵审核",
        "原因": "职称证书编号：与证书不符",
        "时间": "2026-12-01 09:00",
    },
    defaults={
        ChannelCode.SITE: ("专家入库被退回：{{专家姓名}}", _RETURNED),
        ChannelCode.EMAIL: ("专家入库被退回：{{专家姓名}}", _RETURNED),
    },
)

_ADMISSIONS = (
    "{{收件人}}：新导入 {{人数}} 位专家，等您审核入库；审核通过前不会被抽取。"
    "请在「专家信息」的「待审核」中核对，可以一次审核全部。"
)
ADMISSIONS_WAITING = Occasion(
    code="expert.admissions_waiting",
    label="导入的专家等待审核入库（通知审核人）",
    placeholders={"收件人": "赵审核", "人数": "5000"},
    defaults={ChannelCode.SITE: ("{{人数}} 位专家等您审核入库", _ADMISSIONS)},
)

_STATUS = (
    "{{专家姓名}}专家：您在专家库的状态已于 {{时间}} 由「{{原状态}}」变为「{{现状态}}」（{{事项}}）。原因：{{原因}}。"
    "如有疑问，请联系专家库管理单位。"
)
STATUS_CHANGED = Occasion(
    code="expert.status",
    label="专家冻结、解冻、移出黑名单、删除、恢复（通知专家）",
    placeholders={
        "专家姓名": "王工",
        "事项": "冻结",
        "原状态": "在库",
        "现状态": "冻结",
        "原因": "资格证书核查中",
        "时间": "2026-12-01 09:00",
    },
    defaults={
        ChannelCode.SITE: ("您的状态变为「{{现状态}}」", _STATUS),
        ChannelCode.EMAIL: ("您在专家库的状态变为「{{现状态}}」", _STATUS),
        ChannelCode.SMS: ("", _STATUS),
        ChannelCode.WECHAT: ("", _STATUS),
    },
    required=("现状态", "原因"),
)

_BLACKLISTED = """{{专家姓名}} 专家：

您已被移入专家库黑名单，期限：{{期限}}，期间不再被抽取。原因：{{原因}}。依据：{{依据}}。

有异议的，可打开下方链接申诉，由其他人员处理：
{{申诉链接}}

本链接仅供您本人使用，请勿转发。
"""
_BLACKLISTED_SHORT = (
    "{{专家姓名}}专家：您已被移入专家库黑名单，期限：{{期限}}。原因：{{原因}}。有异议的请打开 {{申诉链接}} 申诉，"
    "仅供本人使用，请勿转发。"
)
BLACKLISTED = Occasion(
    code="expert.blacklisted",
    label="移入黑名单（通知专家，附申诉链接）",
    placeholders={
        "专家姓名": "王工",
        "原因": "评审期间泄露评审情况",
        "依据": "处罚决定〔2026〕3 号",
        "期限": "至 2027-12-31",
        "申诉链接": "https://zhuanjia.example.cn/experts/appeal/AbCdEf/",
    },
    defaults={
        ChannelCode.EMAIL: ("您已被移入专家库黑名单", _BLACKLISTED),
        ChannelCode.SMS: ("", _BLACKLISTED_SHORT),
    },
    required=("原因", "申诉链接"),
    secrets=("申诉链接",),
)

_REFUSED = (
    "{{专家姓名}}专家：您对移入黑名单的申诉已于 {{时间}} 处理，申诉不成立。意见：{{意见}}。"
    "如有新的情况，可用原来的链接再次申诉。"
)
APPEAL_REFUSED = Occasion(
    code="expert.appeal_refused",
    label="黑名单申诉不成立（通知专家）",
    placeholders={"专家姓名": "王工", "意见": "经核查，原处理依据充分", "时间": "2026-12-01 09:00"},
    defaults={
        ChannelCode.EMAIL: ("您的黑名单申诉不成立", _REFUSED),
        ChannelCode.SMS: ("", _REFUSED),
    },
)

_APPEALED = (
    "{{收件人}}，专家 {{专家姓名}}（{{专家编号}}）对移入黑名单提出申诉。请在「黑名单」或「待我审批」中处理；"
    "处理前他仍在黑名单中。"
)
APPEALED = Occasion(
    code="expert.appealed",
    label="专家申诉黑名单（通知处理人）",
    placeholders={"收件人": "管理员老张", "专家姓名": "王工", "专家编号": "ZJ2026000001"},
    defaults={ChannelCode.SITE: ("{{专家姓名}}申诉黑名单", _APPEALED)},
)
