"""What two persons decide about a draw: one asks with a reason, another agrees or not."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from expertpool.core.bounds import within
from expertpool.core.fields import EncryptedBytesField
from expertpool.draws.enums import InvitationState
from expertpool.draws.models.draw import Draw
from expertpool.draws.models.invitation import Invitation
from expertpool.draws.models.rescheduling import words_of_move
from expertpool.draws.validators import EMERGENCY
from expertpool.experts.models import Leave
from expertpool.workflow.models import TwoPersonRequest


class DrawRequest(TwoPersonRequest):
    """What two persons decide about a draw. At most one of a kind is open for it."""

    subject_field = "draw"

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="+")

    class Meta(TwoPersonRequest.Meta):
        abstract = True
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["draw"],
                condition=Q(decided_at__isnull=True),
                name="draws_one_open_%(class)s",
            ),
        ]

    @property
    def subject_name(self) -> str:
        return self.draw.number


class VoidRequest(DrawRequest):
    """That a draw be voided."""

    class Meta(DrawRequest.Meta):
        verbose_name = verbose_name_plural = "作废申请"


class ReleaseRequest(DrawRequest):
    """That the names be made public before their time."""

    class Meta(DrawRequest.Meta):
        verbose_name = verbose_name_plural = "提前公开申请"


class PickRequest(DrawRequest):
    """That experts chosen by hand be invited. ``picks`` names them, encrypted with the seal key."""

    # Bound into the ciphertext, since the row has no key of its own before it is stored.
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    picks = EncryptedBytesField("人选", key="SEAL_KEY", bound_to=("draw_id", "uid"), at_least=1024)

    class Meta(DrawRequest.Meta):
        verbose_name = verbose_name_plural = "人选申请"


class EmergencyRequest(DrawRequest):
    """That a running draw be declared an emergency, with so many ``minutes`` for an answer."""

    minutes = models.PositiveSmallIntegerField("答复时限（分钟）", validators=[EMERGENCY])

    class Meta(DrawRequest.Meta):
        verbose_name = verbose_name_plural = "应急抽取申请"
        constraints = [
            *DrawRequest.Meta.constraints,
            within("draws_emergencyrequest_minutes", minutes=EMERGENCY),
        ]


class EmergencyEndRequest(DrawRequest):
    """That an emergency be taken back."""

    class Meta(DrawRequest.Meta):
        verbose_name = verbose_name_plural = "取消应急申请"


class WideningRequest(DrawRequest):
    """That the panel of a draw be completed by the plan's wider conditions: those of ``plan_version``,
    which whoever asked has seen."""

    plan_version = models.PositiveIntegerField("方案版本")

    class Meta(DrawRequest.Meta):
        verbose_name = verbose_name_plural = "放宽条件补抽申请"


class RescheduleRequest(DrawRequest):
    """That the panel of a draw sit earlier: ``meetings``, each a project's id, its new ``opening_at``
    and ``place``; ``before`` and ``after`` as in `Rescheduling`."""

    meetings = models.JSONField("新的时间、地点（逐项目）")
    before = models.JSONField("原时间、地点")
    after = models.JSONField("新时间、地点")

    class Meta(DrawRequest.Meta):
        verbose_name = verbose_name_plural = "提前评审申请"

    @property
    def words(self) -> str:
        """What it is and would be."""
        return words_of_move(self.before, self.after)


class AnswerRequest(TwoPersonRequest):
    """That an answer be recorded by hand for the expert of an invitation: ``state`` is what it would
    become, ``ground`` an entry of the list that the office keeps, ``reason`` all of it in words."""

    subject_field = "invitation"
    came_later = ("leave_id",)

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="+")
    state = models.CharField("登记为", max_length=12, choices=InvitationState.choices)
    ground = models.CharField("原因", max_length=50, blank=True)
    # Asked for together with it: it ends when that does, and is agreed to only while that holds.
    leave = models.ForeignKey(
        Leave, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "代登记申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["invitation"],
                condition=Q(decided_at__isnull=True),
                name="draws_one_open_answerrequest",
            ),
        ]

    @property
    def subject_name(self) -> str:
        return f"{self.draw.number} {self.invitation.commit}"

    @property
    def draw(self) -> Draw:
        """The draw of the invitation."""
        return self.invitation.draw
