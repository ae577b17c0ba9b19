"""What may be done now: the one place that says so, in the same words for pages, interface and services.

What keeps from each action stands in `queries.obstacles`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from expertpool.accounts.models import User
from expertpool.draws.enums import CONTRIBUTOR_PERMISSION, ActionCode
from expertpool.draws.exceptions import DrawError, DrawNotReady
from expertpool.draws.models import Draw
from expertpool.draws.queries import obstacles
from expertpool.draws.queries.draws import (
    codes_for_draw,
    codes_for_project,
)
from expertpool.draws.queries.facts import OfDraw, OfProject
from expertpool.draws.queries.readiness import (
    ARCHIVED,
    check_decidable,
    check_deletable,
    check_lacking,
    check_manual_ways,
    check_plannable,
    check_ready,
    check_submittable,
    check_waiting,
)
from expertpool.projects.models import Project


@dataclass(frozen=True)
class DrawAction:
    """Something that can be done with a draw or project."""

    code: ActionCode
    permission: str  # a code; empty: one of those of the roles that may give a random value
    permitted: bool  # by role and scope of the user
    rule: Callable[[], object]  # refuses (DrawError); asked once, and only by who needs the answer

    @cached_property
    def why_not(self) -> str:
        """What keeps from it and how to mend that, in a sentence; empty: nothing does."""
        try:
            self.rule()
        except DrawError as error:
            return str(error)
        return ""

    @property
    def label(self) -> str:
        return str(self.code.label)

    @property
    def allowed(self) -> bool:
        """Whether the user may do it now: a button is shown, the service does not refuse it."""
        return self.permitted and not self.why_not


Check = Callable[[OfDraw], None]
_OF_DRAW: Mapping[ActionCode, tuple[str, Check]] = {
    ActionCode.CONTRIBUTE: ("", obstacles.contribute),  # by the roles that the rule names
    ActionCode.ABANDON: ("draws.run", obstacles.abandon),
    ActionCode.SUPPLEMENT: ("draws.run", obstacles.supplement),
    ActionCode.WIDEN: ("draws.run", obstacles.ask_widening),
    ActionCode.DECIDE_WIDENING: ("draws.confirm_steps", obstacles.decide_widening),
    ActionCode.PICK_MORE: ("draws.pick", obstacles.pick_more),
    ActionCode.AGREE_PICKS: ("draws.confirm_picks", obstacles.agree_picks),
    ActionCode.TURN_DOWN_PICKS: ("draws.confirm_picks", obstacles.turn_down_picks),
    ActionCode.WITHDRAW_PICKS: ("draws.pick", obstacles.withdraw_picks),
    ActionCode.SET_ROLES: ("draws.run", obstacles.set_roles),
    ActionCode.DECLARE_EMERGENCY: ("draws.run", obstacles.ask_emergency),
    ActionCode.DECIDE_EMERGENCY: ("draws.confirm_steps", obstacles.decide_emergency),
    ActionCode.ASK_EMERGENCY_END: ("draws.run", obstacles.ask_emergency_end),
    # A supervisor needs nobody to take it back.
    ActionCode.END_EMERGENCY: ("draws.confirm_steps", obstacles.end_emergency),
    ActionCode.ASK_VOID: ("draws.void", obstacles.ask_void),
    ActionCode.DECIDE_VOID: ("draws.void", obstacles.decide_void),
    ActionCode.ASK_RELEASE: ("draws.release", obstacles.ask_release),
    ActionCode.DECIDE_RELEASE: ("draws.release", obstacles.decide_release),
    ActionCode.PUBLISH: ("draws.publish", obstacles.publish),
    ActionCode.RECORD_REPLY: ("draws.record_reply", obstacles.record_reply),
    ActionCode.SEND_AT_ONCE: ("draws.run", obstacles.send_at_once),
    ActionCode.SEND_AGAIN: ("draws.run", obstacles.send_again),
    ActionCode.PAUSE: ("draws.run", obstacles.pause),
    ActionCode.RESUME: ("draws.run", obstacles.resume),
    ActionCode.RESUME_CHANGED: ("draws.confirm_steps", obstacles.resume_changed),
    ActionCode.RESCHEDULE: ("draws.reschedule", obstacles.ask_reschedule),
    ActionCode.DECIDE_RESCHEDULE: ("draws.confirm_steps", obstacles.decide_reschedule),
}


def actions_for(draw: Draw, user: User, *, now: datetime) -> dict[ActionCode, DrawAction]:
    """Return what ``user`` may do with ``draw`` now, and why not what he may not, by code."""
    return actions_of(OfDraw(draw, user, now))


def actions_of(facts: OfDraw) -> dict[ActionCode, DrawAction]:
    """Return the same where what the rules ask is at hand."""
    codes = {permission for permission, _ in _OF_DRAW.values() if permission}
    codes.update(CONTRIBUTOR_PERMISSION.values())
    reaching = codes_for_draw(facts.user, facts.draw, codes)
    return {
        code: DrawAction(
            code, permission, _permits(facts, permission, reaching), partial(_check, facts, check)
        )
        for code, (permission, check) in _OF_DRAW.items()
    }


def check_action(code: ActionCode, draw: Draw, *, actor: User, now: datetime) -> None:
    """Refuse (DrawError) what may not be done with ``draw`` as it stands, in the words of its page.

    Permission and scope are the caller's: services are called by jobs, too.
    """
    _OF_DRAW[code][1](OfDraw(draw, actor, now))


def _permits(facts: OfDraw, permission: str, reaching: frozenset[str]) -> bool:
    if permission:
        return permission in reaching
    roles = facts.draw.rule.contributors
    return any(CONTRIBUTOR_PERMISSION[role] in reaching for role in roles)


def _check(facts: OfDraw, check: Check) -> None:
    if facts.is_archived:
        raise DrawNotReady(ARCHIVED)
    check(facts)


def actions_for_project(
    project: Project, user: User, *, now: datetime
) -> dict[ActionCode, DrawAction]:
    """Return what ``user`` may begin for ``project``, with all of its batch, and why not the rest."""
    return actions_of_project(OfProject(project, user, now))


def actions_of_project(facts: OfProject) -> dict[ActionCode, DrawAction]:
    """Return the same where what the rules ask is at hand."""
    rules = _rules_of_project(facts)
    codes = {permission for permission, _ in rules.values()}
    reaching = codes_for_project(facts.user, facts.project, codes)
    return {
        code: DrawAction(code, permission, permission in reaching, rule)
        for code, (permission, rule) in rules.items()
    }


def _rules_of_project(facts: OfProject) -> dict[ActionCode, tuple[str, Callable[[], object]]]:
    members, user, now = facts.members, facts.user, facts.now
    lead = members[0]

    def pick() -> None:
        check_manual_ways(lead, now=now)
        check_ready(members, now=now)
        facts.check_named()

    def submit() -> None:
        check_submittable(lead, now=now)
        facts.check_asked()

    def start() -> None:
        check_ready(members, now=now)
        facts.check_asked()

    return {
        ActionCode.PLAN: ("draws.plan", lambda: check_plannable(lead)),
        ActionCode.DELETE_PLAN: ("draws.plan", lambda: check_deletable(lead, user)),
        ActionCode.SUBMIT_PLAN: ("draws.plan", submit),
        ActionCode.WITHDRAW_PLAN: ("draws.plan", lambda: check_waiting(lead)),
        ActionCode.DECIDE_PLAN: ("draws.approve_plan", lambda: check_decidable(lead, user)),
        ActionCode.START: ("draws.run", start),
        ActionCode.PICK: ("draws.pick", pick),
        ActionCode.WIDEN_PLAN: ("draws.plan", lambda: check_lacking(facts.short, members, now=now)),
    }
