"""Steps 1 to 3 of VDRAW-1: seal, contribute, order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.criteria import explain
from expertpool.core.events import publish
from expertpool.core.garbage import without_collections
from expertpool.core.jobs import defer
from expertpool.core.locks import allow_seconds, lock_transaction
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.draws.enums import (
    CONTRIBUTOR_LABEL,
    SUPERVISOR,
    ActionCode,
    AlarmKind,
    DrawStatus,
    Knowledge,
)
from expertpool.draws.events import DrawSealed
from expertpool.draws.exceptions import (
    ContributionRefused,
    DrawInProgress,
    DrawNotReady,
    HeldRefused,
)
from expertpool.draws.models import Draw, DrawPlan, PlanVersion, VoidRequest, WideningRequest
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.asked_fields import check_conditions, conditions_of
from expertpool.draws.queries.blocks import Identities, pieces
from expertpool.draws.queries.chain import rule_of_log
from expertpool.draws.queries.chance import chances_of
from expertpool.draws.queries.clock import reveal_time
from expertpool.draws.queries.eligibility import Eligibility, evaluate, openly_eligible
from expertpool.draws.queries.fitting import Fitting
from expertpool.draws.queries.given import check_readable, given_values, has_all_values
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.obstacles import check_contribution
from expertpool.draws.queries.outlook import tally
from expertpool.draws.queries.plan_versions import (
    PLAN_WORDS,
    approved_version,
    check_mark,
    check_version,
    digest_of_words,
    version_of,
)
from expertpool.draws.queries.policy import (
    answer_grounds,
    counts_of,
    held_to,
    policy_of_panel,
    thinness,
    untold,
    why_not_by_counts,
)
from expertpool.draws.queries.readiness import ARCHIVED, check_ready
from expertpool.draws.queries.shortfall import Shortfall
from expertpool.draws.queries.tries import check_tries
from expertpool.draws.rules import Policy
from expertpool.draws.services.alarms import open_alarms
from expertpool.draws.services.asked_fields import hold_asked
from expertpool.draws.services.blocks import store_blocks
from expertpool.draws.services.covering import cover, lock_projects, move_projects, superseded
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import confirmation_of, role_in
from expertpool.draws.services.holding import SEATING_LOCK
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.ordering import order_draw
from expertpool.draws.services.pool_pauses import tell_emptied
from expertpool.draws.services.refusals import tell_held
from expertpool.draws.services.reveal import as_recorded, set_reveal
from expertpool.draws.services.status import set_draw_status
from expertpool.draws.services.telling import ask_for_values, tell_step
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import lead_of
from expertpool.workflow.queries.second_person import at_first_in_words

DRAW_SECONDS = 120  # for each statement of a draw from a pool of any size
HELD_TEXT = (
    "排除名单尚未公开的抽取（包括本项目已抽的）所占用的、以及这期间本人请假或登记回避的专家之后，候选人少于制度规定，不能抽取；人数不能透露，已告知监督人。"
    "请放宽条件、增加级次，或改评审时间。"
)
HELD_APPROVAL = "确需按此抽取的，请提交方案审核，批准后可以抽取。"
# Whether any are left is no word for who approved without knowing that there may be none.
HELD_APPROVED = (
    "方案虽已批准，批准时还不知道这一点。仍要按此抽取的，须再提交一次方案审核，由批准人同意在候选人更少时抽取；"
    "一名候选人也不剩的，再批准也不能抽取。"
)
NOBODY_TEXT = (
    "按这个方案已经没有人可以抽取：符合条件的专家在本项目都已抽过，或被名单尚未公开的抽取占用、这期间本人请假或登记回避，再提交审核也无济于事。"
    "请放宽条件、增加级次、改评审时间，或先在专家库增加专家。"
)
A_DAY = timedelta(days=1)
HASH = {"intl": "sha256", "gm": "sm3"}


def start_draw(
    *,
    project: Project,
    actor: User,
    now: datetime,
    entropy: Entropy,
    version: int | None = None,
    mark: str | None = None,
) -> Draw:
    """Seal a draw for ``project``, with all of its batch; without contributors also order, seat
    and invite at once.

    Everything that decides who is in the hat is evaluated and frozen in this transaction.
    ``version`` of the plan is what the operator has seen, and ``mark`` (`plan_versions.mark_of`) whose plan, for which
    projects; None: whatever stands. Refuses others (PlanChanged), a plan
    that has to be approved and is not, one that waits for that or was returned, too few candidates where nobody approved them (HeldRefused
    where only those whose names are sealed make them too few), too many tries of that kind, a
    project that is not approved, is over, or breaks a rule set to blocking, and projects that
    cannot share a panel (DrawNotReady), and one that has a valid draw (DrawInProgress). Announces
    DrawSealed.
    """
    with (
        # Of whom the tries are counted: by whichever of a batch it is started.
        tell_held(project=lead_of(project), actor=actor, now=now, attempt="封存抽取"),
        transaction.atomic(),
        without_collections(),
    ):
        allow_seconds(DRAW_SECONDS)
        projects = lock_projects(project)
        plan = check_ready(projects, now=now)
        check_mark(plan, projects, mark)
        if version is not None:
            check_version(plan, version)
        check_conditions(conditions_of(plan, None), viewer=actor)
        check_tries(plan.project, actor, approved_version(plan), now=now)
        lock_transaction(SEATING_LOCK)
        # Under the lock: who is found free now is not seated by another draw before this one commits.
        found = evaluate(plan, now=now, knowing=Knowledge.ALL)
        return seal_and_start(plan, projects, found, actor=actor, now=now, entropy=entropy)


@dataclass(frozen=True)
class Chance:
    """How many may be drawn as far as may be told, of all ("") and of each group; and where that is too few."""

    open_counts: dict[str, int]
    thin: list[str]


@dataclass(frozen=True)
class Widening:
    """What was asked for the panel that is ``short``, and who agreed to it."""

    short: Shortfall
    request: WideningRequest
    second: User


def seal_and_start(
    plan: DrawPlan,
    projects: Sequence[Project],
    found: Eligibility,
    widening: Widening | None = None,
    *,
    actor: User,
    now: datetime,
    entropy: Entropy,
) -> Draw:
    """Seal what was ``found`` for ``projects``; order and seat it, too, unless somebody contributes. The seal
    stands, also where that cannot be done now (`order_draw`).

    The caller holds the projects' locks, then the seating lock. Announces DrawSealed.
    """
    hold_asked(found)
    short = widening.short if widening else None
    policy = policy_of_panel(plan.project.regime, short.base if short else None, now=now)
    approved = approved_version(plan)
    chance = check_chance(plan, found, policy, approved, now=now, short=short)
    plan = held_to(plan, policy)
    draw, sealed = _seal(
        plan,
        projects,
        found,
        policy,
        approved,
        chance,
        widening,
        actor=actor,
        now=now,
        entropy=entropy,
    )
    move_projects(draw, actor=actor, now=now)
    record(
        "draw.seal",
        actor=actor,
        now=now,
        subject=draw,
        # The numbers come with the names (`Draw.tells_counts`); the seal binds them now.
        after={
            "封存值": draw.seal,
            "规则": rule_of_log(draw),
        },
    )
    tell_emptied(draw, now=now)
    publish(DrawSealed(draw.pk))
    if plan.contributors:
        _ask_for_values(draw, actor=actor, now=now)
        return draw
    order_draw(draw, sealed, actor=actor, now=now, entropy=entropy)
    return draw


def check_chance(
    plan: DrawPlan,
    found: Eligibility,
    policy: Policy,
    approved: PlanVersion | None,
    *,
    now: datetime,
    short: Shortfall | None = None,
) -> Chance:
    """Return how many can be drawn as far as may be told, and where these are too few, with the approval of the
    plan.

    Refuses (DrawNotReady) a draw whose outcome is as good as chosen, unless its plan was approved by
    somebody who was told of that much; and one for which far fewer can be drawn than he was told, or
    nobody, whoever approved that.
    What only the sealed names of other draws make too few is refused (HeldRefused) without a number,
    unless he was told that this may be and anybody is left. ``found`` knew all; where the panel is ``short``, who fits the
    conditions that were drawn to the end is not counted (`chance`).
    """
    openly = openly_eligible(found, plan, now=now)
    chances = chances_of(openly, short, now=now)
    # By conditions alone, of a panel that is completed, too: without those who sit in its other groups a level of one would
    # say whether he is among them (docs/decisions/0669).
    thin = chances.thin(found.groups, policy)
    counts = counts_of(found.groups, chances.fits)
    if why_not := why_not_by_counts(found.groups, counts, thin, policy, approved):
        raise DrawNotReady(why_not)
    left = thinness(found.groups, tally(item.groups for item in found.eligible), policy)
    is_untold = untold(left, [one.to_json() for one in thin])
    if is_untold and not (approved and approved.knows_of_held):
        approval = HELD_APPROVED if approved else HELD_APPROVAL
        raise HeldRefused(HELD_TEXT + ("" if policy.thin_is_refused else approval))
    if left and not found.eligible:  # as the seal would tell
        raise HeldRefused(NOBODY_TEXT)
    open_counts = Counter({"": len(openly)})
    for groups, times in chances.fits:
        open_counts.update(dict.fromkeys(groups, times))
    return Chance(dict(open_counts), [one.text for one in thin])


@transaction.atomic
def contribute(
    *, draw: Draw, role: str, value: str, actor: User, now: datetime, entropy: Entropy
) -> Draw:
    """Add the value (any text or dice) of ``role`` after the seal; the last one starts the draw. It stands, also
    where the draw cannot be ordered now (`order_draw`).

    Refuses (ContributionRefused) a role that the rule does not name or that gave its value
    already, a person without the right, one person in two roles, a value of which nothing or not all
    can be seen, and any once the opening is over.
    """
    draw = lock_draw(draw.pk, archived=ContributionRefused(ARCHIVED))
    check_contribution(draw, role, actor, now=now)
    check_readable(value)
    after = {"角色": CONTRIBUTOR_LABEL[role], "值": value}
    # In the first days all accounts are new: the log says so of whoever has to be another person.
    new = at_first_in_words(actor, asked_at=draw.sealed_at, now=now) if role == SUPERVISOR else ""
    record("draw.contribute", actor=actor, now=now, subject=draw, after=after, note=new)
    # As the log has them. Two contributors at once: the row lock lets the later one see the earlier value.
    draw.reveals = [{"role": role, **one._asdict()} for role, one in given_values(draw).items()]
    draw.save(update_fields=["reveals"])
    if has_all_values(draw):
        order_draw(draw, actor=actor, now=now, entropy=entropy)
    return draw


def _ask_for_values(draw: Draw, *, actor: User, now: datetime) -> None:
    """Ask for the values, and anew a day before the panel sits, or when half of the time is over."""
    ask_for_values(draw, key="sealed", but=[actor.pk], now=now)
    left = draw.next_sitting - now
    defer("draws.ask_for_values", at=now + max(left / 2, left - A_DAY), draw_id=draw.pk)


@transaction.atomic
def ask_again_for_values(*, draw_id: int, now: datetime) -> None:
    """Ask anew whoever has not given his value to a draw that waits for it, while it can still be ordered."""
    draw = Draw.objects.select_for_update(of=("self",)).select_related("project").get(pk=draw_id)
    if draw.status == DrawStatus.SEALED and now < draw.next_sitting:
        ask_for_values(draw, key="again", now=now)


@transaction.atomic
def abandon_draw(*, draw: Draw, reason: str, actor: User, now: datetime) -> Draw:
    """Give up a draw between seal and order. It stays in the chain, as abandoned, with its reason.

    A step alone: counted and told to supervisors. One person is enough, whatever values are there: until all of
    them are, nobody can work out the order, whose other half, the system's nonce, is secret until then; what
    can be chosen is the moment, and how often is bounded (`queries.tries`). Announces DrawEnded.
    """
    draw = lock_draw(draw.pk, archived=DrawInProgress(ARCHIVED))
    check_action(ActionCode.ABANDON, draw, actor=actor, now=now)
    if not is_reason(reason):
        raise DrawNotReady(f"请写明放弃的原因{SAY_MORE}。")
    set_draw_status(draw, DrawStatus.ABANDONED, actor=actor, now=now)
    open_alarms(AlarmKind.UNORDERED).filter(draw=draw).update(done_at=now)
    record("draw.abandon", actor=actor, now=now, subject=draw, note=reason.strip())
    tell_step(draw, "放弃抽取", reason.strip(), key="abandoned", actor=actor, now=now)
    return draw


def _seal(
    plan: DrawPlan,
    projects: Sequence[Project],
    found: Eligibility,
    policy: Policy,
    approved: PlanVersion | None,
    chance: Chance,
    widening: Widening | None,
    *,
    actor: User,
    now: datetime,
    entropy: Entropy,
) -> tuple[Draw, vdraw.Sealed]:
    number = next_number(now)
    nonce = entropy.token_bytes(vdraw.NONCE_BYTES)
    opens_at = reveal_time(plan, projects, policy, now=now)
    rule = _build_rule(
        plan,
        projects,
        found,
        policy,
        approved,
        chance.thin,
        widening,
        number=number,
        nonce=nonce,
        salt=entropy.token_bytes(vdraw.RULE_SALT_BYTES).hex(),
        opens_at=opens_at,
        now=now,
    )
    people = _identities(found.eligible, entropy)
    candidates = _candidates(rule, found.eligible, people, entropy)
    sealed = vdraw.seal_draw(rule, candidates)
    draw = Draw(
        number=number,
        project=plan.project,
        widens=widening.short.base if widening else None,
        rule_content=rule.to_dict(),
        candidate_count=len(sealed.candidates),
        open_counts=chance.open_counts,
        seal=sealed.seal,
        nonce=nonce,
        sealed_at=now,
        operator=actor,
    )
    set_reveal(draw, reveal_at=opens_at, opening=next_opening(projects, now=now), by=actor)
    draw.save(force_insert=True)
    cover(draw, projects)
    # Openings in the order of the seal: a candidate's position there finds his block.
    store_blocks(draw, sealed, people.picked(sealed.given))
    return draw, sealed


def _build_rule(
    plan: DrawPlan,
    projects: Sequence[Project],
    found: Eligibility,
    policy: Policy,
    approved: PlanVersion | None,
    thin: Sequence[str],
    widening: Widening | None,
    *,
    number: str,
    nonce: bytes,
    salt: str,
    opens_at: datetime,
    now: datetime,
) -> vdraw.Rule:
    project = plan.project
    groups = [
        vdraw.Group(
            group.code,
            group.name,
            group.seats,
            {
                "levels": [
                    {"level": level.level, "criteria": level.criteria, "text": explain(node)}
                    for level, (_, node) in zip(
                        group.levels.all(), found.levels[group.code], strict=True
                    )
                ]
            },
        )
        for group in found.groups
    ] + [
        vdraw.Group(
            group.standby_code,
            f"{group.name}候补",
            group.standby_seats,
            {"standby_for": group.code},
        )
        for group in found.groups
        if group.standby_seats
    ]
    # How many, not who: the rule is public.
    avoided = [row.subject for one in projects for row in one.avoidances.all()]
    voided = superseded(projects, widening.short.base if widening else None)
    unit_cap, reason = plan.unit_cap, voided[0].reason if voided else None
    if widening:
        unit_cap = widening.short.cap_for(item.employer_id for item in found.eligible)
        reason = widening.request.reason
    return vdraw.build_rule(
        draw_id=number,
        projects=[one.number for one in projects],
        groups=groups,
        nonce_commit=vdraw.commit_nonce(nonce, hash_name=hash_of_new_draws()),
        hash_name=hash_of_new_draws(),
        contributors=list(plan.contributors),
        salt=salt,
        unit_cap=unit_cap,
        exclusions=found.exclusion_counts,
        reason=reason,
        supersedes=voided[0].draw.number if voided else None,
        further={
            "regime": project.regime,
            "policy": policy.to_rule(),
            "grounds": answer_grounds(project.regime),
            "plan_version": plan.version,
            **_words_of(plan),
            "plan_approved_at": timezone.localtime(approved.decided_at).isoformat(
                timespec="seconds"
            )
            if approved
            else None,
            "thin": thin,
            "opening_at": project.opening_at.isoformat(timespec="minutes"),
            "duration_minutes": project.duration_minutes,
            "sealed_at": now.isoformat(timespec="seconds"),
            "reveal_at": as_recorded(opens_at),
            "avoided": {subject: avoided.count(subject) for subject in sorted(set(avoided))},
            "frequency_cap": plan.frequency_cap,
            "frequency_days": plan.frequency_days,
            "reply_minutes": plan.reply_minutes,
            "reveal_hours": plan.reveal_hours,
            **(further_of_batch(projects, voided) if len(projects) > 1 else {}),
            **(_further_of_widening(widening) if widening else {}),
        },
    )


def _words_of(plan: DrawPlan) -> dict[str, str]:
    """Name the words of the version, too, that page and approver read; of a plan that was never saved nobody did."""
    version = version_of(plan)
    return {PLAN_WORDS: digest_of_words(version.words)} if version else {}


def _further_of_widening(widening: Widening) -> dict[str, Any]:
    """What the rule of a widened draw says more: which draw it completes, and the panel's rule."""
    short = widening.short
    return {
        "widens": short.base.number,
        "widens_seal": short.base.seal,
        "supervisor": role_in(short.base, widening.second),
        "witness": confirmation_of(widening.request),
        "panel_draws": [draw.number for draw in short.draws],
        "panel_seats": {group.code: group.seats for group in short.board.panel},
        "panel_unit_cap": short.unit_cap,
    }


def further_of_batch(projects: Sequence[Project], voided: Sequence[VoidRequest]) -> dict[str, Any]:
    """What the rule of a draw of several projects says more: their times, all draws before it."""
    meetings = [
        {
            "project": one.number,
            "opening_at": one.opening_at.isoformat(timespec="minutes"),
            "duration_minutes": one.duration_minutes,
        }
        for one in projects
    ]
    return {"meetings": meetings, "supersedes_all": [one.draw.number for one in voided]}


def _identities(eligible: Sequence[Fitting], entropy: Entropy) -> Identities:
    """Give every eligible expert a fresh salt."""
    salts = entropy.token_bytes(vdraw.SALT_BYTES * len(eligible)).hex()
    return Identities(
        [item.expert_id for item in eligible],
        [item.number for item in eligible],
        pieces(salts, 2 * vdraw.SALT_BYTES),
    )


def _candidates(
    rule: vdraw.Rule, eligible: Sequence[Fitting], people: Identities, entropy: Entropy
) -> vdraw.Candidates:
    """Give every eligible expert a commitment and his employer's token."""
    employers = {item.employer_id for item in eligible if item.employer_id is not None}
    # Tokens are numbered in a random order, so that they tell nothing about the employer.
    keys = {employer: entropy.token_bytes(8) for employer in sorted(employers)}
    tokens: dict[int | None, str | None] = {None: None}
    for n, employer in enumerate(sorted(keys, key=keys.__getitem__), 1):
        tokens[employer] = f"U{n}"
    kinds = {item.kind: item.groups for item in eligible}
    places = {kind: at for at, kind in enumerate(kinds)}
    return vdraw.Candidates(
        commits=vdraw.commit_identities(
            draw_id=rule.draw_id, refs=people.refs, salts=people.salts, hash_name=rule.hash_name
        ),
        kinds=list(kinds.values()),
        kind_of=[places[item.kind] for item in eligible],
        units=[tokens[item.employer_id] for item in eligible],
    )


def hash_of_new_draws() -> str:
    """The hash that rule and commitments of a new draw name: that of the suite of ciphers."""
    return HASH[settings.CRYPTO_SUITE]


def next_number(now: datetime, letter: str = "D") -> str:
    """Return the next number: D for a draw, the day, four digits. Without gaps, so that a missing
    one is noticed; the seating lock makes it unique."""
    day = letter + timezone.localtime(now).strftime("%Y%m%d")
    last = Draw.objects.filter(number__startswith=day).order_by("-number").first()
    return f"{day}{int(last.number[len(day) :]) + 1 if last else 1:04d}"
