"""What happens to letters, panels and settings, as it matters to draws."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.jobs import defer
from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import moment_text
from expertpool.directory.events import UnitsMerged
from expertpool.draws.enums import SEATED_STATES
from expertpool.draws.events import InvitationAnswered, PanelSettled
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.occasions import DELAYED, LETTERS, WAITING
from expertpool.draws.queries.draws import panel_of
from expertpool.draws.queries.policy import is_lowered
from expertpool.draws.queries.presence import signs_in
from expertpool.draws.services.answers import end_for_leave, end_for_members
from expertpool.draws.services.plan import take_over_plan
from expertpool.draws.settings import DELAYING, DEMANDING, MOST, WAITS
from expertpool.experts.events import (
    ExpertApproved,
    ExpertLeft,
    LeaveEnded,
    LeaveFiled,
    TiesChanged,
)
from expertpool.experts.queries.experts import merged_records
from expertpool.notifications.events import (
    MessageAnswered,
    MessageFailed,
    MessageSent,
    MessageUnknown,
)
from expertpool.notifications.models import Message, Reply
from expertpool.notifications.services.waiting import bring_forward
from expertpool.projects.events import BatchLed
from expertpool.projects.models import Project
from expertpool.projects.queries.regimes import is_loosened
from expertpool.projects.settings import BY_REGIME as REGIME_RULES
from expertpool.siteconfig.events import SettingChanged, SettingsSaved
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.page import in_words
from expertpool.workflow.services.telling import tell_lowered, tell_watchers

# Who agrees to what a draw goes by is told that less is demanded of it.
APPROVERS = ("draws.confirm_steps", "draws.approve_plan", "projects.approve")


def letter_moved(event: MessageSent | MessageFailed | MessageUnknown) -> None:
    """Look at the clock of an invitation whose letter went out or came back, and then, or where nobody knows, whether another
    channel is left. Jobs of their own: the letter has gone out, whatever holds up the draw."""
    letters = Message.objects.filter(about_type="draws.invitation", occasion__in=LETTERS)
    for about_id in letters.filter(pk=event.message_id).values_list("about_id", flat=True):
        defer("draws.keep_clock", invitation_id=int(about_id))
        if not isinstance(event, MessageSent):
            defer("draws.send_otherwise", invitation_id=int(about_id))


def message_answered(event: MessageAnswered) -> None:
    """Answer the invitation of which a letter was answered. A job of its own: the provider waits for nothing. Of what was
    written to no letter, too: what waits in the queues says of nobody that he is asked."""
    reply = Reply.objects.select_related("message").get(pk=event.reply_id)
    if reply.message is None or reply.message.about_type == "draws.invitation":
        defer("draws.take_reply", reply_id=event.reply_id)


def setting_changed(event: SettingChanged) -> None:
    """Try what waits for the end of quiet hours as they were: each letter asks anew whether it must. Tell
    at once of a demand on draws that was lowered, and of a rule that was loosened."""
    change = SettingChange.objects.select_related("actor").get(pk=event.change_id)
    for setting in (*DEMANDING, *MOST):
        if setting.code == change.code and is_lowered(change):
            tell_lowered(setting, change, readers=APPROVERS)
    for rules in REGIME_RULES:
        if rules.code == change.code and is_loosened(rules, change):
            tell_lowered(rules, change, readers=APPROVERS)
    if change.code in {one.code for one in DELAYING if one not in WAITS.values()}:
        held = Message.objects.filter(about_type="draws.invitation", occasion__in=WAITING)
        bring_forward(messages=held, now=change.at)


def settings_saved(event: SettingsSaved) -> None:
    """Tell at once that letters go out later, or sooner: in hours of almost a day none ever would."""
    codes = [one.code for one in DELAYING]
    found = SettingChange.objects.filter(pk__in=event.change_ids, code__in=codes)
    changes = list(found.select_related("actor").order_by("pk"))
    if changes:
        first = changes[0]
        lines = [f"{one.label}：{one.before} → {one.after}" for one in in_words(changes)]
        common = {
            "操作人": str(first.actor),
            "内容": "；".join(lines),
            "时间": moment_text(first.at),
        }
        key = f"{DELAYED.code}:{first.pk}"
        tell_watchers(
            DELAYED, first, common, key, readers=APPROVERS, but=first.actor_id, now=first.at
        )


def answered(event: InvitationAnswered) -> None:
    """Look whether all who sit now have signed in, also while somebody who stands by is still asked."""
    draw: Draw | None = _draw_of.first(invitation=event.invitation_id)
    if draw is not None and signs_in(draw):
        for one in panel_of(draw):
            defer("draws.open_when_present", draw_id=one.pk)


_draw_of = Prepared(lambda: Draw.objects.filter(invitations=Given("invitation")))


def panel_settled(event: PanelSettled) -> None:
    """Look whether all who sit now have signed in, where anybody does: who had not may have left."""
    for draw in Draw.objects.filter(pk__in=event.draw_ids):
        if signs_in(draw):
            defer("draws.open_when_present", draw_id=draw.pk)


def expert_left(event: ExpertLeft | LeaveFiled | TiesChanged) -> None:
    """Look at the draws in which he sits, by this record or one merged into it, and whose names are public: where they are sealed no row says so,
    and nothing is told (docs/decisions/0128). A job of its own: several who leave at once are told
    together."""
    records = [event.expert_id, *merged_records(into=[event.expert_id])]
    _look_at_seats(Q(expert__in=records))


def leave_ended(event: LeaveEnded) -> None:
    """End what was asked for by this leave."""
    end_for_leave(leave_id=event.leave_id, now=timezone.now())


def experts_back(event: ExpertApproved) -> None:
    """End what was asked for as they had left the pool."""
    if event.back:
        end_for_members(experts=event.expert_ids, now=timezone.now())


def units_merged(_event: UnitsMerged) -> None:
    """Look whether somebody who sits is tied by it to what his project avoids: in draws whose names are
    public, as if he had left (docs/decisions/0141)."""
    _look_at_seats(Q(expert__isnull=False, draw__projects__opening_at__gt=timezone.now()))


def batch_led(event: BatchLed) -> None:
    """Let the plan of the batch stay with it where who leads it now has none."""
    take_over_plan(
        project=Project.objects.get(pk=event.project_id),
        before=Project.objects.get(pk=event.before_id),
        actor=User.objects.get(pk=event.by_id),
        now=event.at,
    )


def _look_at_seats(seats: Q) -> None:
    rows = Invitation.objects.filter(seats, state__in=SEATED_STATES)
    for draw_id in rows.order_by().values_list("draw", flat=True).distinct():
        defer("draws.tell_gone", lock=f"gone-{draw_id}", draw_id=draw_id)
