"""Who may open each URL: one line a URL name. A URL that is missing here fails the tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.achievements.models import Achievement
from expertpool.achievements.settings import PUBLIC
from expertpool.audit.models import Entry
from expertpool.automation.models import EventRule, Firing
from expertpool.bundles.models import Bundle
from expertpool.bundles.services.making import ask_for_bundle
from expertpool.certificates.models import Certificate, CertificateRun, Design
from expertpool.certificates.services.designs import ensure_built_in
from expertpool.core.arrangement import MENU_ARRANGEMENT, Arrangement, OwnLink
from expertpool.core.models import BulkRun, ImportMemory, SavedSearch
from expertpool.directory.models import UnitPair
from expertpool.draws.models import PickRequest, VoidRequest
from expertpool.evaluations.models import CautionObjection, Evaluation, Rating, RatingObjection
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.services.telling import token_of as appeal_token
from expertpool.fees.models import BankAccount, FeeLine, Payment, PaymentRequest
from expertpool.fees.services.payments import decide_batch
from expertpool.files.queries import attachments_of
from expertpool.files.services import attach
from expertpool.inspections.models import Inspection, Renewal, RenewalRun, Round
from expertpool.joining.models import Registration
from expertpool.joining.services.registering import token_of
from expertpool.monitoring.models import RegionNetwork
from expertpool.networks.models import NetworkRule
from expertpool.notices.models import ExpertNotice
from expertpool.notices.services.links import link_of
from expertpool.notices.services.sending import send_notice, send_out
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import Text
from expertpool.notifications.queries.attempts import callback_token
from expertpool.notifications.services.templates import save_template
from expertpool.points.models import Benefit, BenefitRequest, PointEntry, PointLevel, PointRule
from expertpool.projects.models import Project, Task
from expertpool.reports.models import ExposureReport
from expertpool.reports.permissions import SCREEN
from expertpool.reviews.models import ItemAssignment, Review, Reviewer, ReviewResult
from expertpool.reviews.queries.assignments import assignment_of
from expertpool.reviews.services.assigning import Share, set_assignment
from expertpool.reviews.services.organising import open_review
from expertpool.secondfactor.models import Passkey
from expertpool.selfservice.services.feed import address_of, open_feed
from expertpool.telephone.channels.sentences import RECORDINGS, Spoken
from expertpool.workflow.models import Approval, Delegation, PublicNotice
from tests.architecture.world import ROLES, World
from tests.factories.accounts import make_token, make_user
from tests.factories.achievements import hand_in_one, make_achievement
from tests.factories.automation import make_errand, make_firing, make_rule
from tests.factories.certificates import make_certificate
from tests.factories.draws import make_ready_project
from tests.factories.evaluations import (
    make_caution_objection,
    make_evaluation,
    make_objection,
    make_rating,
)
from tests.factories.experts import make_apart, make_expert, make_unit
from tests.factories.fees import (
    make_account,
    make_batch_of,
    make_fees,
    make_paid_to,
    make_rate,
    make_sent,
)
from tests.factories.fields import make_version_with_file
from tests.factories.identity import make_group_role, make_identity
from tests.factories.inspections import (
    ask_one,
    hand_in_inspection,
    inspection_of,
    make_round,
    open_one,
)
from tests.factories.joining import scan
from tests.factories.networks import make_network_rule
from tests.factories.notices import addressee_of, make_notice, sent_notice
from tests.factories.picks import allow_manual_ways, ask_for
from tests.factories.points import (
    make_benefit,
    make_entry,
    make_level,
    make_point_rule,
    make_request,
)
from tests.factories.privacy import make_data_request
from tests.factories.requests import asked_otherwise
from tests.factories.review_rules import make_result, make_review_rule
from tests.factories.scoring import (
    make_assigned,
    make_campaign,
    make_open,
    make_review,
    reviewer_of,
)
from tests.factories.siteconfig import configure
from tests.factories.telephone import make_call

LONG_AGO = timezone.now() - timedelta(days=2)
Kwargs = Callable[[World, User], dict[str, Any]]


@dataclass(frozen=True)
class Rule:
    """The roles that may open a URL, and its arguments for a user of such a role."""

    roles: frozenset[str]
    kwargs: Kwargs
    public: bool = False
    token: bool = False  # asks for a token: no session opens it


def _nothing(_world: World, _user: User) -> dict[str, Any]:
    return {}


def only(*roles: str, kwargs: Kwargs = _nothing) -> Rule:
    assert set(roles) <= set(ROLES)
    return Rule(frozenset(roles), kwargs)


def screen_token(_world: World, _user: User) -> dict[str, Any]:
    """An address of the wall screen."""
    return {"token": make_token(make_user("supervisor"), SCREEN).text}  # type: ignore[attr-defined]


def everybody(kwargs: Kwargs = _nothing) -> Rule:
    """Whoever has signed in."""
    return only(*ROLES, kwargs=kwargs)


def public(kwargs: Kwargs = _nothing) -> Rule:
    """Also those who have not signed in."""
    return Rule(frozenset(ROLES), kwargs, public=True)


def token(**of: Callable[[World], Any]) -> Rule:
    """An endpoint of the interface: 401 without a token, whoever has signed in."""

    def kwargs(world: World, _user: User) -> dict[str, Any]:
        values = {name: get(world) for name, get in of.items()}
        return {name: getattr(value, "pk", value) for name, value in values.items()}

    return Rule(frozenset(), kwargs, token=True)


def pk(of: Callable[[World], Any]) -> Kwargs:
    return lambda world, _user: {"pk": of(world).pk}


def version_with_file(world: World, _user: User) -> dict[str, Any]:
    version, code = make_version_with_file(world.expert)
    return {"pk": version.expert_id, "number": version.number, "code": code}


def plan_version(world: World, user: User) -> dict[str, Any]:
    return PROJECT(world, user) | {"version": 1}


def pending_version(world: World, user: User) -> dict[str, Any]:
    return PENDING(world, user) | {"version": world.pending.version}


def link(world: World, _user: User) -> dict[str, Any]:
    return {"token": world.token}


def feed(world: World, _user: User) -> dict[str, Any]:
    row = open_feed(expert=world.expert, mark=uuid4(), now=timezone.now())
    return {"token": address_of(row, world.expert).rpartition("/")[2].removesuffix(".ics")}


def own_message(world: World, user: User) -> dict[str, Any]:
    return {"uid": world.message(user).uid}


def own_call(world: World, user: User) -> dict[str, Any]:
    message = world.message(user)
    make_call(message)
    return {"uid": message.uid, "number": 1}


def recorded_sentence(_world: World, _user: User) -> dict[str, Any]:
    configure(RECORDINGS["closing"], Spoken.kept(bytes(1600)))
    return {"name": "closing"}


def own_bulk_run(_world: World, user: User) -> dict[str, Any]:
    now = timezone.now()
    run = BulkRun.objects.create(
        user=user,
        title="冻结",
        chosen=[],
        total=0,
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    return {"pk": run.pk}


def own_export(world: World, user: User) -> dict[str, Any]:
    return {"pk": world.export(user).pk}


def own_import(world: World, user: User) -> dict[str, Any]:
    return {"pk": world.imported(user).pk}


def own_update(world: World, user: User) -> dict[str, Any]:
    return {"pk": world.imported(user, "expert-updates").pk}


def own_import_memory(importer: str) -> Callable[[World, User], dict[str, Any]]:
    def memory(world: World, user: User) -> dict[str, Any]:
        said = {"user": user, "importer": importer, "said": "随身电话", "meant": "phone"}
        return {"pk": ImportMemory.objects.create(**said).pk}

    return memory


def own_project_import(world: World, user: User) -> dict[str, Any]:
    return {"pk": world.imported(user, "projects").pk}


def own_link(_world: World, _user: User) -> dict[str, Any]:
    link = OwnLink("own-1", "规程", "/projects/", "projects")
    configure(MENU_ARRANGEMENT, Arrangement(links=(link,)))
    return {"code": link.code}


def own_passkey(_world: World, user: User) -> dict[str, Any]:
    row = Passkey(user=user, name="x", handle=uuid4().hex, public_key=b"x", created_at=LONG_AGO)
    row.save()
    return {"pk": row.pk}


def group_role(_world: World, _user: User) -> dict[str, Any]:
    return {"pk": make_group_role().pk}


def outside_identity(_world: World, _user: User) -> dict[str, Any]:
    return {"pk": make_identity(make_user()).pk}


def own_user_import(world: World, user: User) -> dict[str, Any]:
    return {"pk": world.imported(user, "users").pk}


def own_item_import(world: World, user: User) -> dict[str, Any]:
    return {"pk": world.imported(user, "review_items").pk}


def recording(world: World, _user: User) -> dict[str, Any]:
    return {"pk": world.draw.pk, "recording": UUID(int=1)}


def project_task(world: World, _user: User) -> dict[str, Any]:
    """An open task of the project, given to the administrator."""
    task, _ = Task.objects.get_or_create(
        project=world.project,
        title="补资料",
        defaults={
            "assignee": world.users["admin"],
            "due_date": timezone.localdate(),
            "created_at": timezone.now(),
            "created_by": world.users["operator"],
        },
    )
    return {"pk": task.pk}


def batch_member(world: World, _user: User) -> dict[str, Any]:
    """A project of the batch that does not lead it."""
    return {"pk": world.batch.pk, "project_pk": world.batch.members[-1].pk}


def activation(world: World, _user: User) -> dict[str, Any]:
    return {"token": world.activation}


def scheme(world: World, _user: User) -> dict[str, Any]:
    return {"scheme": world.specialty.scheme.code}


def registration(_world: World, _user: User) -> dict[str, Any]:
    return {"token": token_of(Registration.objects.all()[0])}


def recommended(world: World, _user: User) -> dict[str, Any]:
    text = Message.objects.filter(
        occasion="joining.recommended", about_id=str(world.recommendation.pk)
    )[0].body
    found = re.search(r"/join/by/([\w-]+)/", text)
    assert found
    return {"token": found[1]}


def own_step(_world: World, _user: User) -> dict[str, Any]:
    return {"step": "basic"}


def own_file(world: World, _user: User) -> dict[str, Any]:
    return {"pk": attachments_of(world.draft_application)[0].pk}


def void_request(world: World, _user: User) -> dict[str, Any]:
    """Each matter by itself: tests/workflow/test_requests.py."""
    return {"matter": "draws.void", "pk": world.void_request.pk}


def void_of(world: World, _user: User) -> dict[str, Any]:
    return {"matter": "draws.void", "pk": world.draw.pk}


def own_request(world: World, user: User) -> dict[str, Any]:
    """One that ``user`` asked for, where he may ask at all."""
    asked_otherwise(VoidRequest.objects.get(pk=world.void_request.pk), requested_by=user)
    return void_request(world, user)


def region_network(_world: World, _user: User) -> dict[str, Any]:
    row = RegionNetwork.objects.first()
    return {
        "pk": (row or RegionNetwork.objects.create(network="203.0.113.0/24", region="湖南省")).pk
    }


def network_rule(_world: World, user: User) -> dict[str, Any]:
    """One that a test may end: none of where it comes from."""
    rows = NetworkRule.objects.filter(ended_at=None)
    return {"pk": (rows.first() or make_network_rule("203.0.113.7", by=user)).pk}


def event_rule(_world: World, _user: User) -> dict[str, Any]:
    return {"pk": (EventRule.objects.first() or make_rule()).pk}


def firing(world: World, _user: User) -> dict[str, Any]:
    """About a project that everybody who reads firings may see."""
    return {"pk": (Firing.objects.first() or make_firing(department=world.project.department)).pk}


def errand(world: World, user: User) -> dict[str, Any]:
    """Given to a role of ``user``, where he may see to any."""
    role = next(iter(user.given_roles)) if user.has_permission("automation.errands") else "admin"
    return {"pk": make_errand(role, department=world.project.department).pk}


def own_delegation(world: World, user: User) -> dict[str, Any]:
    """What ``user`` has handed over to somebody."""
    now, other = timezone.now(), world.users["auditor"]
    to = other if other != user else world.users["admin"]
    ends = now + timedelta(days=1)
    made = Delegation(giver=user, to=to, begins_at=now, ends_at=ends, reason="出差", made_at=now)
    made.save()
    return {"pk": made.pk}


def on_notice(world: World, _user: User) -> dict[str, Any]:
    approval = Approval.objects.get(subject_type="projects.project", subject_id=world.pending.pk)
    now = timezone.now()
    notice = PublicNotice.objects.filter(approval=approval).first() or PublicNotice(
        public_id=uuid4(),
        approval=approval,
        step=approval.step,
        round=approval.moves,
        title="公示",
        begins_at=now,
        ends_at=now + timedelta(days=1),
    )
    if notice._state.adding:
        notice.save()
    return {"public_id": notice.public_id}


def pick_request(world: World, _user: User) -> dict[str, Any]:
    """A list that the administrator chose and nobody confirmed yet."""
    asked = PickRequest.objects.first()
    if asked is None:
        now, admin = timezone.now(), world.users["admin"]
        allow_manual_ways()
        project = make_ready_project(now=now, opens_in_hours=300, seats=1)
        asked = ask_for(project, [make_expert()], actor=admin, now=now)
    return {"pk": asked.draw_id, "request_pk": asked.pk}


def chosen_list(world: World, user: User) -> dict[str, Any]:
    return {"pk": pick_request(world, user)["pk"]}


def project_files(world: World, _user: User) -> dict[str, Any]:
    return {"subject_type": "projects.project", "subject_id": world.attachment.subject_id}


def file_choice(world: World, _user: User) -> dict[str, Any]:
    return {"pk": world.attachment.pk, "kind": "experts"}


def exposure_report() -> ExposureReport:
    today = timezone.localdate()
    return ExposureReport.objects.get_or_create(
        start_date=today, end_date=today, defaults={"requested_at": timezone.now()}
    )[0]


def own_search(_world: World, user: User) -> dict[str, Any]:
    """Return one of his own: those that others share are theirs to delete."""
    values = {"query": "tab=formal", "created_at": timezone.now()}
    rows = SavedSearch.objects
    return {
        "pk": rows.get_or_create(owner=user, page="experts", name="本月", defaults=values)[0].pk
    }


def relation(world: World, _user: User) -> dict[str, Any]:
    return {"pk": world.relation.owned_id, "relation": world.relation.pk}


def unit_pair(_world: World, _user: User) -> dict[str, Any]:
    first, second = make_unit(), make_unit()
    return {"pk": UnitPair.objects.create(first=first, second=second, likeness=1).pk}


def two_records(world: World, _user: User) -> dict[str, Any]:
    return {"pk": world.expert.pk, "other": make_expert().pk}


def told_apart(world: World, _user: User) -> dict[str, Any]:
    return {"pk": make_apart(world.expert, make_expert()).pk}


def achievement(world: World, _user: User) -> dict[str, Any]:
    """An approved one of the world's expert."""
    found = Achievement.objects.filter(expert=world.expert, state="approved").first()
    return {"pk": (found or make_achievement(world.expert)).pk}


def waiting_achievement(world: World, _user: User) -> dict[str, Any]:
    """One of another expert, handed in before names were sealed."""
    found = Achievement.objects.filter(state="pending").first()
    return {"pk": (found or hand_in_one(now=timezone.now() - timedelta(days=2))).pk}


def notice(state: str) -> Kwargs:
    """A draft or a sent notice to the world's expert."""

    def make(world: World, _user: User) -> dict[str, Any]:
        found = ExpertNotice.objects.filter(state=state, addressees__expert=world.expert).first()
        made = sent_notice if state == "sent" else make_notice
        return {"pk": (found or made(world.expert, actor=world.users["admin"])).pk}

    return make


def notice_link(world: World, user: User) -> dict[str, Any]:
    row = ExpertNotice.objects.get(**notice("sent")(world, user))
    return {"token": link_of(addressee_of(row, world.expert)).rstrip("/").rpartition("/")[2]}


def notice_link_file(world: World, _user: User) -> dict[str, Any]:
    row = make_notice(world.expert, actor=world.users["admin"])
    file = attach(subject=row, uploaded_file=scan(), actor=row.created_by, now=timezone.now())
    send_notice(notice=row, count=1, actor=row.created_by, now=timezone.now())
    send_out(notice_id=row.pk, now=timezone.now())
    token = link_of(addressee_of(row, world.expert)).rstrip("/").rpartition("/")[2]
    return {"token": token, "pk": file.pk}


def own_renewals(_world: World, user: User) -> dict[str, Any]:
    row, _ = RenewalRun.objects.get_or_create(
        user=user,
        defaults={"until": "2099-01-01", "chosen": [], "total": 0, "created_at": LONG_AGO},
    )
    return {"pk": row.pk}


def waiting_renewal(_world: World, _user: User) -> dict[str, Any]:
    """One that was asked for before names were sealed."""
    found = Renewal.objects.filter(state="waiting").first()
    return {"pk": (found or ask_one(now=LONG_AGO)).pk}


def draft_round(_world: World, _user: User) -> dict[str, Any]:
    return {"pk": (Round.objects.filter(state="draft").first() or make_round()).pk}


def evaluation(world: World, _user: User) -> dict[str, Any]:
    """One that goes on, of other experts than those of the world."""
    if (row := Evaluation.objects.filter(people=2).first()) is None:
        row = make_evaluation(world.users["operator"], now=timezone.now())
        Project.objects.filter(pk=row.project_id).update(department=world.project.department)
    return {"pk": row.pk}


def rating_of_his(world: World, _user: User) -> dict[str, Any]:
    """One of the world's expert, of days ago, to which he may object."""
    found = Rating.objects.filter(expert=world.expert).first()
    return {"pk": (found or make_rating(world.expert, world.users["operator"])).pk}


def released_draw(world: World, user: User) -> dict[str, Any]:
    """One of which anybody may have a record."""
    rating = Rating.objects.get(**rating_of_his(world, user))
    assert rating.invitation is not None
    return {"code": rating.invitation.draw.public_id}


def bank_account(world: World, _user: User) -> dict[str, Any]:
    """That of somebody who was told of a fee."""
    if (row := BankAccount.objects.first()) is None:
        row = make_account(world.users["operator"])
        paid = FeeLine.objects.filter(expert=row.expert).values("project")
        Project.objects.filter(pk__in=paid).update(department=world.project.department)
    return {"pk": row.pk}


def fee_payment(world: World, _user: User) -> dict[str, Any]:
    """One of a batch that was agreed to."""
    if (row := Payment.objects.first()) is None:
        now = timezone.now()
        # Signed yesterday: while names are sealed, what was signed today is told tomorrow.
        line = make_paid_to(world.users["operator"], now=now - timedelta(days=1))
        Project.objects.filter(pk=line.project_id).update(department=world.project.department)
        batch = make_batch_of([line], world.users["finance"], now=now)
        asked = PaymentRequest.objects.get(batch=batch)
        decide_batch(request=asked, agree=True, note="", actor=make_user("finance"), now=now)
        row = Payment.objects.get(batch=batch)
    return {"pk": row.pk}


def payment_batch(world: World, user: User) -> dict[str, Any]:
    return {"pk": Payment.objects.get(**fee_payment(world, user)).batch_id}


def payment_table(world: World, user: User) -> dict[str, Any]:
    return payment_batch(world, user) | {"kind": "table"}


def year_of_his_fee(world: World, user: User) -> dict[str, Any]:
    fee_of_his(world, user)
    return {"year": timezone.localdate().year}


def own_workload(world: World, user: User) -> dict[str, Any]:
    return {"pk": world.imported(user, "fee-workload").pk}


def own_answers(world: World, user: User) -> dict[str, Any]:
    return {"pk": world.imported(user, "fee-answers").pk}


def fee(world: World, _user: User) -> dict[str, Any]:
    """One of other experts than those of the world."""
    if (row := FeeLine.objects.exclude(expert=world.expert).first()) is None:
        row = make_fees(world.users["operator"], now=timezone.now())[0]
        Project.objects.filter(pk=row.project_id).update(department=world.project.department)
    return {"pk": row.pk}


def paid_project(world: World, user: User) -> dict[str, Any]:
    return {"pk": FeeLine.objects.get(**fee(world, user)).project_id}


def fee_rate(_world: World, _user: User) -> dict[str, Any]:
    return {"pk": make_rate().pk}


def review_result(world: World, user: User) -> dict[str, Any]:
    """One of the world's department that has ended, scored by two whom nobody else knows."""
    if (row := ReviewResult.objects.first()) is None:
        row = make_result(world.users["operator"])
        Project.objects.filter(pk=row.review.project_id).update(department=world.project.department)
    return {"pk": row.review_id}


def review_rule(_world: World, _user: User) -> dict[str, Any]:
    return {"pk": make_review_rule().pk}


def fee_of_his(world: World, _user: User) -> dict[str, Any]:
    """One of the world's expert, of days ago."""
    if (row := FeeLine.objects.filter(expert=world.expert).first()) is None:
        over = timezone.now() - timedelta(days=4)  # another day than that of his ratings
        (row,) = make_sent(world.users["operator"], now=over, pool=(world.expert,))
    return {"pk": row.pk}


def review(world: World, _user: User) -> dict[str, Any]:
    """One that is prepared, of other experts than those of the world."""
    if (row := Review.objects.filter(opened_at__isnull=True).first()) is None:
        row = make_review(world.users["operator"], now=timezone.now())
        Project.objects.filter(pk=row.project_id).update(department=world.project.department)
    return {"pk": row.pk}


def bundle(world: World, _user: User) -> dict[str, Any]:
    """One that is asked for."""
    row = Bundle.objects.first() or ask_for_bundle(
        project=world.project, actor=world.users["admin"], now=timezone.now()
    )
    return {"pk": row.pk}


def assigned(world: World, user: User) -> dict[str, Any]:
    """One that is prepared, in which not all score all."""
    row = Review.objects.get(**review(world, user))
    if assignment_of(row) is None:
        operator = world.users["operator"]
        set_assignment(review=row, share=Share(1, 2), actor=operator, now=timezone.now())
    return {"pk": row.pk}


def by_hand(world: World, user: User) -> dict[str, Any]:
    """An item of which somebody chooses who scores it."""
    if (row := ItemAssignment.objects.filter(by_hand=True).first()) is None:
        share = Share(1, 2, by_hand=True, why="项目特殊须指定")
        made = make_campaign(world.users["operator"], now=timezone.now(), share=share)
        department = world.project.department
        Project.objects.filter(pk=made.project_id).update(department=department)
        row = ItemAssignment.objects.get(review=made)
    return {"pk": row.review.items.all()[0].pk}


def given_items(world: World, user: User) -> dict[str, Any]:
    """One of which the items were given."""
    if (row := ItemAssignment.objects.filter(drawn_at__isnull=False).first()) is None:
        operator, supervisor = world.users["operator"], world.users["supervisor"]
        row = make_assigned(operator, supervisor, now=timezone.now())
        department = world.project.department
        Project.objects.filter(pk=row.review.project_id).update(department=department)
    return {"pk": row.review_id}


def review_item(world: World, user: User) -> dict[str, Any]:
    return {"pk": Review.objects.get(**review(world, user)).items.all()[0].pk}


def reviewer(world: World, _user: User) -> dict[str, Any]:
    """Of another expert than those of the world."""
    row = Reviewer.objects.exclude(expert=world.expert).first()
    if row is None:
        made = make_open(world.users["operator"], now=timezone.now())
        Project.objects.filter(pk=made.project_id).update(department=world.project.department)
        row = made.reviewers.all()[0]
    return {"pk": row.pk}


def scored_review(world: World, user: User) -> dict[str, Any]:
    return {"pk": Reviewer.objects.get(**reviewer(world, user)).review_id}


def sheet_of_his(world: World, _user: User) -> dict[str, Any]:
    """That of the world's expert, of days ago."""
    rows = Reviewer.objects.filter(expert=world.expert, review__rule__anonymous=False)
    if (row := rows.first()) is None:
        over = timezone.now() - timedelta(days=8)  # another day than that of his fees
        made = make_open(world.users["operator"], now=over, pool=(world.expert,))
        row = reviewer_of(made, world.expert)
        row.is_leader = True
        row.save(update_fields=["is_leader", "proof"])
    return {"pk": row.pk}


def material_of_his(world: World, _user: User) -> dict[str, Any]:
    """Of an anonymous review."""
    rows = Reviewer.objects.filter(expert=world.expert, review__rule__anonymous=True)
    if (row := rows.first()) is None:
        over, operator = timezone.now() - timedelta(days=10), world.users["operator"]
        review = make_review(operator, now=over, pool=(world.expert,), anonymous=True, seats=1)
        for item in review.items.all():
            file = SimpleUploadedFile("方案.txt", b"x")
            attach(subject=item, uploaded_file=file, actor=operator, now=over)
        open_review(review=review, actor=operator, now=over)
        row = reviewer_of(review, world.expert)
    return {"pk": row.pk, "alias": row.review.items.all()[0].alias, "at": 1}


def objection(world: World, user: User) -> dict[str, Any]:
    """What he objected to, before names were sealed."""
    if (row := RatingObjection.objects.first()) is None:
        rating = Rating.objects.get(**rating_of_his(world, user))
        row = make_objection(rating, now=LONG_AGO)
    return {"pk": row.pk}


def caution_objection(world: World, _user: User) -> dict[str, Any]:
    """What he objected to, before names were sealed, of a caution that two others gave."""
    found = CautionObjection.objects.first()
    return {"pk": (found or make_caution_objection(world.expert, now=LONG_AGO)).pk}


def caution_of_his(world: World, user: User) -> dict[str, Any]:
    row = CautionObjection.objects.get(**caution_objection(world, user))
    return {"pk": row.caution_id}


def organiser_to_rate(world: World, _user: User) -> dict[str, Any]:
    """A review of the world's expert that goes on being rated."""
    sat = Rating.objects.filter(expert=world.expert).values("evaluation")
    rows = Evaluation.objects.filter(people=1, closed_at__isnull=True).exclude(pk__in=sat)
    row = rows.first() or make_evaluation(
        world.users["operator"], now=timezone.now(), pool=(world.expert,), seats=1
    )
    return {"pk": row.pk, "target": "organiser"}


def rating_form(world: World, user: User) -> dict[str, Any]:
    row = Evaluation.objects.get(**evaluation(world, user))
    return {"pk": row.expert_form_id}


def open_round(_world: World, _user: User) -> dict[str, Any]:
    return {"pk": (Round.objects.filter(state="open").first() or open_one(now=LONG_AGO)).pk}


def inspection(world: World, _user: User) -> dict[str, Any]:
    """One of the world's expert, which he has not handed in."""
    found = Inspection.objects.filter(expert=world.expert).first()
    return {"pk": (found or inspection_of(world.expert, open_one(now=LONG_AGO))).pk}


def waiting_inspection(_world: World, _user: User) -> dict[str, Any]:
    """One of another expert, handed in before names were sealed."""
    found = Inspection.objects.filter(state="submitted").first()
    if found is None:
        other = make_expert()
        found = hand_in_inspection(inspection_of(other, open_one(now=LONG_AGO)), now=LONG_AGO)
    return {"pk": found.pk}


def point_entry(world: World, _user: User) -> dict[str, Any]:
    found = PointEntry.objects.filter(expert=world.expert).first()
    return {"pk": (found or make_entry(world.expert)).pk}


def point_rule(_world: World, _user: User) -> dict[str, Any]:
    return {"pk": (PointRule.objects.first() or make_point_rule("attended", 5)).pk}


def point_level(_world: World, _user: User) -> dict[str, Any]:
    return {"pk": (PointLevel.objects.first() or make_level("资深", 50)).pk}


def benefit(_world: World, _user: User) -> dict[str, Any]:
    return {"pk": (Benefit.objects.first() or make_benefit()).pk}


def asked_about_data(_world: World, _user: User) -> dict[str, Any]:
    """What an expert asked of the office about his data before names were sealed."""
    return {"pk": make_data_request(now=timezone.now() - timedelta(days=2)).pk}


def gone_expert(_world: World, _user: User) -> dict[str, Any]:
    """Who left the pool."""
    return {"pk": make_expert(status=ExpertStatus.DELETED, deleted_by=make_user()).pk}


def asked_benefit(_world: World, _user: User) -> dict[str, Any]:
    """One that another expert asked for before names were sealed."""
    found = BenefitRequest.objects.filter(answered_at=None).first()
    return {"pk": (found or make_request(now=timezone.now() - timedelta(days=2))).pk}


def openly(_world: World, _user: User) -> dict[str, Any]:
    """The office lets anybody see them."""
    configure(PUBLIC, "nameless")
    return {}


def certificate(world: World, _user: User) -> dict[str, Any]:
    """The certificate of the world's expert."""
    open_one = Certificate.objects.filter(expert=world.expert, ending="").first()
    return {"pk": (open_one or make_certificate(world.expert)).pk}


def certificate_code(world: World, user: User) -> dict[str, Any]:
    return {"code": Certificate.objects.get(**certificate(world, user)).code}


def certificate_run(_world: World, user: User) -> dict[str, Any]:
    """A run of ``user``'s own, with its PDF."""
    now = timezone.now()
    times = {"created_at": now, "finished_at": now, "expires_at": now + timedelta(days=1)}
    values = {"kind": "print", "chosen": [], "total": 1, "state": "done", "made": 1}
    run = CertificateRun.objects.create(user=user, **values, **times)
    run.file.write(b"%PDF")
    return {"pk": run.pk}


def certificate_design(_world: World, _user: User) -> dict[str, Any]:
    ensure_built_in(now=timezone.now())
    return {"pk": Design.objects.all()[0].pk}


def template(_world: World, _user: User) -> dict[str, Any]:
    return {"occasion": "draw.invitation", "channel": "sms"}


def earlier_template(world: World, user: User) -> dict[str, Any]:
    """A text that was saved before the one that stands."""
    kwargs = template(world, user)
    for word in ("先", "后"):
        text = Text("", f"{word}：{{{{答复链接}}}}")
        save_template(text=text, actor=world.users["admin"], now=timezone.now(), **kwargs)
    entry = Entry.objects.filter(action="notifications.template_save").order_by("pk")[0]
    return {**kwargs, "entry": entry.pk}


def furnish(world: World) -> World:
    """Make what many addresses are about, and would make one by one where all is taken back after each."""
    for find in (
        *(pick_request, project_task, on_notice),
        *(achievement, waiting_achievement, notice("draft"), notice("sent")),
        *(waiting_renewal, draft_round, open_round, inspection, waiting_inspection),
        *(point_entry, point_rule, point_level, benefit, asked_benefit),
        *(certificate, certificate_design),
        *(evaluation, rating_of_his, objection, organiser_to_rate),
    ):
        find(world, world.users["admin"])
    return score_and_pay(world)


def score_and_pay(world: World) -> World:
    """Make what fees and reviews are about, each of which stands on a draw of its own."""
    for find in (
        *(fee, fee_of_his, bank_account, fee_payment),
        *(review, by_hand, given_items, reviewer, sheet_of_his, review_result),
        *(evaluation, rating_of_his, objection, caution_objection, organiser_to_rate),
    ):
        find(world, world.users["admin"])
    return world


def of_no_session(world: World, _user: User) -> dict[str, Any]:
    return {"pk": world.somebody.pk, "session": 0}


SOMEBODY, ATTEMPT = pk(lambda w: w.somebody), pk(lambda w: w.attempt)
TOKEN = pk(lambda w: w.api_token)
SUBSCRIPTION, DELIVERY = pk(lambda w: w.delivery.subscription), pk(lambda w: w.delivery)
ROLE, DEPARTMENT = pk(lambda w: w.role), pk(lambda w: w.users["admin"].department)
SPECIALTY, UNIT, TITLE = pk(lambda w: w.specialty), pk(lambda w: w.unit), pk(lambda w: w.title)
DIVISION, ITEM, SCHEME = (
    pk(lambda w: w.division),
    pk(lambda w: w.item),
    pk(lambda w: w.specialty.scheme),
)
DRAFT, PENDING, PROJECT = pk(lambda w: w.draft), pk(lambda w: w.pending), pk(lambda w: w.project)
BATCH = pk(lambda w: w.batch)
DRAWN = pk(lambda w: w.draw)
PAPER_TEMPLATE = pk(lambda w: w.paper_template)
ATTACHMENT = pk(lambda w: w.attachment)
INVITATION, LEAVE = pk(lambda w: w.invitation), pk(lambda w: w.leave)

EXPERT, TAG = pk(lambda w: w.expert), pk(lambda w: w.tag)

CHANGE = pk(lambda w: w.change_request)
READ_RULES = ("admin", "supervisor", "auditor")
ERRANDS = ("admin", "operator", "department", "supervisor", "finance")
READ_EXPERTS = ("admin", "operator", "supervisor", "auditor")
READ_DIRECTORY = ("admin", "operator", "department", "supervisor", "auditor")
READ_PROJECTS = ("admin", "operator", "department", "supervisor", "finance", "auditor")
APPLY = ("admin", "operator", "department")
APPROVE = ("admin", "supervisor")
DRAW = ("admin", "operator")

VOID = (*DRAW, "supervisor")
READ_DRAWS = ("admin", "operator", "department", "supervisor", "auditor")
READ_NAMES = ("admin", "operator", "supervisor", "auditor")
READ_MESSAGES = ("admin", "operator", "auditor")

RULES: dict[str, Rule] = {
    # Around every page
    "core:health": public(),
    "core:live": public(),
    "core:ready": public(),
    "core:signed_in": everybody(),
    "core:watermark": everybody(),
    "core:search": everybody(),
    "core:export_list": everybody(),
    # Whoever may open the page.
    "core:saved_add": only(*READ_EXPERTS, kwargs=lambda _w, _u: {"page": "experts"}),
    "core:saved_delete": only(*READ_EXPERTS, kwargs=own_search),
    "core:bulk_run": everybody(own_bulk_run),
    "core:bulk_stop": everybody(own_bulk_run),
    "core:bulk_undo": everybody(own_bulk_run),
    "core:export_run": everybody(own_export),
    "core:export_file": everybody(own_export),
    "core:export": only(kwargs=lambda _w, _u: {"code": "no.such"}),
    "portal:home": everybody(),
    "portal:first_hour_dismiss": only("admin"),
    "portal:account": everybody(),
    "portal:phone_link": everybody(),
    "portal:app_set_up": everybody(),
    "portal:app_take_away": everybody(),
    "portal:app_prove": everybody(),
    "portal:session_end": everybody(lambda _w, _u: {"pk": 0}),
    "portal:sessions_end_others": everybody(),
    "portal:phone_confirm": everybody(lambda _w, _u: {"token": "of-nobody"}),
    # Accounts
    "accounts:login": public(),
    "accounts:forgotten": public(),
    "accounts:logout": everybody(),
    "accounts:password": everybody(),
    "accounts:idle": everybody(),
    "accounts:user_list": only("admin"),
    "accounts:user_create": only("admin"),
    "accounts:user_import": only("admin"),
    "accounts:user_import_template": only("admin"),
    **{
        f"accounts:user_import_{one}": only("admin", kwargs=own_user_import)
        for one in ("run", "mapping", "confirm", "table", "answers", "resume", "discard", "refused")
    },
    "accounts:user_import_forget": only("admin", kwargs=own_import_memory("users")),
    "accounts:user_edit": only("admin", kwargs=SOMEBODY),
    "accounts:user_reset": only("admin", kwargs=SOMEBODY),
    "accounts:user_disable": only("admin", kwargs=SOMEBODY),
    "accounts:user_enable": only("admin", kwargs=SOMEBODY),
    "accounts:user_blacklist": only("admin", kwargs=SOMEBODY),
    "accounts:user_unblacklist": only("admin", kwargs=SOMEBODY),
    "accounts:user_unlock": only("admin", kwargs=SOMEBODY),
    "accounts:user_sessions": only("admin", kwargs=SOMEBODY),
    "accounts:user_session_end": only("admin", kwargs=of_no_session),
    "accounts:user_sessions_end": only("admin", kwargs=SOMEBODY),
    "accounts:duties": only("admin"),
    "accounts:duties_make": only("admin"),
    "accounts:role_list": only("admin"),
    "accounts:role_create": only("admin"),
    "accounts:role_edit": only("admin", kwargs=ROLE),
    "accounts:role_delete": only("admin", kwargs=ROLE),
    "secondfactor:step": public(),
    "secondfactor:step_options": public(),
    "secondfactor:step_passkey": public(),
    "secondfactor:set_up": public(),
    "secondfactor:cancel": public(),
    "secondfactor:own": everybody(),
    "secondfactor:codes": everybody(),
    "secondfactor:passkey_options": everybody(),
    "secondfactor:passkey_add": everybody(),
    "secondfactor:passkey_remove": everybody(kwargs=own_passkey),
    "secondfactor:list": only("admin"),
    "identity:start": public(),
    "identity:back": public(),
    "identity:list": only("admin"),
    "identity:map": only("admin"),
    "identity:unmap": only("admin", kwargs=group_role),
    "identity:unbind": only("admin", kwargs=outside_identity),
    "accounts:menu_list": only("admin"),
    "accounts:menu_shortcuts": only("admin"),
    "accounts:menu_shortcuts_edit": only("admin", kwargs=ROLE),
    "accounts:menu_link_create": only("admin"),
    "accounts:menu_link_edit": only("admin", kwargs=own_link),
    "accounts:menu_link_delete": only("admin", kwargs=own_link),
    "accounts:menu_group_edit": only("admin", kwargs=lambda _w, _u: {"code": "experts"}),
    "accounts:menu_group_order": only("admin", kwargs=lambda _w, _u: {"code": "experts"}),
    "accounts:menu_group_move": only(
        "admin", kwargs=lambda _w, _u: {"code": "experts", "way": "up"}
    ),
    "accounts:menu_entry_edit": only("admin", kwargs=lambda _w, _u: {"code": "experts"}),
    "accounts:department_list": only("admin"),
    "accounts:department_create": only("admin"),
    "accounts:department_edit": only("admin", kwargs=DEPARTMENT),
    "accounts:department_disable": only("admin", kwargs=DEPARTMENT),
    "accounts:department_enable": only("admin", kwargs=DEPARTMENT),
    "accounts:login_list": only("admin", "auditor"),
    "reports:traffic": only("admin", "auditor"),
    "reports:traffic_pdf": only("admin", "auditor"),
    "monitoring:region_list": only("admin", "auditor"),
    "monitoring:region_create": only("admin"),
    "monitoring:region_edit": only("admin", kwargs=region_network),
    "monitoring:region_delete": only("admin", kwargs=region_network),
    "reports:activity": only("admin", "auditor"),
    "reports:activity_pdf": only("admin", "auditor"),
    "monitoring:beat": everybody(),
    "monitoring:online": only("admin", "auditor"),
    "monitoring:heat": only("admin", "auditor"),
    "monitoring:heat_hours": only("admin", "auditor"),
    "reports:online": only("admin", "auditor"),
    "reports:online_pdf": only("admin", "auditor"),
    "monitoring:visits": only("admin", "auditor"),
    "reports:ratings": only(*READ_EXPERTS),
    "reports:ratings_pdf": only(*READ_EXPERTS),
    "reports:sign_ins": only("admin", "auditor"),
    "reports:sign_ins_pdf": only("admin", "auditor"),
    "accounts:login_detail": only("admin", "auditor", kwargs=ATTEMPT),
    "accounts:token_list": only("admin"),
    "accounts:token_create": only("admin"),
    "accounts:token_detail": only("admin", kwargs=TOKEN),
    # The world's token acts for the operator, who alone finds it there.
    "accounts:token_confirm": only("operator", kwargs=TOKEN),
    "accounts:token_decline": only("operator", kwargs=TOKEN),
    "accounts:token_revoke": only("admin", kwargs=TOKEN),
    "audit:entry_list": only("admin", "auditor"),
    "audit:entry_detail": only(
        "admin", "auditor", kwargs=pk(lambda _w: Entry.objects.earliest("pk"))
    ),
    "audit:verify": only("admin", "auditor"),
    # Files: as their subject, here a project
    "files:download": only(*READ_PROJECTS, kwargs=ATTACHMENT),
    "files:preview": only(*READ_PROJECTS, kwargs=ATTACHMENT),
    "files:content": only(kwargs=ATTACHMENT),  # by the key alone that the page above gives out
    "files:remove": only(*APPLY, kwargs=ATTACHMENT),
    "files:choose": only(*APPLY, kwargs=file_choice),
    "files:subject": only(*READ_PROJECTS, kwargs=project_files),
    # Directory: the pickers hold no secret
    "directory:specialty_tree": everybody(),
    "directory:division_tree": everybody(),
    "directory:unit_search": everybody(),
    "directory:specialty_list": only(*READ_DIRECTORY),
    "directory:specialty_search": only(*READ_DIRECTORY, kwargs=scheme),
    "directory:specialty_create": only("admin", kwargs=scheme),
    "directory:specialty_edit": only("admin", kwargs=SPECIALTY),
    "directory:specialty_move": only("admin", kwargs=SPECIALTY),
    "directory:specialty_delete": only("admin", kwargs=SPECIALTY),
    "directory:unit_list": only(*READ_DIRECTORY),
    "directory:unit_create": only("admin"),
    "directory:unit_edit": only("admin", kwargs=UNIT),
    "directory:unit_delete": only("admin", kwargs=UNIT),
    "directory:unit_pairs": only(*READ_DIRECTORY),
    "directory:unit_merge": only("admin", kwargs=UNIT),
    "directory:unit_confirm": only("admin", kwargs=UNIT),
    "directory:unit_apart": only("admin", kwargs=unit_pair),
    "directory:unit_relations": only(*READ_DIRECTORY, kwargs=UNIT),
    "directory:relation_create": only(
        "admin", kwargs=lambda w, _u: {"pk": w.unit.pk, "side": "owner"}
    ),
    "directory:relation_edit": only("admin", kwargs=relation),
    "directory:relation_delete": only("admin", kwargs=relation),
    "directory:title_list": only(*READ_DIRECTORY),
    "directory:title_create": only("admin"),
    "directory:title_edit": only("admin", kwargs=TITLE),
    "directory:title_delete": only("admin", kwargs=TITLE),
    "directory:division_list": only(*READ_DIRECTORY),
    "directory:division_create": only("admin"),
    "directory:division_edit": only("admin", kwargs=DIVISION),
    "directory:division_delete": only("admin", kwargs=DIVISION),
    "directory:item_list": only(*READ_DIRECTORY),
    "directory:item_create": only("admin"),
    "directory:item_edit": only("admin", kwargs=ITEM),
    "directory:item_delete": only("admin", kwargs=ITEM),
    "directory:scheme_list": only(*READ_DIRECTORY),
    "directory:scheme_create": only("admin"),
    "directory:scheme_edit": only("admin", kwargs=SCHEME),
    "directory:scheme_delete": only("admin", kwargs=SCHEME),
    # Experts
    "joining:start": public(),
    "joining:consent": public(),
    "joining:register": public(),
    "joining:code": public(registration),
    "joining:by_link": public(recommended),
    "joining:mine": only("applicant", "expert"),
    "joining:step": only("applicant", kwargs=own_step),
    "joining:draft": only("applicant", kwargs=own_step),
    "joining:rows": only("applicant", kwargs=lambda _w, _u: {"of": "jobs"}),
    "joining:photo": only("applicant"),
    "joining:files": only("applicant"),
    "joining:file_remove": only("applicant", kwargs=own_file),
    "joining:withdraw": only("applicant"),
    "joining:again": only("applicant"),
    "joining:recommendations": only("expert"),
    "joining:recommend": only("expert"),
    "joining:revoke": only("expert", kwargs=pk(lambda w: w.recommendation)),
    "joining:list": only("admin"),
    "joining:approve_many": only("admin"),
    "joining:detail": only("admin", kwargs=pk(lambda w: w.application)),
    "joining:applicant_photo": only("admin", kwargs=pk(lambda w: w.application)),
    "joining:approve": only("admin", kwargs=pk(lambda w: w.application)),
    "joining:reject": only("admin", kwargs=pk(lambda w: w.application)),
    "joining:return": only("admin", kwargs=pk(lambda w: w.application)),
    "joining:reveal": only(
        "admin", kwargs=lambda w, _u: {"pk": w.application.pk, "field": "phone"}
    ),
    "joining:entrance": only("admin"),
    "joining:poster": only("admin", kwargs=lambda _w, _u: {"channel": "qr"}),
    "joining:consent_edit": only("admin"),
    "joining:consent_edit_of": only("admin", kwargs=lambda _w, _u: {"purpose": "public"}),
    "joining:link_add": only("admin"),
    "joining:link_edit": only("admin", kwargs=pk(lambda w: w.friend_link)),
    "joining:link_delete": only("admin", kwargs=pk(lambda w: w.friend_link)),
    "experts:list": only(*READ_EXPERTS),
    "experts:options": only(*READ_EXPERTS),
    "experts:conditions": only(*READ_EXPERTS),
    "experts:health": only(*READ_EXPERTS),
    "experts:thin": only(*READ_EXPERTS),
    "experts:employers": only(*READ_EXPERTS),
    "experts:assign_employer": only("admin", kwargs=UNIT),
    "experts:detail": only(*READ_EXPERTS, kwargs=EXPERT),
    "experts:menu": only(*READ_EXPERTS, kwargs=EXPERT),
    "experts:versions": only(*READ_EXPERTS, kwargs=EXPERT),
    "experts:version_file": only(*READ_EXPERTS, kwargs=version_with_file),
    "experts:changes": only(*READ_EXPERTS),
    "experts:photo": only(*READ_EXPERTS, "expert", kwargs=EXPERT),
    "privacy:own": only("expert"),
    "privacy:ask": only("expert"),
    "privacy:consent": only("expert", kwargs=lambda _w, _u: {"purpose": "public"}),
    "privacy:requests": only("admin", "supervisor"),
    "privacy:answer": only("admin", "supervisor", kwargs=asked_about_data),
    "privacy:erasures": only("admin", "supervisor"),
    "privacy:erasure": only("admin", "supervisor", kwargs=gone_expert),
    "privacy:reads": only("admin"),
    "changes:list": only("admin"),
    "changes:approve_many": only("admin"),
    "changes:detail": only("admin", kwargs=CHANGE),
    "changes:decide": only("admin", kwargs=CHANGE),
    "changes:take_back": only(kwargs=CHANGE),
    "changes:file": only("expert"),
    "changes:photo": only("expert"),
    "changes:own_data": only("expert"),
    "changes:edit": only("expert", kwargs=lambda _w, _u: {"section": "work"}),
    "changes:withdraw": only("expert", kwargs=CHANGE),
    "changes:career_add": only("expert"),
    "changes:career": only("expert", kwargs=pk(lambda w: w.career)),
    "changes:career_remove": only("expert", kwargs=pk(lambda w: w.career)),
    "changes:work_add": only("expert"),
    "changes:work": only("expert", kwargs=pk(lambda w: w.work)),
    "changes:work_remove": only("expert", kwargs=pk(lambda w: w.work)),
    "experts:create": only("admin"),
    "experts:approve_many": only("admin"),
    "experts:return_many": only("admin"),
    "experts:freeze_many": only("admin"),
    "experts:unfreeze_many": only("admin"),
    "experts:delete_many": only("admin"),
    "experts:restore_many": only("admin"),
    "experts:blacklist_many": only("admin"),
    "experts:tag_many": only("admin"),
    "experts:invite_many": only("admin"),
    "experts:blacklist": only("admin"),
    "experts:blacklist_new": only("admin"),
    "experts:blacklist_entry": only("admin", kwargs=pk(lambda w: w.appeal.entry)),
    "experts:blacklist_amend": only("admin", kwargs=pk(lambda w: w.appeal.entry)),
    "experts:blacklist_remove_many": only("admin"),
    "experts:unblacklist_many": only("admin"),
    "experts:blacklist_tell": only("admin", kwargs=pk(lambda w: w.appeal.entry)),
    "experts:appeal_decide": only("admin", kwargs=pk(lambda w: w.appeal)),
    "experts:appeal": public(lambda w, _u: {"token": appeal_token(w.appeal.entry)}),
    "experts:leave_list": only("admin"),
    "experts:leave_new": only("admin"),
    "experts:deleted": only("admin"),
    "experts:alike": only("admin"),
    "experts:apart": only("admin"),
    "experts:tell_apart": only("admin", kwargs=two_records),
    "experts:untell_apart": only("admin", kwargs=told_apart),
    "experts:package": only("admin"),
    "experts:tag_list": only("admin"),
    "experts:sharing": only("admin"),
    "experts:tag_create": only("admin"),
    "experts:import": only("admin", "operator"),
    "experts:import_template": only("admin", "operator"),
    "experts:edit": only("admin", kwargs=EXPERT),
    "experts:kind": only("admin", kwargs=lambda w, _u: {"pk": w.expert.pk, "kind": "organisation"}),
    "experts:expert_tags": only("admin", kwargs=EXPERT),
    "experts:avoidance_add": only("admin", kwargs=EXPERT),
    "experts:approve": only("admin", kwargs=EXPERT),
    "experts:hand_in": only("admin", kwargs=EXPERT),
    "experts:freeze": only("admin", kwargs=EXPERT),
    "experts:unfreeze": only("admin", kwargs=EXPERT),
    "experts:delete": only("admin", kwargs=EXPERT),
    "experts:restore": only("admin", kwargs=EXPERT),
    "experts:blacklist_add": only("admin", kwargs=EXPERT),
    "experts:blacklist_remove": only("admin", kwargs=EXPERT),
    "experts:leave_add": only("admin", kwargs=EXPERT),
    "experts:reveal": only("admin", kwargs=lambda w, _u: {"pk": w.expert.pk, "field": "phone"}),
    "experts:open_account": only("admin", kwargs=EXPERT),
    "experts:send_link": only("admin", kwargs=EXPERT),
    "experts:merge_choose": only("admin", kwargs=EXPERT),
    "experts:merge": only("admin", kwargs=two_records),
    "experts:link_account": only("admin", kwargs=EXPERT),
    "experts:linkable": only("admin"),
    "experts:unlink_account": only("admin", kwargs=EXPERT),
    "experts:activate": public(activation),
    "experts:avoidance_remove": only("admin", kwargs=pk(lambda w: w.tie)),
    "experts:removal_decide": only("admin", kwargs=pk(lambda w: w.removal)),
    "experts:leave_cancel": only("admin", kwargs=LEAVE),
    "experts:tag_edit": only("admin", kwargs=TAG),
    "experts:sharing_edit": only("admin", kwargs=DEPARTMENT),
    "experts:tag_delete": only("admin", kwargs=TAG),
    "experts:import_run": only("admin", "operator", kwargs=own_import),
    "experts:import_mapping": only("admin", "operator", kwargs=own_import),
    "experts:import_confirm": only("admin", "operator", kwargs=own_import),
    "experts:import_table": only("admin", "operator", kwargs=own_import),
    "experts:import_answers": only("admin", "operator", kwargs=own_import),
    "experts:import_resume": only("admin", "operator", kwargs=own_import),
    "experts:import_forget": only("admin", "operator", kwargs=own_import_memory("experts")),
    "experts:import_discard": only("admin", "operator", kwargs=own_import),
    "experts:import_refused": only("admin", "operator", kwargs=own_import),
    "experts:import_update": only("admin", kwargs=own_import),
    "experts:update": only("admin"),
    "experts:update_template": only("admin"),
    "experts:update_run": only("admin", kwargs=own_update),
    "experts:update_mapping": only("admin", kwargs=own_update),
    "experts:update_confirm": only("admin", kwargs=own_update),
    "experts:update_table": only("admin", kwargs=own_update),
    "experts:update_answers": only("admin", kwargs=own_update),
    "experts:update_resume": only("admin", kwargs=own_update),
    "experts:update_discard": only("admin", kwargs=own_update),
    "experts:update_refused": only("admin", kwargs=own_update),
    "experts:update_forget": only("admin", kwargs=own_import_memory("expert-updates")),
    # Messages
    "notifications:inbox": everybody(),
    "notifications:message": everybody(own_message),
    "notifications:read_all": everybody(),
    "notifications:records": only(*READ_MESSAGES),
    "notifications:record": only(*READ_MESSAGES, kwargs=own_message),
    "notifications:resend": only("admin", "operator", kwargs=own_message),
    "telephone:tape": only(*READ_MESSAGES, kwargs=own_call),
    "telephone:sentence": only("admin", kwargs=recorded_sentence),
    "notifications:templates": only("admin"),
    "notifications:template": only("admin", kwargs=template),
    "notifications:template_reset": only("admin", kwargs=template),
    "notifications:template_restore": only("admin", kwargs=earlier_template),
    "notifications:channels": only("admin"),
    "notifications:callback": public(
        lambda _world, _user: {"provider": "aliyun", "token": callback_token("aliyun")}
    ),
    # Where no service account is set, nobody finds these.
    "notifications:wechat": only(),
    "notifications:wechat_start": only(),
    "notifications:wechat_back": only(),
    "notifications:wechat_end": everybody(),
    "notifications:outbox": public(),  # in development only
    # Achievements
    "achievements:platform": only(*READ_EXPERTS),
    "achievements:list": only("admin"),
    "achievements:public": public(openly),
    "achievements:detail": only(*READ_EXPERTS, "expert", kwargs=achievement),
    "achievements:decide": only("admin", kwargs=waiting_achievement),
    "achievements:delete": only("admin", "expert", kwargs=achievement),
    "achievements:add": only("admin", kwargs=lambda w, _u: {"pk": w.expert.pk, "kind": "paper"}),
    "achievements:own": only("expert"),
    "achievements:own_add": only("expert", kwargs=lambda _w, _u: {"kind": "paper"}),
    "achievements:own_edit": only("expert", kwargs=achievement),
    "achievements:hand_in": only("expert", kwargs=achievement),
    "achievements:withdraw": only("expert", kwargs=achievement),
    # Notices
    "notices:list": only(*READ_EXPERTS),
    "notices:detail": only(*READ_EXPERTS, kwargs=notice("sent")),
    "notices:progress": only(*READ_EXPERTS, kwargs=notice("sent")),
    "notices:notice_add": only("admin", "operator"),
    "notices:choose": only("admin", "operator"),
    "notices:edit": only("admin", "operator", kwargs=notice("draft")),
    "notices:preview": only("admin", "operator", kwargs=notice("draft")),
    "notices:send": only("admin", "operator", kwargs=notice("draft")),
    "notices:remind": only("admin", "operator", kwargs=notice("sent")),
    "notices:withdraw": only("admin", "operator", kwargs=notice("sent")),
    "notices:delete": only("admin", "operator", kwargs=notice("draft")),
    "notices:drop": only("admin", "operator", kwargs=notice("draft")),
    "notices:link": public(notice_link),
    "notices:link_file": public(notice_link_file),
    "notices:own": only("expert"),
    "notices:own_detail": only("expert", kwargs=notice("sent")),
    "notices:confirm": only("expert", kwargs=notice("sent")),
    # Inspections
    "inspections:list": only(*READ_EXPERTS),
    "inspections:create": only("admin"),
    "inspections:round": only(*READ_EXPERTS, kwargs=open_round),
    "inspections:edit": only("admin", kwargs=draft_round),
    "inspections:open": only("admin", kwargs=draft_round),
    "inspections:remove": only("admin", kwargs=draft_round),
    "inspections:close": only("admin", kwargs=open_round),
    "inspections:remind": only("admin", kwargs=open_round),
    "inspections:pass_many": only("admin", kwargs=open_round),
    "inspections:return_many": only("admin", kwargs=open_round),
    "inspections:detail": only(*READ_EXPERTS, kwargs=inspection),
    "inspections:decide": only("admin", kwargs=waiting_inspection),
    "inspections:hand_in_for": only("admin", kwargs=inspection),
    "inspections:reopen": only("admin", kwargs=inspection),
    "inspections:lift": only("admin", kwargs=inspection),
    "inspections:renewals": only("admin"),
    "inspections:renew_many": only("admin"),
    "inspections:renewal_run": only("admin", kwargs=own_renewals),
    "inspections:renewal": only("admin", kwargs=waiting_renewal),
    "inspections:renewal_decide": only("admin", kwargs=waiting_renewal),
    "inspections:renewal_ask": only("expert"),
    "inspections:own": only("expert"),
    "inspections:fill": only("expert", kwargs=inspection),
    "inspections:draft": only("expert", kwargs=inspection),
    # Evaluations
    "evaluations:list": only(*READ_EXPERTS),
    "evaluations:detail": only(*READ_EXPERTS, kwargs=evaluation),
    "evaluations:extend": only("admin", "operator", kwargs=evaluation),
    "evaluations:ratings": only(*READ_EXPERTS),
    "evaluations:sanction": only("admin", "supervisor", kwargs=pk(lambda w: w.expert)),
    "evaluations:measures": only(*READ_EXPERTS),
    "evaluations:objections": only("admin", "supervisor"),
    "evaluations:answer": only("admin", "supervisor", kwargs=objection),
    "evaluations:caution_objections": only("admin", "supervisor"),
    "evaluations:caution_answer": only("admin", "supervisor", kwargs=caution_objection),
    "evaluations:own": only("expert"),
    "evaluations:own_caution": only("expert", kwargs=caution_of_his),
    "evaluations:own_rate": only("expert", kwargs=organiser_to_rate),
    "evaluations:own_rating": only("expert", kwargs=rating_of_his),
    "evaluations:forms": only("admin"),
    "evaluations:form_new": only("admin"),
    "evaluations:form_edit": only("admin", kwargs=rating_form),
    "evaluations:form_versions": only("admin", kwargs=rating_form),
    # Bundles
    "bundles:make": only("admin", "operator", "supervisor", "auditor", kwargs=PROJECT),
    "bundles:detail": only("admin", "operator", "supervisor", "auditor", kwargs=bundle),
    # Reviews
    "reviews:list": only("admin", "operator", "supervisor", "auditor"),
    "reviews:detail": only("admin", "operator", "supervisor", "auditor", kwargs=review),
    "reviews:board": only("admin", "operator", "supervisor", "auditor", kwargs=scored_review),
    "reviews:edit": only("admin", "operator", kwargs=review),
    "reviews:start": only("admin", "operator", kwargs=review),
    "reviews:stage": only("admin", "operator", kwargs=review),
    "reviews:remind": only("admin", "operator", kwargs=review),
    "reviews:end": only("admin", "operator", kwargs=review),
    "reviews:renew": only("admin", "operator", kwargs=review),
    "reviews:stop": only("admin", "operator", kwargs=review),
    "reviews:item_new": only("admin", "operator", kwargs=review),
    "reviews:item_edit": only("admin", "operator", kwargs=review_item),
    "reviews:item_remove": only("admin", "operator", kwargs=review_item),
    "reviews:item_files": only("admin", "operator", kwargs=review_item),
    "reviews:materials": only("admin", "operator", kwargs=review),
    "reviews:join": only("admin", "operator", kwargs=review),
    "reviews:sign_in": only("admin", "operator", kwargs=reviewer),
    "reviews:lead": only("admin", "operator", kwargs=reviewer),
    "reviews:leave": only("admin", "operator", kwargs=reviewer),
    "reviews:import": only("admin", "operator"),
    "reviews:import_template": only("admin", "operator"),
    **{
        f"reviews:import_{one}": only("admin", "operator", kwargs=own_item_import)
        for one in ("run", "mapping", "confirm", "table", "answers", "resume", "discard", "refused")
    },
    "reviews:import_forget": only("admin", "operator", kwargs=own_import_memory("review_items")),
    "reviews:create": only("admin", "operator", kwargs=PROJECT),
    "reviews:assignment": only("admin", "operator", "supervisor", "auditor", kwargs=assigned),
    "reviews:assignment_edit": only("admin", "operator", kwargs=review),
    "reviews:assignment_seal": only("admin", "operator", kwargs=assigned),
    # As the supervisor it is his alone.
    "reviews:assignment_value": only(
        "admin",
        "operator",
        kwargs=lambda world, user: assigned(world, user) | {"role": "operator"},
    ),
    "reviews:assignment_abandon": only("admin", "operator", kwargs=assigned),
    "reviews:assignment_choose": only("admin", "operator", kwargs=by_hand),
    "reviews:assignment_recuse": only("admin", "operator", kwargs=reviewer),
    "reviews:assignment_exit": only("admin", "operator", kwargs=reviewer),
    "reviews:assignment_hand_in": only("admin", "operator", kwargs=assigned),
    "reviews:assignment_confirm": only("admin", "supervisor", kwargs=assigned),
    "reviews:assignment_record": only(
        "admin", "operator", "supervisor", "auditor", kwargs=given_items
    ),
    "reviews:place": only("admin", "operator", kwargs=scored_review),
    "reviews:own_here": only(
        "expert", kwargs=lambda w, u: scored_review(w, u) | {"code": "f00d" * 6}
    ),
    "reviews:own": only("expert"),
    "reviews:own_review": only("expert", kwargs=sheet_of_his),
    "reviews:own_material": only("expert", kwargs=material_of_his),
    "reviews:own_save": only("expert", kwargs=sheet_of_his),
    "reviews:own_submit": only("expert", kwargs=sheet_of_his),
    "reviews:own_recuse": only("expert", kwargs=sheet_of_his),
    "reviews:own_stage": only("expert", kwargs=sheet_of_his),
    "reviews:result": only("admin", "operator", "supervisor", kwargs=review_result),
    "reviews:result_item": only(
        "admin", "operator", "supervisor", kwargs=lambda w, u: review_result(w, u) | {"place": 1}
    ),
    "reviews:own_sheet": only("expert", kwargs=sheet_of_his),
    "reviews:result_sheet": only(
        "admin", "operator", kwargs=lambda w, u: review_result(w, u) | {"place": 1}
    ),
    "reviews:result_file": only(
        "admin", "operator", kwargs=lambda w, u: review_result(w, u) | {"form": "json"}
    ),
    "reviews:pairs": only("admin", "operator", "supervisor"),
    "reviews:rules": only("admin", "operator"),
    "reviews:rule": only("admin", "operator", "supervisor", kwargs=review_rule),
    "reviews:rule_new": only("admin", "operator"),
    "reviews:rule_edit": only("admin", "operator", kwargs=review_rule),
    "reviews:rule_copy": only("admin", "operator", kwargs=review_rule),
    "reviews:rule_trial": only("admin", "operator", kwargs=review_rule),
    # Fees
    "fees:list": only("admin", "operator", "supervisor", "finance", "auditor"),
    "fees:detail": only("admin", "operator", "supervisor", "finance", "auditor", kwargs=fee),
    "fees:letter": only("admin", "operator", "supervisor", "finance", "auditor", kwargs=fee),
    "fees:reverse": only("admin", "finance", kwargs=fee),
    "fees:correct": only("admin", "finance", kwargs=fee),
    "fees:pay_void": only("admin", "finance", kwargs=fee),
    "fees:received": only("admin", "finance", kwargs=fee),
    "fees:projects": only("admin", "operator"),
    "fees:project": only("admin", "operator", kwargs=paid_project),
    "fees:project_send": only("admin", "operator", kwargs=paid_project),
    "fees:rates": only("admin", "operator", "finance"),
    "fees:rate_new": only("admin", "finance"),
    "fees:rate_edit": only("admin", "finance", kwargs=fee_rate),
    "fees:rate_versions": only("admin", "operator", "finance", kwargs=fee_rate),
    "fees:trial": only("admin", "operator", "finance"),
    "fees:own": only("expert"),
    "fees:accounts": only("admin", "finance"),
    "fees:account_check": only("admin", "finance", kwargs=bank_account),
    "fees:account_reveal": only("admin", "finance", kwargs=bank_account),
    "fees:own_account": only("expert"),
    "fees:batches": only("admin", "finance"),
    "fees:batch_new": only("admin", "finance"),
    "fees:batch": only("admin", "finance", kwargs=payment_batch),
    "fees:batch_file": only("admin", "finance", kwargs=payment_table),
    "fees:batch_paid": only("admin", "finance", kwargs=payment_batch),
    "fees:payment_returned": only("admin", "finance", kwargs=fee_payment),
    "fees:tax": only("admin", "finance"),
    "fees:statistics": only("admin", "operator", "supervisor", "finance", "auditor"),
    "fees:own_statement": only("expert", kwargs=year_of_his_fee),
    "fees:workload": only("admin", "operator"),
    "fees:workload_template": only("admin", "operator"),
    "fees:workload_run": only("admin", "operator", kwargs=own_workload),
    "fees:workload_mapping": only("admin", "operator", kwargs=own_workload),
    "fees:workload_confirm": only("admin", "operator", kwargs=own_workload),
    "fees:workload_table": only("admin", "operator", kwargs=own_workload),
    "fees:workload_answers": only("admin", "operator", kwargs=own_workload),
    "fees:workload_resume": only("admin", "operator", kwargs=own_workload),
    "fees:workload_forget": only("admin", "operator", kwargs=own_import_memory("fee-workload")),
    "fees:workload_discard": only("admin", "operator", kwargs=own_workload),
    "fees:workload_refused": only("admin", "operator", kwargs=own_workload),
    "fees:answers": only("admin", "finance"),
    "fees:answers_template": only("admin", "finance"),
    "fees:answers_run": only("admin", "finance", kwargs=own_answers),
    "fees:answers_mapping": only("admin", "finance", kwargs=own_answers),
    "fees:answers_confirm": only("admin", "finance", kwargs=own_answers),
    "fees:answers_table": only("admin", "finance", kwargs=own_answers),
    "fees:answers_answers": only("admin", "finance", kwargs=own_answers),
    "fees:answers_resume": only("admin", "finance", kwargs=own_answers),
    "fees:answers_forget": only("admin", "finance", kwargs=own_import_memory("fee-answers")),
    "fees:answers_discard": only("admin", "finance", kwargs=own_answers),
    "fees:answers_refused": only("admin", "finance", kwargs=own_answers),
    "fees:own_fee": only("expert", kwargs=fee_of_his),
    "fees:own_letter": only("expert", kwargs=fee_of_his),
    # Points
    "points:list": only(*READ_EXPERTS),
    "points:entries": only(*READ_EXPERTS),
    "points:correct": only("admin", "supervisor", kwargs=pk(lambda w: w.expert)),
    "points:counter": only("admin", "supervisor", kwargs=point_entry),
    "points:request_list": only("admin"),
    "points:answer": only("admin", kwargs=asked_benefit),
    "points:rule_list": only("admin"),
    "points:rule_create": only("admin"),
    "points:rule_edit": only("admin", kwargs=point_rule),
    "points:rule_delete": only("admin", kwargs=point_rule),
    "points:level_list": only("admin"),
    "points:level_create": only("admin"),
    "points:level_edit": only("admin", kwargs=point_level),
    "points:level_delete": only("admin", kwargs=point_level),
    "points:benefit_list": only("admin"),
    "points:benefit_create": only("admin"),
    "points:benefit_edit": only("admin", kwargs=benefit),
    "points:benefit_delete": only("admin", kwargs=benefit),
    "points:own": only("expert"),
    "points:ask": only("expert", kwargs=benefit),
    # Certificates
    "certificates:list": only(*READ_EXPERTS),
    "certificates:missing": only("admin"),
    "certificates:issue_picked": only("admin"),
    "certificates:reissue_picked": only("admin"),
    "certificates:print_picked": only("admin"),
    "certificates:revoke_picked": only("admin"),
    "certificates:issue": only("admin", kwargs=EXPERT),
    "certificates:reissue": only("admin", kwargs=certificate),
    "certificates:revoke": only("admin", kwargs=certificate),
    "certificates:file": only("admin", kwargs=certificate),
    "certificates:run": only("admin", kwargs=certificate_run),
    "certificates:run_file": only("admin", kwargs=certificate_run),
    "certificates:designs": only("admin"),
    "certificates:design_new": only("admin"),
    "certificates:design": only("admin", kwargs=certificate_design),
    "certificates:design_use": only("admin", kwargs=certificate_design),
    "certificates:design_stop": only("admin", kwargs=certificate_design),
    "certificates:background": only("admin"),
    "certificates:preview": only("admin"),
    "certificates:preview_pdf": only("admin"),
    "certificates:own": only("expert"),
    "certificates:own_file": only("expert", kwargs=certificate),
    "certificates:check": public(certificate_code),
    # Customers' own forms
    "papers:list": only("admin"),
    "papers:upload": only("admin"),
    "papers:starter": only("admin", kwargs=lambda _w, _u: {"code": "draw_sheet"}),
    "papers:preview": only("admin", kwargs=PAPER_TEMPLATE),
    "papers:file": only("admin", kwargs=PAPER_TEMPLATE),
    "papers:enable": only("admin", kwargs=PAPER_TEMPLATE),
    "papers:disable": only("admin", kwargs=PAPER_TEMPLATE),
    "papers:delete": only("admin", kwargs=PAPER_TEMPLATE),
    # Projects
    "projects:list": only(*READ_PROJECTS),
    "projects:detail": only(*READ_PROJECTS, kwargs=PROJECT),
    "projects:create": only(*APPLY),
    "projects:edit": only(*APPLY, kwargs=DRAFT),
    "projects:avoidances": only(*APPLY, kwargs=DRAFT),
    "projects:avoidance_add": only(
        *APPLY, kwargs=lambda w, _u: {"pk": w.draft.pk, "subject": "unit"}
    ),
    "projects:avoidance_remove": only(
        *APPLY, kwargs=lambda w, _u: {"pk": w.draft.pk, "avoidance_pk": w.avoidance.pk}
    ),
    "projects:attachments": only(*APPLY, kwargs=DRAFT),
    "projects:submit": only(*APPLY, kwargs=DRAFT),
    "projects:withdraw": only(*APPLY, kwargs=PENDING),
    "projects:delete": only("admin", "department", kwargs=DRAFT),
    "projects:approvals": only(*APPROVE),
    "projects:approve": only(*APPROVE, kwargs=pending_version),
    "projects:reject": only(*APPROVE, kwargs=PENDING),
    "projects:rules": only("admin"),
    "projects:conditions": only(*READ_PROJECTS),
    "projects:approve_many": only(*APPROVE),
    "projects:submit_many": only(*APPLY),
    "projects:batch_list": only(*READ_PROJECTS),
    "projects:batch_detail": only(*READ_PROJECTS, kwargs=BATCH),
    "projects:group": only(*APPLY),
    "projects:batch_edit": only(*APPLY, kwargs=BATCH),
    "projects:batch_add": only(*APPLY, kwargs=BATCH),
    "projects:batch_remove": only(*APPLY, kwargs=batch_member),
    "projects:batch_lead": only(*APPLY, kwargs=batch_member),
    "projects:batch_dissolve": only(*APPLY, kwargs=BATCH),
    "projects:files_delete": only("admin", kwargs=PROJECT),
    "projects:archive": only(*DRAW, kwargs=PROJECT),
    "projects:archive_list": only(*READ_PROJECTS),
    "projects:task_list": only(*READ_PROJECTS),
    "projects:task_add": only(*APPLY, kwargs=PROJECT),
    "projects:task_complete": only(*APPLY, kwargs=project_task),
    "projects:task_cancel": only(*APPLY, kwargs=project_task),
    "projects:progress_add": only(*APPLY, kwargs=PROJECT),
    "projects:import": only(*APPLY),
    "projects:import_template": only(*APPLY),
    "projects:import_run": only(*APPLY, kwargs=own_project_import),
    "projects:import_mapping": only(*APPLY, kwargs=own_project_import),
    "projects:import_confirm": only(*APPLY, kwargs=own_project_import),
    "projects:import_table": only(*APPLY, kwargs=own_project_import),
    "projects:import_answers": only(*APPLY, kwargs=own_project_import),
    "projects:import_resume": only(*APPLY, kwargs=own_project_import),
    "projects:import_forget": only(*APPLY, kwargs=own_import_memory("projects")),
    "projects:import_discard": only(*APPLY, kwargs=own_project_import),
    "projects:import_refused": only(*APPLY, kwargs=own_project_import),
    # Draws
    "draws:plan": only(*DRAW, kwargs=PROJECT),
    "draws:plan_groups": only(*DRAW, kwargs=PROJECT),
    "draws:plan_count": only(*DRAW, kwargs=PROJECT),
    "draws:plan_versions": only(*READ_DRAWS, kwargs=PROJECT),
    "draws:plan_delete": only(*DRAW, kwargs=plan_version),
    "draws:plan_submit": only(*DRAW, kwargs=plan_version),
    "draws:plan_withdraw": only(*DRAW, kwargs=PROJECT),
    "draws:plan_agree": only("admin", "supervisor", kwargs=plan_version),
    "draws:exclusions": only("admin", "supervisor", "auditor", kwargs=PROJECT),
    "draws:prequery": only(*DRAW, "supervisor", "auditor", kwargs=PROJECT),
    "draws:start": only(*DRAW, kwargs=PROJECT),
    "draws:widen_plan": only(*DRAW, kwargs=PROJECT),
    "draws:widen_groups": only(*DRAW, kwargs=PROJECT),
    "draws:widen_compare": only(*DRAW, kwargs=PROJECT),
    "draws:widen": only(*DRAW, kwargs=DRAWN),
    "draws:notices_delete": only("admin", kwargs=PROJECT),
    "draws:list": only(*READ_DRAWS),
    "draws:detail": only(*READ_DRAWS, kwargs=DRAWN),
    "draws:practice": only(*DRAW),
    "draws:practice_record": only(*DRAW),
    "draws:room": only(*READ_DRAWS, kwargs=DRAWN),
    "draws:place": only(*DRAW, "supervisor", kwargs=DRAWN),
    "draws:place_tries": only(*DRAW, kwargs=DRAWN),
    "draws:replay": only(*READ_DRAWS, kwargs=DRAWN),
    "draws:recordings": only(*READ_DRAWS, kwargs=DRAWN),
    "draws:recording_part": only(*DRAW, kwargs=recording),
    "draws:recording_finish": only(*DRAW, kwargs=recording),
    "draws:qr": only(*READ_DRAWS, kwargs=DRAWN),
    "draws:names": only(*READ_NAMES, kwargs=DRAWN),
    "draws:contribute": only(
        *DRAW, "supervisor", kwargs=lambda w, _u: {"pk": w.draw.pk, "role": "operator"}
    ),
    "draws:abandon": only(*DRAW, kwargs=DRAWN),
    "draws:publish": only("admin", "supervisor", kwargs=DRAWN),
    "draws:supplement": only(*DRAW, kwargs=DRAWN),
    "draws:answer": only(*DRAW, kwargs=lambda w, _u: {"pk": w.draw.pk, "line": 1}),
    "draws:emergency": only(*DRAW, kwargs=DRAWN),
    "draws:pause": only(*DRAW, kwargs=DRAWN),
    "draws:reschedule": only(*DRAW, kwargs=DRAWN),
    "draws:resume": only(*DRAW, kwargs=DRAWN),
    "draws:resume_changed": only("supervisor", kwargs=DRAWN),
    "draws:send_at_once": only(*DRAW, kwargs=DRAWN),
    "draws:send_again": only(*DRAW, kwargs=DRAWN),
    "draws:emergency_end": only("supervisor", kwargs=DRAWN),
    "draws:contact": only(*DRAW, kwargs=lambda w, _u: {"pk": w.draw.pk, "line": 1}),
    "draws:call_again": only(*DRAW, kwargs=lambda w, _u: {"pk": w.draw.pk, "line": 1}),
    "draws:supply": only(*DRAW, kwargs=DRAWN),
    "draws:panel_roles": only(*DRAW, kwargs=DRAWN),
    "draws:pick": only("admin", kwargs=lambda w, _u: {"pk": w.project.pk, "kind": "manual"}),
    "draws:pick_more": only("admin", kwargs=chosen_list),
    "draws:picks": only("admin", "supervisor", kwargs=pick_request),
    "draws:templates": only(*DRAW),
    "draws:template_keep": only(*DRAW),
    "draws:template_delete": only(*DRAW, kwargs=pk(lambda w: w.template)),
    "draws:sheet_pdf": only(*READ_NAMES, kwargs=DRAWN),
    "draws:sheet_file": only(*READ_NAMES, kwargs=DRAWN),
    "draws:sign_in_pdf": only(*READ_NAMES, kwargs=DRAWN),
    "draws:sign_in_file": only(*READ_NAMES, kwargs=DRAWN),
    # Reports on draws
    "reports:statistics": only(*READ_PROJECTS),
    "reports:statistics_pdf": only(*READ_PROJECTS),
    "reports:comparison": only(*READ_PROJECTS),
    "reports:comparison_pdf": only(*READ_PROJECTS),
    "reports:months": only(*READ_PROJECTS),
    "reports:months_pdf": only(*READ_PROJECTS),
    "reports:home": only(*READ_PROJECTS),
    "reports:wall": only("admin", "supervisor"),
    "reports:wall_by_token": public(screen_token),
    "reports:ledger": only("admin", "supervisor", "auditor"),
    "reports:exposure": only("admin", "supervisor", "auditor"),
    "reports:exposure_new": only("admin", "supervisor", "auditor"),
    "reports:exposure_again": only(
        "admin", "supervisor", "auditor", kwargs=pk(lambda _w: exposure_report())
    ),
    # Anybody may check a draw
    "draws:verify": public(),
    "draws:verify_program": public(),
    "draws:chain": public(),
    "draws:verify_draw": public(lambda w, _u: {"code": w.draw.public_id}),
    "draws:verify_record": public(released_draw),
    "draws:verify_compare": public(lambda w, _u: {"code": w.draw.number}),
    "draws:public_replay": public(lambda w, _u: {"code": w.draw.public_id}),
    "draws:replay_file": public(),
    # The link of an invitation is its own key
    "selfservice:reply": public(link),
    "selfservice:reply_sign_in": public(link),
    "selfservice:reply_leave": public(link),
    "selfservice:reply_calendar": public(link),
    "selfservice:reply_file": public(lambda w, _u: {"token": w.token, "pk": w.attachment.pk}),
    "selfservice:reviews": only("expert"),
    "selfservice:review": only("expert", kwargs=INVITATION),
    "selfservice:review_answer": only("expert", kwargs=INVITATION),
    "selfservice:review_sign_in": only("expert", kwargs=INVITATION),
    "selfservice:review_leave": only("expert", kwargs=INVITATION),
    "selfservice:review_calendar": only("expert", kwargs=INVITATION),
    "selfservice:review_file": only(
        "expert", kwargs=lambda w, _u: {"pk": w.invitation.pk, "file_pk": w.attachment.pk}
    ),
    "selfservice:feed": public(feed),
    "selfservice:calendar": only("expert"),
    "selfservice:follow": only("expert"),
    "selfservice:unfollow": only("expert"),
    "selfservice:candidacies": only("expert"),
    "selfservice:leaves": only("expert"),
    "selfservice:leave_add": only("expert"),
    "selfservice:leave_cancel": only("expert", kwargs=LEAVE),
    "selfservice:avoidances": only("expert"),
    "selfservice:avoidance_add": only("expert"),
    "selfservice:avoidance_remove": only("expert", kwargs=pk(lambda w: w.tie)),
    "selfservice:avoidance_ask": only("expert", kwargs=pk(lambda w: w.tie)),
    # Events for other platforms
    "customforms:field_list": only("admin"),
    "customforms:field_create": only("admin"),
    "customforms:field_edit": only("admin", kwargs=pk(lambda w: w.custom_field)),
    "customforms:field_arrange": only("admin"),
    "customforms:field_preview": only("admin"),
    "customforms:field_history": only("admin", kwargs=pk(lambda w: w.custom_field)),
    "customforms:field_restore": only("admin", kwargs=pk(lambda w: w.custom_field)),
    "automation:list": only(*READ_RULES),
    "automation:create": only("admin"),
    "automation:rows": only("admin"),
    "automation:trial": only("admin"),
    "automation:detail": only(*READ_RULES, kwargs=event_rule),
    "automation:edit": only("admin", kwargs=event_rule),
    "automation:move": only("admin", kwargs=event_rule),
    "automation:switch": only("admin", kwargs=event_rule),
    "automation:firings": only(*READ_RULES),
    "automation:firing": only("admin", "supervisor", "auditor", kwargs=firing),
    "automation:replay": only("admin", kwargs=firing),
    "automation:errands": only(*ERRANDS),
    "automation:errand_done": only(*ERRANDS, kwargs=errand),
    "workflow:flow_list": only("admin"),
    "workflow:flow": only("admin", kwargs=lambda _w, _u: {"subject": "projects.project"}),
    "workflow:steps": only("admin", kwargs=lambda _w, _u: {"subject": "projects.project"}),
    "workflow:approval_list": only(*APPROVE),
    "workflow:hand_over": only(*APPROVE),
    "workflow:take_back": only(*APPROVE, kwargs=own_delegation),
    "workflow:send_back": only(
        *APPROVE, kwargs=lambda w, _u: {"subject": "projects.project", "pk": w.pending.pk}
    ),
    "workflow:notice_list": public(),
    "workflow:notice": public(kwargs=on_notice),
    "workflow:request_list": only(*VOID, "finance"),
    "workflow:request_ask": only(*VOID, kwargs=void_of),
    "workflow:request_agree": only(*VOID, kwargs=void_request),
    "workflow:request_turn_down": only(*VOID, kwargs=void_request),
    "workflow:request_confirm": only(*VOID, kwargs=own_request),
    "workflow:request_code": only(*VOID, kwargs=own_request),
    "workflow:request_look": only(*VOID, kwargs=void_request),
    "workflow:request_withdraw": only(*VOID, kwargs=own_request),
    "core:logo": public(),
    "core:robots": public(),
    "core:sitemap": public(),
    # What the office decides
    "networks:list": only("admin"),
    "networks:create": only("admin", kwargs=lambda _w, _u: {"kind": "block"}),
    "networks:end": only("admin", kwargs=network_rule),
    "siteconfig:index": only("admin"),
    "siteconfig:edit": only("admin", kwargs=lambda _w, _u: {"group": "site"}),
    "siteconfig:try": only("admin", kwargs=lambda _w, _u: {"group": "mail"}),
    "siteconfig:history": only("admin", kwargs=lambda _w, _u: {"code": "core.site_name"}),
    "siteconfig:reset": only("admin", kwargs=lambda _w, _u: {"code": "core.site_name"}),
    # The manuals: each address asks whose manual it is
    "manuals:index": public(),
    "manuals:manual": public(lambda _w, _u: {"code": "applicant"}),
    "manuals:section": public(lambda _w, _u: {"code": "applicant", "part": "login"}),
    "manuals:picture": public(lambda _w, _u: {"name": "check"}),
    # How the system is
    "operations:index": only("admin", "auditor"),
    "operations:jobs": only("admin", "auditor"),
    "operations:bundle": only("admin"),
    "operations:alerts": only("admin", "auditor"),
    "operations:acknowledge": only("admin", kwargs=lambda w, _u: {"pk": w.alert}),
    "operations:retry": only("admin", kwargs=lambda _w, _u: {"pk": 1}),
    "operations:dismiss": only("admin", kwargs=lambda _w, _u: {"pk": 1}),
    "backups:list": only("admin", "auditor"),
    "backups:make": only("admin"),
    "webhooks:list": only("admin"),
    "webhooks:create": only("admin"),
    "webhooks:edit": only("admin", kwargs=SUBSCRIPTION),
    "webhooks:test": only("admin", kwargs=SUBSCRIPTION),
    "webhooks:deliveries": only("admin"),
    "webhooks:delivery": only("admin", kwargs=DELIVERY),
    "webhooks:resend": only("admin", kwargs=DELIVERY),
    # The interface for other platforms
    "api:openapi-json": only("admin"),
    "api:api-root": only(),
    "api:unknown": token(address=lambda w: "nothing"),
    "api:expert_field_list": token(),
    "api:specialty_list": token(),
    "api:expert_list": token(),
    "api:expert_create": token(),
    "api:expert_get": token(expert_id=lambda w: w.expert),
    "api:expert_approve": token(expert_id=lambda w: w.expert),
    "api:coming_seat_list": token(expert_id=lambda w: w.expert),
    "api:expert_freeze": token(expert_id=lambda w: w.expert),
    "api:expert_unfreeze": token(expert_id=lambda w: w.expert),
    "api:leave_list": token(expert_id=lambda w: w.expert),
    "api:leave_file": token(expert_id=lambda w: w.expert),
    "api:leave_cancel": token(leave_id=lambda w: w.leave),
    "api:department_list": token(),
    "api:project_field_list": token(),
    "api:project_list": token(),
    "api:project_create": token(),
    "api:batch_list": token(),
    "api:batch_create": token(),
    "api:batch_get": token(batch_id=lambda w: w.batch),
    "api:caller_get": token(),
    "api:attachment_list": token(),
    "api:attachment_add": token(),
    "api:condition_field_list": token(),
    "api:draw_list": token(),
    "api:project_get": token(project_id=lambda w: w.project),
    "api:project_submit": token(project_id=lambda w: w.project),
    "api:project_approve": token(project_id=lambda w: w.project),
    "api:project_reject": token(project_id=lambda w: w.project),
    "api:avoidance_list": token(project_id=lambda w: w.project),
    "api:avoidance_add": token(project_id=lambda w: w.project),
    "api:plan_get": token(project_id=lambda w: w.project),
    "api:plan_set": token(project_id=lambda w: w.project),
    "api:prequery_run": token(project_id=lambda w: w.project),
    "api:draw_start": token(project_id=lambda w: w.project),
    "api:draw_widen": token(draw_id=lambda w: w.draw),
    "api:draw_pause": token(draw_id=lambda w: w.draw),
    "api:draw_reschedule": token(draw_id=lambda w: w.draw),
    "api:draw_resume": token(draw_id=lambda w: w.draw),
    "api:letter_send_at_once": token(draw_id=lambda w: w.draw),
    "api:letter_send_again": token(draw_id=lambda w: w.draw),
    "api:draw_get": token(draw_id=lambda w: w.draw),
    "api:draw_publish": token(draw_id=lambda w: w.draw),
    "api:contribution_add": token(draw_id=lambda w: w.draw),
    "api:record_get": token(draw_id=lambda w: w.draw),
    "api:name_list": token(draw_id=lambda w: w.draw),
    "api:sheet_get": token(draw_id=lambda w: w.draw),
    "api:review_list": token(),
    "api:review_create": token(project_id=lambda w: w.project),
    "api:review_get": token(review_id=lambda w: w.project),
    "api:review_item_list": token(review_id=lambda w: w.project),
    "api:review_item_add": token(review_id=lambda w: w.project),
    "api:review_item_change": token(item_id=lambda w: w.project),
    "api:review_item_remove": token(item_id=lambda w: w.project),
    "api:attachment_download": token(attachment_id=lambda w: w.project),
}
