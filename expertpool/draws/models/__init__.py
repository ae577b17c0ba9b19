from expertpool.draws.models.alarm import DrawAlarm
from expertpool.draws.models.draw import Draw, DrawEvent, DrawProject, SealBlock
from expertpool.draws.models.emergency import Emergency
from expertpool.draws.models.invitation import STANDBY, Hold, Invitation, ReplyLink
from expertpool.draws.models.pause import DrawPause, QuietWaiver
from expertpool.draws.models.plan import (
    HELD_KEY,
    ConditionGroup,
    ConditionLevel,
    DrawPlan,
    PlanVersion,
    RevealRule,
)
from expertpool.draws.models.request import (
    AnswerRequest,
    DrawRequest,
    EmergencyEndRequest,
    EmergencyRequest,
    PickRequest,
    ReleaseRequest,
    RescheduleRequest,
    VoidRequest,
    WideningRequest,
)
from expertpool.draws.models.rescheduling import WHEN, WHERE, Rescheduling
from expertpool.draws.models.tally import CountTally
from expertpool.draws.models.template import ConditionTemplate

__all__ = [
    "HELD_KEY",
    "STANDBY",
    "WHEN",
    "WHERE",
    "AnswerRequest",
    "ConditionGroup",
    "ConditionLevel",
    "ConditionTemplate",
    "CountTally",
    "Draw",
    "DrawAlarm",
    "DrawEvent",
    "DrawPause",
    "DrawPlan",
    "DrawProject",
    "DrawRequest",
    "Emergency",
    "EmergencyEndRequest",
    "EmergencyRequest",
    "Hold",
    "Invitation",
    "PickRequest",
    "PlanVersion",
    "QuietWaiver",
    "ReleaseRequest",
    "ReplyLink",
    "RescheduleRequest",
    "Rescheduling",
    "RevealRule",
    "SealBlock",
    "VoidRequest",
    "WideningRequest",
]
