from django.db import models


class Channel(models.TextChoices):
    """By which way an applicant found the form."""

    SITE = "site", "官网"
    WECHAT = "wechat", "微信"
    SHARE = "share", "分享链接"
    QR = "qr", "二维码"
    RECOMMENDED = "recommended", "同行推荐"


class Purpose(models.TextChoices):
    """For what somebody agrees that his personal data are used; each has texts of its own."""

    JOINING = "joining", "入库、抽取和评审"
    PUBLIC = "public", "在公开页面显示姓名"


class State(models.TextChoices):
    """Where an application stands."""

    DRAFT = "draft", "填写中"
    PENDING = "pending", "审核中"
    RETURNED = "returned", "退回补正"
    APPROVED = "approved", "已通过"
    REJECTED = "rejected", "未通过"
    WITHDRAWN = "withdrawn", "已撤回"


# Its applicant may write in it; of one person one application is not over at a time.
EDITABLE = (State.DRAFT, State.RETURNED)
OPEN = (*EDITABLE, State.PENDING)
TONES = {
    State.DRAFT: "grey",
    State.PENDING: "amber",
    State.RETURNED: "orange",
    State.APPROVED: "green",
    State.REJECTED: "red",
    State.WITHDRAWN: "grey",
}


class ContactKind(models.TextChoices):
    """By what somebody registers."""

    PHONE = "phone", "手机号"
    EMAIL = "email", "邮箱"


class Step(models.TextChoices):
    """The steps of the form, in order. The first two are named by the declarations of fields."""

    BASIC = "basic", "基本信息"
    PROFESSION = "profession", "专业与职称"
    HISTORY = "history", "工作经历与回避单位"
    PROOF = "proof", "证明材料"
    CONFIRM = "confirm", "确认提交"
