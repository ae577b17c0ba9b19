"""Who may score which item of a review, who was given which, and the record of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import vdraw
from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.core.text import as_name, spellings_of
from expertpool.directory.models import Unit
from expertpool.draws.queries.avoided import avoided_units
from expertpool.draws.queries.given import Given
from expertpool.draws.queries.panel import members_of_panel
from expertpool.experts.enums import PERSON_KINDS
from expertpool.experts.models import AvoidanceUnit
from expertpool.experts.queries import availability
from expertpool.projects.enums import AvoidanceSubject
from expertpool.projects.models import Avoidance
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ItemAssignment, Review, Reviewer, ReviewItem, ScoreSheet
from expertpool.reviews.queries.reviews import SCORES
from expertpool.reviews.queries.sheets import items_of
from vdraw import assignment as engine

OPERATOR, SUPERVISOR = "operator", "supervisor"
ROLES = {OPERATOR: "经办人", SUPERVISOR: "监督人"}
OTHERS = "c0"  # the class of items without a category
SHOWN = 5  # items that a sentence names


def assignment_of(review: Review) -> ItemAssignment | None:
    """Return how the items of ``review`` are given to its experts; None: all score all."""
    return ItemAssignment.objects.filter(review=review, voided_at__isnull=True).first()


def is_unassigned(review: Review) -> bool:
    """Tell whether the items of ``review`` still have to be given to its experts."""
    rows = ItemAssignment.objects.filter(review=review, voided_at__isnull=True)
    return rows.filter(drawn_at__isnull=True).exists()


@dataclass(frozen=True)
class Fit:
    """An expert who scores in a review: the classes of items that he may score, and the items (ids) that he may not."""

    reviewer: Reviewer
    classes: tuple[str, ...]
    barred: tuple[str, ...]


@dataclass(frozen=True)
class Fitting:
    """What can be given to whom: ``classes`` are names of categories by id, ``items`` the things by their id."""

    classes: Mapping[str, str]
    items: Mapping[str, ReviewItem]
    experts: Sequence[Fit]

    def class_of(self, item: ReviewItem) -> str:
        return next((key for key, name in self.classes.items() if name == item.category), OTHERS)

    def to_engine(
        self, per_item: int, commits: Sequence[str]
    ) -> tuple[list[engine.Item], list[engine.Judge]]:
        """Return items and experts as the engine takes them."""
        items = [
            engine.Item(key, self.class_of(row), per_item, {"name": row.alias})
            for key, row in self.items.items()
        ]
        rows = zip(commits, self.experts, strict=True)
        return items, [engine.Judge(commit, one.classes, one.barred) for commit, one in rows]


def fitting_of(review: Review) -> Fitting:
    """Return who may score what in ``review``, which is open. A category that is called like a condition group of the draw
    is scored by the experts of that group, every other one by all. Nobody scores what is of himself, of his unit, or
    of a unit or person that he is tied to on the day of the review."""
    items = {f"{row.place:05}": row for row in items_of(review)}
    names = sorted({row.category for row in items.values() if row.category})
    classes = {OTHERS: "未分类"} | {f"c{at}": name for at, name in enumerate(names, start=1)}
    groups = {one.invitation_id: one.group_name for one in members_of_panel(review.project)}
    rows = Reviewer.objects.filter(SCORES, review=review).select_related("expert__employer")
    reviewers = list(rows.order_by("place"))
    # Of those who still score: a category whose group has nobody left is scored by all.
    own = {groups.get(one.invitation_id, "") for one in reviewers}
    barred = _barred(review, items, reviewers)
    return Fitting(
        classes,
        items,
        [
            Fit(
                one,
                # As texts, as what is sealed has them: of many categories c10 comes before c2.
                tuple(
                    sorted(
                        key
                        for key, name in classes.items()
                        if name not in own or name == groups.get(one.invitation_id)
                    )
                ),
                tuple(sorted(barred[one.pk])),
            )
            for one in reviewers
        ],
    )


def _barred(
    review: Review, items: Mapping[str, ReviewItem], reviewers: Sequence[Reviewer]
) -> dict[int, set[str]]:
    """Return the ids of the items from which each of ``reviewers`` (pk) stays away."""
    of: dict[str, list[str]] = {}
    for key, row in items.items():
        of.setdefault(row.unit.strip(), []).append(key)
    # What names no unit is of nobody.
    of.pop("", None)
    project = review.project
    avoided = [Avoidance(project=project, subject=AvoidanceSubject.UNIT, name=name) for name in of]
    ways = dict(zip(of, avoided_units([], avoided), strict=True))
    units = {pk for one in ways.values() for pk in one.ways}
    experts = [one.expert_id for one in reviewers]
    ties = availability.unit_ties(units, on=project.opening_at).filter(expert__in=experts)
    tied: dict[int, set[int]] = {}
    for expert, unit in ties.order_by().values_list("expert", "unit"):
        tied.setdefault(expert, set()).add(unit)
    spellings = {name: spellings_of(name) for name in of}
    people = AvoidanceUnit.objects.filter(
        expert__in=experts,
        kind__in=PERSON_KINDS,
        person_name__in=set[str]().union(*spellings.values()),
    )
    knows: dict[int, set[str]] = {}
    for expert, name in people.order_by().values_list("expert", "person_name"):
        knows.setdefault(expert, set()).add(as_name(name))
    found: dict[int, set[str]] = {}
    for one in reviewers:
        own = tied.get(one.expert_id, set()) | {one.expert.employer_id}
        named = {as_name(one.expert.name), _name(one.expert.employer)} | knows.get(
            one.expert_id, set()
        )
        found[one.pk] = {
            key
            for name, keys in of.items()
            if named.intersection(spellings[name]) or own.intersection(ways[name].ways)
            for key in keys
        }
    return found


def _name(unit: Unit | None) -> str:
    return unit.name if unit else ""


def rule_for(fitting: Fitting, **kwargs: Any) -> engine.AssignmentRule:
    """Return the rule of the engine for ``fitting``."""
    return engine.build_assignment_rule(classes=fitting.classes, **kwargs)


def why_too_few(fitting: Fitting, per_item: int, per_expert: int) -> list[str]:
    """Return why items cannot all have ``per_item`` experts: which of them together want more than those who may
    score any of them can take. Empty: they can, whatever chance gives."""
    # Stand-ins: whether it can be done does not depend on who they are, nor on any value.
    commits = [f"{at:064x}" for at in range(len(fitting.experts))]
    rule = rule_for(
        fitting,
        draw_id="-",
        per_expert=per_expert,
        nonce_commit="00" * 32,
        contributors=(),
        salt="00" * vdraw.RULE_SALT_BYTES,
    )
    items, reviewers = fitting.to_engine(per_item, commits)
    shortages = engine.check_assignable(rule, items, reviewers)
    return [_in_words(one, [*fitting.items.values()], per_expert) for one in shortages]


def _in_words(one: engine.Shortage, items: Sequence[ReviewItem], per_expert: int) -> str:
    named = "、".join(items[at].number for at in one.items[:SHOWN])
    more = f"等 {len(one.items)} 个" if len(one.items) > SHOWN else ""
    return (
        f"{named}{more}评审对象共需 {one.wanted} 人次，能评的专家有 {len(one.experts)} 人"
        f"（每人最多 {per_expert} 个，除去回避），最多 {one.places} 人次，还差 {one.lack} 人次"
    )


# --- What was sealed ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Whom a commitment is of."""

    reviewer_id: int
    ref: str
    salt: str


def sealed_things(row: ItemAssignment) -> tuple[engine.SealedAssignment, dict[str, Person]]:
    """Return what was sealed, and whom each commitment is of.

    Refuses (ReviewRefused) what is no more what was sealed.
    """
    try:
        said = json.loads(row.people)
        rule = engine.AssignmentRule.from_dict(row.rule_content)
        people = {one["commit"]: Person(one["reviewer"], one["ref"], one["salt"]) for one in said}
        refs, salts = [one.ref for one in people.values()], [one.salt for one in people.values()]
        commits = vdraw.commit_identities(
            draw_id=rule.draw_id, refs=refs, salts=salts, hash_name=rule.hash_name
        )
        sealed = engine.seal_assignment(
            rule,
            [engine.Item.from_dict(one) for one in row.items_content],
            [
                engine.Judge(one["commit"], tuple(one["classes"]), tuple(one["barred"]))
                for one in said
            ],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ReviewRefused(ALTERED) from error
    if row.is_altered or commits != [*people] or sealed.seal != row.seal:
        raise ReviewRefused(ALTERED)
    return sealed, people


ALTERED = "分配的封存内容在系统之外被改动过，不能继续，请管理员核查。"


def order_of(
    row: ItemAssignment, sealed: engine.SealedAssignment, reveals: Sequence[Mapping[str, str]]
) -> engine.AssignmentOrder:
    """Return the order that the values give."""
    return engine.order_assignment(
        sealed, [vdraw.Reveal(one["role"], one["value"]) for one in reveals]
    )


def given_values(row: ItemAssignment) -> dict[str, Given]:
    """Return what was given to ``row`` since it was sealed, by role, as the log knows it: the first of each."""
    entries = entries_for(row).filter(action="review.assign_value").order_by("id")
    roles = {name: role for role, name in ROLES.items()}
    found: dict[str, Given] = {}
    for entry in proven(entries):
        said = entry.after or {}
        role = roles.get(said.get("角色", ""))
        if role in contributors_of(row) and role not in found:
            found[role] = Given(vdraw.encode_contribution(said["值"]), entry.actor_id)
    return found


def contributors_of(row: ItemAssignment) -> tuple[str, ...]:
    """Return who gives a value after the seal."""
    return (OPERATOR, SUPERVISOR) if row.supervised else (OPERATOR,)


def replay(order: engine.AssignmentOrder, row: ItemAssignment) -> engine.AssignmentState:
    """Return where ``row`` stands after its events.

    Refuses (ReviewRefused) events that do not follow from what was sealed.
    """
    try:
        return engine.replay_assignment(order, [engine.entry_from_dict(one) for one in row.events])
    except ValueError as error:
        raise ReviewRefused(ALTERED) from error


def record_of(row: ItemAssignment, *, named: bool) -> dict[str, Any]:
    """Return the record of ``row``, by which anybody can check it; ``named``: with who was given something.

    Refuses (ReviewRefused) what is no more what was sealed.
    """
    sealed, people = sealed_things(row)
    order = order_of(row, sealed, row.reveals)
    state = replay(order, row)
    events = [engine.entry_from_dict(one) for one in row.events]
    openings = []
    if named:
        for at in sorted(state.used):
            commit = sealed.reviewers[at].commit
            openings.append(vdraw.Opening(commit, people[commit].ref, people[commit].salt))
    return engine.build_assignment_record(order, events, openings).to_dict()


# --- Who was given what ---------------------------------------------------------------------------


def has_his_sheets(reviewer: Reviewer) -> bool:
    """Tell whether ``reviewer`` has a sheet of each item that he is to score, and none besides: where somebody else took one
    away, he would submit without it.

    Refuses (ReviewRefused) what is no more what was sealed.
    """
    return all_have_their_sheets(reviewer.review, [reviewer])


def all_have_their_sheets(review: Review, reviewers: Sequence[Reviewer]) -> bool:
    """Tell the same of ``reviewers`` of ``review``. Refuses like `has_his_sheets`."""
    asked = _asked_of(review)
    found: dict[int, set[int]] = {one.pk: set() for one in reviewers}
    rows = ScoreSheet.objects.filter(reviewer__in=found).order_by()
    for reviewer, place in rows.values_list("reviewer", "item__place"):
        found[reviewer].add(place)
    if asked is None:
        every = {one.place for one in items_of(review)}
        return all(places == every for places in found.values())
    return all(places == asked.get(pk, set()) for pk, places in found.items())


def _asked_of(review: Review) -> dict[int, set[int]] | None:
    """Return which items (places) each expert (pk) of ``review`` was given; None: all score all."""
    row = assignment_of(review)
    if row is None:
        return None
    found: dict[int, set[int]] = {}
    if row.by_hand:
        if row.is_altered:
            raise ReviewRefused(ALTERED)
        people = dict(Reviewer.objects.filter(review=review).values_list("place", "pk"))
        return {people[place]: items for place, items in given_by_hand(row).items()}
    sealed, drawn = sealed_things(row)
    state = replay(order_of(row, sealed, row.reveals), row)
    for commit, one in drawn.items():
        found.setdefault(one.reviewer_id, set()).update(map(int, state.items_of(commit)))
    return found


def given_by_hand(row: ItemAssignment) -> dict[int, set[int]]:
    """Return which items (places) each expert (place) scores by ``row``, which was chosen by hand and confirmed, after what
    went on to others since.

    Refuses (ReviewRefused) what does not follow from what was confirmed.
    """
    found: dict[int, set[int]] = {}
    if row.drawn_at is None:
        return found
    if not row.hangs_together:
        raise ReviewRefused(ALTERED)
    for item, places in row.chosen.items():
        for place in places:
            found.setdefault(place, set()).add(int(item))
    for one in row.events:
        found.setdefault(one["out"], set()).discard(one["item"])
        if one["in"] is not None:
            found.setdefault(one["in"], set()).add(one["item"])
    return found


@dataclass(frozen=True)
class Line:
    """An item and who scores it."""

    item: ReviewItem
    reviewers: list[Reviewer]

    @property
    def names(self) -> str:
        return "、".join(_still(one, one.expert.name) for one in self.reviewers)

    @property
    def places(self) -> str:
        return "、".join(_still(one, str(one)) for one in self.reviewers)


def _still(reviewer: Reviewer, called: str) -> str:
    return called if reviewer.invitation.draw.is_valid else f"{called}（抽取已作废）"


def lines_of(review: Review) -> list[Line]:
    """Return who scores each item of ``review``, in the order of the items."""
    rows = Reviewer.objects.filter(review=review, left_at__isnull=True)
    # Each once, whatever he scores: a draw with all that it sealed came with every sheet.
    people = rows.select_related("expert", "invitation__draw").in_bulk()
    of: dict[int, list[Reviewer]] = {}
    sheets = ScoreSheet.objects.filter(reviewer__in=people).order_by("reviewer__place")
    for item, reviewer in sheets.values_list("item", "reviewer"):
        of.setdefault(item, []).append(people[reviewer])
    return [Line(item, of.get(item.pk, [])) for item in items_of(review)]


def of_one_unit(lines: Sequence[Line]) -> list[str]:
    """Return the numbers of the items that two experts of one unit score: draws seat one of a unit, assignments give items to whoever
    has the fewest (docs/decisions/0300), so it is told."""
    return [one.item.number for one in lines if _share_a_unit(one.reviewers)]


def _share_a_unit(reviewers: Sequence[Reviewer]) -> bool:
    units = [one.expert.employer_id for one in reviewers if one.expert.employer_id]
    return len(set(units)) < len(units)


def chosen_lines(row: ItemAssignment) -> list[Line]:
    """Return who was chosen for each item so far."""
    rows = Reviewer.objects.filter(SCORES, review=row.review)
    people = {one.place: one for one in rows.select_related("expert", "invitation__draw")}
    return [
        Line(item, [people[at] for at in row.chosen.get(str(item.place), []) if at in people])
        for item in items_of(row.review)
    ]
