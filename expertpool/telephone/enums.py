from django.db import models


class CallOutcome(models.TextChoices):
    """How a call ended."""

    YES = "yes", "按键同意"
    NO = "no", "按键不参加"
    HEARD = "heard", "已听完"
    NO_KEY = "no_key", "接听后没有按键"
    HUNG_UP = "hung_up", "没有选择就挂断"
    NO_ANSWER = "no_answer", "无人接听"
    BUSY = "busy", "占线"
    REJECTED = "rejected", "对方拒接"
    OFF = "off", "关机或不在服务区"
    BAD_NUMBER = "bad_number", "号码有误"
    CONGESTED = "congested", "线路繁忙"
    DOWN = "down", "线路不通"
    REFUSED = "refused", "中继拒绝呼叫"
    CALLED_OFF = "called_off", "已由其他方式答复，停止拨打"
    INTERRUPTED = "interrupted", "通话中断"


ANSWERED = (CallOutcome.YES, CallOutcome.NO)
