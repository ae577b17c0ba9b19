"""Everything that can happen to a draw, in any order: what is written holds by all three verifiers.

Each example is a project drawn from a small pool, to which values, answers, deadlines, leave, replacement,
supplements, widening, emergency, 改期, early release, voids, new experts, hindrances and restarts happen
at random. A service may refuse, in words of its own; it may not fail, nor write what does not hold.
Each `make test` goes a few such ways, always the same ones; ``make draw-walk`` hundreds, others each time
(`ARGS=2000`: so many; `SEED=7`: those of this seed). It asks of chance that each kind of step was met, and says
what was.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from expertpool.draws.enums import SEATED_STATES, DrawStatus, InvitationState, ReplyVia
from expertpool.draws.exceptions import DrawError
from expertpool.draws.models import (
    Draw,
    EmergencyRequest,
    Invitation,
    ReleaseRequest,
    RescheduleRequest,
    VoidRequest,
)
from expertpool.draws.queries.clock import pause_of
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.services import state as stored
from expertpool.draws.services.changed_pool import resume_changed
from expertpool.draws.services.checking import difference_in
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.earlier import decide_earlier, move_or_ask
from expertpool.draws.services.emergency import (
    decide_emergency,
    end_emergency,
    request_emergency,
)
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.letters import send_at_once
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.records import build_record
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.replies import (
    add_supplement,
    answer,
    expire,
    take_leave,
)
from expertpool.draws.services.rescheduling import NewMeeting
from expertpool.draws.services.sealing import abandon_draw, contribute, start_draw
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.draws.services.widening import widen_plan
from expertpool.experts.models import Expert
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import deliver
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.draws import EVERYBODY, expert_id_of, make_ready_project
from tests.factories.experts import come_back, go_away, make_expert
from tests.factories.widening import start_widened_draw
from tests.vdraw.samples import engine_difference
from tests.vdraw.test_javascript import differences
from vdraw import build_record as record_so_far
from vdraw.verify import find_difference

NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SENIOR: dict[str, Any] = {"field": "title_level", "op": "eq", "value": 4}
QUICK = bool(os.environ.get("DRAW_MACHINE_QUICK"))
EXAMPLES = int(os.environ.get("DRAW_MACHINE_EXAMPLES", "8"))
IS_LONG = "DRAW_MACHINE_EXAMPLES" in os.environ
STEPS = 40
MANY = 100  # so many ways meet each kind of step
# What engine and verifiers say last of a record that goes on, where all in it holds.
NOT_ENDED, GOES_ON = "记录没有结束", "记录没有以 end 事件结束，不完整"
_seeds = count(50_000)
# Records as they stood after a step, which the verifier of the browser judges many at a time, and what it said.
_kept: list[dict[str, Any]] = []
_said: Counter[str | None] = Counter()
AT_ONCE = 500
_met: Counter[str] = Counter()  # what happened in any of the ways
# What may happen to a draw. By chance a few ways meet some of it, hundreds and the told ones all.
KINDS = {
    "drawn", "exit", "supplement", "end", "void", "reschedule",
    "emergency", "emergency_ended", "paused", "resumed", "early_release",
    "unsatisfied", "widened", "abandoned",
}  # fmt: skip


class DrawMachine(RuleBasedStateMachine):
    """One project and its draws. Each example is one transaction, rolled back at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block._from_testcase = True  # what has to be outermost is so within an example
        self.block.__enter__()
        self._now = NOW
        self.steps = 0
        self.seen: set[tuple[object, ...]] = set()  # what was verified already
        self.stands: str | None = (
            None  # how the latest draw stands; None: the project may be drawn again
        )

    @property
    def now(self) -> datetime:
        """No two things happen at the same moment."""
        self._now += timedelta(microseconds=1)
        return self._now

    @now.setter
    def now(self, value: datetime) -> None:
        self._now = value

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # --- What happens

    @initialize(
        seniors=st.integers(1, 5),
        others=st.integers(0, 5),
        seats=st.tuples(st.integers(1, 3), st.integers(0, 2)),
        standbys=st.integers(0, 1),
        cap=st.sampled_from([None, 1]),
        opens=st.sampled_from([10, 30]),  # an emergency is near the opening or none
        waits=st.booleans(),  # for a value of the operator
        voids_after=st.sampled_from([0, 8]),
    )
    def draw_experts(
        self,
        seniors: int,
        others: int,
        seats: tuple[int, int],
        standbys: int,
        cap: int | None,
        opens: int,
        waits: bool,
        voids_after: int,
    ) -> None:
        self.voids_after = voids_after
        for level, wanted in ((4, seniors), (1, others)):
            for _ in range(wanted):
                make_expert(title_level=level, email=f"e{next(_seeds)}@example.cn")
        self.operator, self.supervisor = make_user("operator"), make_user("supervisor")
        groups = [GroupInput("技术", seats[0], [SENIOR], standbys)]
        if seats[1]:
            groups.append(GroupInput("综合", seats[1], [SENIOR, EVERYBODY]))
        self.project = make_ready_project(
            now=NOW,
            groups=groups,
            unit_cap=cap,
            reply_minutes=60,
            reveal_hours=2,
            channels=("email",),
            opens_in_hours=opens,
            contributors=("operator",) if waits else (),
        )
        self._start()

    @precondition(lambda self: self.stands == DrawStatus.SEALED)
    @rule()
    def the_value_is_given(self) -> None:
        if (draw := self._latest()) is None:
            return
        self._try(
            lambda: contribute(
                draw=draw,
                role="operator",
                value="31 26",
                actor=self.operator,
                now=self.now,
                entropy=self._entropy(),
            )
        )

    @precondition(lambda self: self.stands == DrawStatus.SEALED)
    @rule()
    def it_is_given_up(self) -> None:
        if draw := self._latest():
            self._try(
                lambda: abandon_draw(
                    draw=draw, reason="条件有误", actor=self.operator, now=self.now
                )
            )

    @rule(minutes=st.sampled_from([1, 20, 61, 240, 1600]))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        # A supervisor who is told that the pool was changed looks soon.
        if draw := self._latest():
            self._look(draw)

    @precondition(lambda self: self.is_ordered)
    @rule(pick=st.integers(0, 50), accept=st.booleans())
    def somebody_answers(self, pick: int, accept: bool) -> None:
        if row := self._one(pick, InvitationState.INVITED):
            self._answer(row, accept=accept)

    def _answer(self, row: Invitation, *, accept: bool) -> None:
        self._try(
            lambda: answer(
                invitation=row,
                accept=accept,
                reason="" if accept else "出差",
                via=ReplyVia.LINK,
                now=self.now,
                entropy=self._entropy(),
            )
        )

    @precondition(lambda self: self.is_ordered)
    @rule()
    def all_who_are_asked_agree(self) -> None:
        rows = Invitation.objects.filter(
            draw__in=valid_draws(self.project), state=InvitationState.INVITED
        )
        for row in rows.order_by("pk"):
            self._answer(row, accept=True)

    @precondition(lambda self: self.is_ordered)
    @rule(pick=st.integers(0, 50))
    def somebody_takes_leave(self, pick: int) -> None:
        if row := self._one(pick, InvitationState.ACCEPTED):
            self._try(
                lambda: take_leave(
                    invitation=row,
                    reason="生病",
                    via=ReplyVia.LINK,
                    now=self.now,
                    entropy=self._entropy(),
                )
            )

    @precondition(lambda self: self.is_ordered)
    @rule(
        pick=st.integers(0, 50),
        state=st.sampled_from(
            [InvitationState.ACCEPTED, InvitationState.DECLINED, InvitationState.REPLACED]
        ),
    )
    def an_answer_is_recorded(self, pick: int, state: InvitationState) -> None:
        if row := self._one(pick, *SEATED_STATES):
            self._try(
                lambda: record_answer(
                    invitation=row,
                    state=state,
                    reason="来电告知",
                    actor=self.operator,
                    now=self.now,
                    entropy=self._entropy(),
                    second=self.supervisor,
                )
            )

    @precondition(lambda self: self.is_ordered)
    @rule(pick=st.integers(0, 50))
    def a_deadline_comes(self, pick: int) -> None:
        if row := self._one(pick, InvitationState.INVITED):
            self._try(lambda: expire(invitation_id=row.pk, now=self.now, entropy=self._entropy()))

    @precondition(lambda self: self.is_ordered)
    @rule()
    def letters_go_out(self) -> None:
        for letter in Message.objects.filter(state=DeliveryState.QUEUED).order_by("pk")[:20]:
            deliver(message_id=letter.pk, now=self.now)
        for row in Invitation.objects.filter(state=InvitationState.INVITED):
            keep_clock(invitation_id=row.pk)
        if draw := self._latest():
            self._look(draw)

    @precondition(lambda self: self.is_ordered)
    @rule()
    def it_pauses_or_goes_on(self) -> None:
        if draw := self._latest():
            pause = pause_of(draw)
            if pause and pause.is_of_pool:
                self._look(draw)
                return
            act = resume_draw if pause else pause_draw
            self._try(lambda: act(draw=draw, reason="待定", actor=self.operator, now=self.now))

    @rule()
    def the_minute_is_swept(self) -> None:
        sweep(now=self.now, entropy=self._entropy())

    @precondition(lambda self: self.is_ordered)
    @rule()
    def another_supplement_is_asked(self) -> None:
        if draw := self._latest():
            self._try(
                lambda: add_supplement(
                    draw=draw, actor=self.operator, now=self.now, entropy=self._entropy()
                )
            )

    @precondition(lambda self: self.is_ordered)
    @rule()
    def the_panel_is_widened(self) -> None:
        if (draw := self._latest()) is None:
            return
        self._try(
            lambda: widen_plan(
                project=self.project,
                levels={"g1": [SENIOR, EVERYBODY]},
                actor=self.operator,
                now=self.now,
            )
        )
        self._try(
            lambda: start_widened_draw(
                base=draw,
                reason="本市该专业专家已全部问过",
                second=self.supervisor,
                actor=self.operator,
                now=self.now,
                entropy=self._entropy(),
            )
        )

    @precondition(lambda self: self.is_ordered)
    @rule(agree=st.booleans())
    def it_becomes_an_emergency(self, agree: bool) -> None:
        if (draw := self._latest()) is None:
            return
        self._try(
            lambda: request_emergency(
                draw=draw, reason="临近开标", minutes=15, actor=self.operator, now=self.now
            )
        )
        asked = EmergencyRequest.objects.filter(draw=draw, decided_at__isnull=True).first()
        if asked is not None:
            self._try(
                lambda: decide_emergency(
                    request=asked,
                    agree=agree,
                    note="",
                    actor=self.supervisor,
                    now=self.now,
                    entropy=SeededEntropy(7),
                )
            )

    @precondition(lambda self: self.is_ordered)
    @rule()
    def the_emergency_is_taken_back(self) -> None:
        if draw := self._latest():
            self._try(
                lambda: end_emergency(
                    draw=draw, reason="已补齐", actor=self.supervisor, now=self.now
                )
            )

    @precondition(lambda self: self.steps > 20)  # nothing ends while all are asked anew
    @rule(hours=st.sampled_from([-20, -2, 3, 12]), agree=st.booleans())
    def the_review_is_moved(self, hours: int, agree: bool) -> None:
        if (draw := self._latest()) is None:
            return
        review = draw.covered[0]
        moved = NewMeeting(review.pk, review.opening_at + timedelta(hours=hours), review.place)
        self._try(
            lambda: move_or_ask(
                draw=draw,
                meetings=[moved],
                reason="会议室被占用",
                actor=self.operator,
                now=self.now,
                entropy=self._entropy(),
            )
        )
        asked = RescheduleRequest.objects.filter(draw=draw, decided_at__isnull=True).first()
        if asked is not None:
            self._try(
                lambda: decide_earlier(
                    request=asked,
                    agree=agree,
                    note="",
                    actor=self.supervisor,
                    now=self.now,
                    entropy=self._entropy(),
                )
            )

    @precondition(lambda self: self.is_ordered and self.steps > 20)
    @rule()
    def letters_are_sent_at_once(self) -> None:
        if draw := self._latest():
            self._try(
                lambda: send_at_once(
                    draw=draw, reason="开标提前", actor=self.operator, now=self.now
                )
            )

    @rule(agree=st.booleans())
    def names_are_released_early(self, agree: bool) -> None:
        if (draw := self._latest()) is None:
            return
        self._try(
            lambda: request_release(draw=draw, reason="公告需要", actor=self.operator, now=self.now)
        )
        asked = ReleaseRequest.objects.filter(draw=draw, decided_at__isnull=True).first()
        if asked is not None:
            self._try(
                lambda: decide_release(
                    request=asked, agree=agree, note="", actor=self.supervisor, now=self.now
                )
            )

    @precondition(lambda self: self.stands is not None and self.steps > self.voids_after)
    @rule(agree=st.booleans())
    def it_is_voided(self, agree: bool) -> None:
        if (draw := self._latest()) is None:
            return
        self._try(
            lambda: request_void(
                draw=draw, reason="采购需求变更", actor=self.operator, now=self.now
            )
        )
        asked = VoidRequest.objects.filter(draw=draw, decided_at__isnull=True).first()
        if asked is not None:
            self._try(
                lambda: decide_void(
                    request=asked, agree=agree, note="", actor=self.supervisor, now=self.now
                )
            )

    @precondition(lambda self: self.stands is None)
    @rule()
    def it_is_drawn_again(self) -> None:
        self._start()

    @rule(level=st.sampled_from([1, 4]))
    def an_expert_joins_the_pool(self, level: int) -> None:
        make_expert(title_level=level)

    @rule(pick=st.integers(0, 50), how=st.sampled_from(["frozen", "away", "free"]))
    def an_expert_is_hindered(self, pick: int, how: str) -> None:
        keys = sorted(Expert.objects.values_list("pk", flat=True))
        key = keys[pick % len(keys)]
        come_back(key, now=self.now)
        if how == "away":
            go_away(key, now=self.now)
        status = "frozen" if how == "frozen" else "formal"
        Expert.objects.filter(pk=key).update(status=status)

    @rule()
    def the_process_restarts(self) -> None:
        stored._orders.clear()

    # --- What must hold

    @invariant()
    def all_verifiers_accept_what_is_written(self) -> None:
        self.steps += 1
        draws = Draw.objects.filter(projects=self.project).annotate(written=Count("events"))
        changed = False
        for draw in draws.order_by("pk"):
            # An answer that ends nothing, or a hand on a row, writes no event.
            lines = tuple(draw.invitations.order_by("pk").values_list("pk", "state"))
            stands = (draw.pk, draw.written, draw.status, draw.released_at, lines)
            if stands in self.seen:
                continue
            self.seen.add(stands)
            changed = True
            _met[draw.status] += 1
            assert difference_in(draw) is None
            if draw.ordered_at is not None:
                self._verify(draw)
        if changed:
            self._nobody_sits_twice()
        latest = self._latest()
        self.stands = latest.status if latest else None

    @property
    def is_ordered(self) -> bool:
        return self.stands not in {None, DrawStatus.SEALED}

    def _verify(self, draw: Draw) -> None:
        """By engine and verify.py, also while it goes on; by the browser, once enough of them are kept."""
        stored.load_state(draw)
        if draw.ended_at:
            record = build_record(draw)
        else:
            record = record_so_far(stored.load_order(draw), stored.read_events(draw)).to_dict()
        assert find_difference(record, is_whole=draw.ended_at is not None) is None
        assert engine_difference(record) == (None if draw.ended_at else NOT_ENDED)
        events = record["events"]
        _met.update(one["type"] for one in events)
        _met.update(one["code"] for one in events if one["type"] == "note")
        if draw.widens_id:
            _met["widened"] += 1
        _kept.append(record)
        if len(_kept) >= AT_ONCE:
            judge_kept()

    def _nobody_sits_twice(self) -> None:
        rows = Invitation.objects.filter(
            draw__in=valid_draws(self.project), state__in=SEATED_STATES
        )
        people = [expert_id_of(row) for row in rows]
        assert len(people) == len(set(people))

    # --- Help

    def _start(self) -> None:
        self._try(
            lambda: start_draw(
                project=self.project, actor=self.operator, now=self.now, entropy=self._entropy()
            )
        )

    def _latest(self) -> Draw | None:
        draws = valid_draws(self.project)
        return draws[-1] if draws else None

    def _one(self, pick: int, *states: str) -> Invitation | None:
        if pick % 2 and (draw := self._latest()):
            self._look(draw)
        rows = list(
            Invitation.objects.filter(
                draw__in=valid_draws(self.project), state__in=states
            ).order_by("pk")
        )
        return rows[pick % len(rows)] if rows else None

    def _look(self, draw: Draw) -> None:
        """Let a supervisor look at what was changed in the pool."""
        self._try(
            lambda: resume_changed(
                draw=draw,
                reason="已核对",
                actor=self.supervisor,
                now=self.now,
                entropy=self._entropy(),
            )
        )

    def _entropy(self) -> SeededEntropy:
        return SeededEntropy(next(_seeds))

    @staticmethod
    def _try(act: Callable[[], object]) -> None:
        """Do it as a request does: what is refused leaves nothing behind."""
        try:
            with transaction.atomic():
                act()
        except DrawError:
            pass


def judge_kept() -> None:
    """The verifier of the browser says of each record kept what verify.py says; none is kept any longer."""
    records = _kept.copy()
    _kept.clear()
    said = differences(records)
    assert said == [find_difference(record) for record in records]
    _said.update(said)


def forget() -> None:
    """What earlier walks met and kept."""
    for one in (_kept, _met, _said):
        one.clear()


@pytest.mark.django_db
@pytest.mark.timeout(0)  # as long as it is told
@pytest.mark.shows("DRAW-15")
def test_whatever_happens_all_three_verifiers_accept_what_is_written() -> None:
    forget()
    run_state_machine_as_test(
        DrawMachine,
        settings=settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate] if QUICK else list(Phase),
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not IS_LONG,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert EXAMPLES < 8 or {"drawn", "exit", "supplement", "end"} <= set(_met)
    assert EXAMPLES < MANY or not KINDS - set(_met)
    judge_kept()
    if IS_LONG:
        print(  # noqa: T201
            f"\n{_said.total()} records judged by all three; met: {dict(_met.most_common())}"
        )
    # What the browser says last of a record that goes on is that it does.
    assert _said.total() > EXAMPLES
    assert {None} < set(_said) <= {None, GOES_ON}


# Walks that are told step by step, and how each begins: what chance may leave out stands in them.
BEGINS: dict[str, Any] = {
    "seniors": 5, "others": 5, "seats": (2, 1), "standbys": 1, "cap": None,
    "opens": 10, "waits": False, "voids_after": 0,
}  # fmt: skip
TOLD: list[tuple[dict[str, Any], list[Callable[[DrawMachine], object]]]] = [
    (
        {"waits": True},
        [
            DrawMachine.it_is_given_up,
            DrawMachine.it_is_drawn_again,
            DrawMachine.the_value_is_given,
            DrawMachine.letters_go_out,
            DrawMachine.it_pauses_or_goes_on,
            DrawMachine.it_pauses_or_goes_on,
            lambda walk: walk.it_becomes_an_emergency(agree=True),
            DrawMachine.the_emergency_is_taken_back,
            DrawMachine.all_who_are_asked_agree,
            lambda walk: walk.names_are_released_early(agree=True),
            lambda walk: walk.it_is_voided(agree=True),
        ],
    ),
    (
        {"opens": 30},
        [
            DrawMachine.letters_go_out,
            lambda walk: walk.somebody_answers(pick=0, accept=False),
            lambda walk: walk.the_review_is_moved(hours=12, agree=True),
            DrawMachine.letters_go_out,
            DrawMachine.all_who_are_asked_agree,
        ],
    ),
    (
        {"seniors": 1, "seats": (3, 0)},
        [
            DrawMachine.letters_go_out,
            lambda walk: walk.a_deadline_comes(pick=0),
            lambda walk: walk.time_goes_by(minutes=61),
            DrawMachine.the_minute_is_swept,
            DrawMachine.the_panel_is_widened,
            DrawMachine.letters_go_out,
            DrawMachine.all_who_are_asked_agree,
        ],
    ),
]


@pytest.mark.django_db
@pytest.mark.shows("DRAW-15")
def test_each_kind_of_step_stands_in_a_record_that_all_verifiers_accept() -> None:
    forget()
    for begins, steps in TOLD:
        walk = DrawMachine()
        try:
            walk.draw_experts(**{**BEGINS, **begins})
            walk.all_verifiers_accept_what_is_written()
            for step in steps:
                walk.time_goes_by(minutes=1)
                step(walk)
                walk.all_verifiers_accept_what_is_written()
        finally:
            walk.teardown()
    assert not KINDS - set(_met)
    judge_kept()
