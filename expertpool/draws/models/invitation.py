"""Seated experts, their invitations, and the time for which they are held."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models

from expertpool.core.fields import (
    BlindIndexField,
    EncryptedBytesField,
    EncryptedTextField,
    readable,
)
from expertpool.draws.enums import (
    BY_HIMSELF,
    SEATED_STATES,
    STANDBY_LETTER,
    InvitationState,
    Origin,
    PanelRole,
    ReplyVia,
    word_for,
)
from expertpool.draws.models.draw import Draw

UNREACHED_YET = "待送达"
# What is said of whoever was asked anew after a change of time or place.
ASKED_AGAIN: dict[str, str] = {
    InvitationState.INVITED: "待重新确认",
    InvitationState.ACCEPTED: "已重新确认",
}
# What is told of the way of an answer while names are sealed.
OWN_ANSWER = "own"
# Those who stand by, or stood by until they left.
STANDBY = models.Q(group__startswith=STANDBY_LETTER)


class Invitation(models.Model):
    """One seated expert and his answer. ``commit`` is his commitment in the record, ``opening`` says
    who he is: expert id, number and salt, encrypted with the seal key. ``panel`` is the first draw of
    those that find one panel together (a trigger writes it): the panel has at most one leader.

    ``reached_at`` is when the first letter went out by a way that finds him: his clock starts then
    (`draws.services.clock`). Until then, and while a pause keeps his ``time_left``, ``deadline_at``
    is when the panel sits next; afterwards until when he may answer.

    ``asked_again_at`` is when a change of time or place asked him anew, whether he had agreed or not
    (`draws.services.rescheduling`); letters of before count no more. Empty where he knew of no other.

    ``state`` changes only by one conditional update in `draws.services.replies`. It and what decides
    beside it have a ``proof``, the ``proof_n``-th (a trigger lets that only grow), written by
    `draws.services.written` and asked by `draws.queries.written`. ``expert`` stays
    empty while names are sealed; `draws.services.names.release` fills it.
    """

    never = ("DELETE",)
    # Until when, at the latest, those may answer who are asked by its draw: what each line says while
    # names are sealed (`queries.board`), to the hour where an exit led to it.
    shared_until: datetime | None = None
    by_hour = False
    # Until when quiet hours hold back the letter that asks him first, where that was looked for (`queries.reach`).
    quiet_until: datetime | None = None
    # What its row says, where somebody else wrote that: ``state`` is then what this system wrote last
    # (`queries.written.as_written`).
    altered_to: str | None = None

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="invitations")
    panel = models.ForeignKey(Draw, editable=False, on_delete=models.CASCADE, related_name="+")
    commit = models.CharField("身份承诺", max_length=64)
    opening = EncryptedBytesField("身份", key="SEAL_KEY", bound_to=("draw_id", "commit"))
    # By it the expert finds his seat while names are sealed: another in every draw
    # (`draws.queries.own`). None for whoever could not be asked.
    seat_key = BlindIndexField("席位索引", db_index=True)
    line = models.PositiveIntegerField(
        "行号"
    )  # order on the sheet: seating order, supplements last
    group = models.CharField("条件组", max_length=8)
    level = models.PositiveSmallIntegerField("级次")
    moved_up_at = models.DateTimeField("递补时间", null=True)  # when a standby joined the panel
    panel_role = models.CharField("角色", max_length=8, choices=PanelRole.choices, blank=True)
    # [{"at": …, "before": …}, …]: what it was in reviews that were over when it was set anew.
    role_changes = models.JSONField("以前的角色", default=list, editable=False)
    origin = models.CharField("类型", max_length=12, choices=Origin.choices)
    state = models.CharField(
        "参与状态", max_length=12, choices=InvitationState.choices, default=InvitationState.INVITED
    )
    expert = models.ForeignKey(
        "experts.Expert", verbose_name="专家", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Name and employer as they stood when he became readable: what is published later says these.
    released_as = models.JSONField("公开时的姓名和单位", null=True)
    invited_at = models.DateTimeField("邀请时间")
    asked_again_at = models.DateTimeField("改期后再问时间", null=True)
    reminded_at = models.DateTimeField("提醒时间", null=True)  # of what he is asked, or agreed to
    reached_at = models.DateTimeField("送达时间", null=True)
    deadline_at = models.DateTimeField("答复截止")
    time_left = models.DurationField("暂停时剩余", null=True)
    replied_at = models.DateTimeField("答复时间", null=True)
    replied_via = models.CharField("答复方式", max_length=12, choices=ReplyVia.choices, blank=True)
    # At the place, by himself; ``sign_in_tries`` counts wrong codes (`draws.services.presence`).
    signed_in_at = models.DateTimeField("到场签到", null=True)
    sign_in_tries = models.PositiveSmallIntegerField("签到码填错次数", default=0)
    proof = BlindIndexField("凭证", null=False)
    proof_n = models.PositiveIntegerField("凭证序号", default=0, editable=False)
    reason = EncryptedTextField("理由", bound_to=("draw_id", "commit"), at_least=512)
    witness = models.CharField(
        "在场监督人", max_length=50, blank=True
    )  # of an answer in an emergency
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "邀请"
        ordering = ["draw", "line"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "line"], name="draws_invitation_line"),
            models.UniqueConstraint(fields=["draw", "commit"], name="draws_invitation_commit"),
            models.UniqueConstraint(
                fields=["panel"],
                condition=models.Q(panel_role=PanelRole.LEADER, state__in=SEATED_STATES),
                name="draws_one_leader",
            ),
            models.CheckConstraint(
                condition=models.Q(panel_role="") | ~STANDBY, name="draws_standby_without_role"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "deadline_at"], name="draws_invitation_deadline"),
            models.Index(fields=["expert", "state"], name="draws_invitation_expert"),
        ]

    def __str__(self) -> str:
        return f"{self.draw} 第 {self.line} 行"

    @property
    def is_standby(self) -> bool:
        """Whether he stands by, or stood by until he left; no more once he moved up."""
        return self.group.startswith(STANDBY_LETTER)

    @property
    def came_in_pause(self) -> bool:
        """Whether he came to his seat while his draw stands, where that was asked for (`queries.board`)."""
        return bool(getattr(self, "is_held", False))

    @property
    def row_state(self) -> str:
        """What the column says."""
        return self.state if self.altered_to is None else self.altered_to

    @property
    def has_heard(self) -> bool:
        """Whether he knows of the review: he agreed, was asked anew, or a letter got to him."""
        return (
            self.state == InvitationState.ACCEPTED
            or self.asked_again_at is not None
            or self.reached_at is not None
        )

    @property
    def is_unreached(self) -> bool:
        """Whether he is asked, but no letter has got to him yet."""
        return self.state == InvitationState.INVITED and self.reached_at is None

    @property
    def is_running(self) -> bool:
        """Whether he is asked and his time passes."""
        return self.state == InvitationState.INVITED and self.runs_until is not None

    @property
    def runs_until(self) -> datetime | None:
        """Until when he may answer; None while his clock stands."""
        stands = self.reached_at is None or self.time_left is not None
        return None if stands and self.state == InvitationState.INVITED else self.deadline_at

    @property
    def told_invited_at(self) -> datetime | None:
        """Since when he is asked, as far as it is told: for whoever came after an exit that says
        when somebody left."""
        return self.draw.told(self.invited_at)

    @property
    def told_reached_at(self) -> datetime | None:
        """When a letter reached him, once that may be told: it follows from his addresses."""
        return None if self.draw.released_at is None else self.reached_at

    @property
    def told_state(self) -> str:
        """The state, as far as it is told: not that no letter reached him, or late, while names are sealed."""
        is_late = self.state == InvitationState.CONFLICT and self.replied_via == ReplyVia.DEADLINE
        hidden = is_late or self.state == InvitationState.UNREACHED
        is_told = self.draw.released_at is not None or not hidden
        return self.state if is_told else InvitationState.NO_ANSWER

    @property
    def is_asked_again(self) -> bool:
        """Whether a change of time or place asked him anew; while names are sealed of all who sat
        then alike, also of whom no letter had reached."""
        if self.draw.released_at is not None:
            return self.asked_again_at is not None
        moved_at = self.draw.last_moved_at
        return moved_at is not None and self.invited_at <= moved_at

    @property
    def told_replied_at(self) -> datetime | None:
        return self.draw.told(self.replied_at)

    @property
    def told_moved_up_at(self) -> datetime | None:
        return self.draw.told(self.moved_up_at)

    @property
    def told_until(self) -> datetime | None:
        """Until when he may answer, as far as it is told: while names are sealed what all of his draw
        have who are asked, whose clock ever began, or not."""
        if self.draw.released_at is not None:
            return self.runs_until
        return self.shared_until if self.state == InvitationState.INVITED else None

    @property
    def told_via(self) -> str:
        """By which way he answered, as far as it is told: not whether he signed in for it."""
        own = self.replied_via in BY_HIMSELF
        return OWN_ANSWER if own and self.draw.released_at is None else self.replied_via

    @property
    def readable_reason(self) -> str:
        """The reason as a page shows it (`core.fields.readable`)."""
        return readable(self, "reason")

    @property
    def told_reason(self) -> str:
        """Why he left, as far as it is told: in his own words he, or who wrote them down, may name him."""
        own = self.replied_via != ReplyVia.SYSTEM
        return "" if own and self.draw.released_at is None else self.readable_reason

    @property
    def via_label(self) -> str:
        """The same in words."""
        via = self.told_via
        return "本人答复" if via == OWN_ANSWER else word_for(ReplyVia, via)

    @property
    def asked_since(self) -> datetime:
        """Since when he is asked for the time that counts now."""
        return self.asked_again_at or self.invited_at

    @property
    def state_label(self) -> str:
        """The state in words; one who is asked may not have got his letter, which is told with his
        name, or agreed to another time before."""
        if self.is_unreached and self.draw.released_at is not None:
            return UNREACHED_YET
        again = ASKED_AGAIN.get(self.state)
        return (
            again if again and self.is_asked_again else word_for(InvitationState, self.told_state)
        )

    @property
    def origin_label(self) -> str:
        """How he came to his seat."""
        return "候补递补" if self.moved_up_at else word_for(Origin, self.origin)

    @property
    def role_label(self) -> str:
        """What he is in the panel; nothing once he left it."""
        return word_for(PanelRole, self.panel_role) if self.state in SEATED_STATES else ""


class ReplyLink(models.Model):
    """A personal link that leads to an invitation: each letter that needs one brings its own, and
    all of them work. It is found by ``token_hash``; ``proof`` says that it was made for this
    invitation. Both are digests by a key outside the database, so that nobody makes a link, or
    leads one to another invitation, by writing rows (`draws.services.links`)."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="links")
    token_hash = BlindIndexField("链接摘要", null=False, unique=True)
    proof = BlindIndexField("链接凭证", null=False)

    class Meta:
        verbose_name = verbose_name_plural = "个人链接"

    def __str__(self) -> str:
        return f"{self.invitation} 的链接"


class Hold(models.Model):
    """That an expert is taken (invited or accepted) ``during`` a part of a clock hour in which his
    panel sits: as many rows as there are hours. Whoever leaves his seat leaves none. After a change
    of time whoever is taken elsewhere then, or away, is asked all the same: his holds are not
    ``active`` until he agrees, and say nothing of him.

    ``holder`` is a blind index of the expert's id and the hour, so that nobody reads from it who
    sits where, nor, beyond the hour, that two who sit are one (docs/decisions/0085); the exclusion
    constraint makes two holds of one expert at one time impossible. Written by
    `draws.services.holding`.
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="holds")
    holder = BlindIndexField("专家索引")
    during = DateTimeRangeField("占用时间")
    active = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "占用"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(active=True, holder__isnull=False)
                | models.Q(active=False, holder__isnull=True),
                name="draws_hold_active_has_holder",
            ),
            ExclusionConstraint(
                name="draws_no_double_booking",
                expressions=[("holder", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=models.Q(active=True),
            ),
        ]
        indexes = [
            # Who is held when: asked about one, and about all.
            models.Index(fields=["holder"], name="draws_hold_holder"),
            GistIndex(fields=["during"], condition=models.Q(active=True), name="draws_hold_during"),
        ]

    def __str__(self) -> str:
        return f"{self.invitation_id} {self.during}"
