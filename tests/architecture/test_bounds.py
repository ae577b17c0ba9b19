"""Every number and every day that comes from outside has bounds, said beside the field.

The fields come from the models themselves: a new one without bounds fails here.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import CheckConstraint

from expertpool.core.bounds import Bounds

MEASURED = (models.DateField, models.DecimalField, models.FloatField, models.IntegerField)
# What no person and no caller writes, and why it needs no bounds.
BY_THE_SYSTEM = {
    "accounts.SignedIn": "the moments are the clock's",
    "secondfactor.Passkey.sign_count": "counted by the device, in 32 bits (WebAuthn, 6.1.1)",
    "draws.WideningRequest.plan_version": "a version that exists",
    "directory.FormerUnit": "the id of a unit that was, and the clock's moment",
    "directory.UnitPair": "computed from names",
    "reports.ExposureRow": "computed from draws",
    "reports.ExposureReport": "the moments are the clock's",
    "backups.Backup": "the clock's, and measured from the files",
    "webhooks.Delivery": "kept by the sender of events",
    "notices.ExpertNotice": "counted, and the clock's",
    "notices.Addressee": "counted, and the clock's",
    "notices.Receipt": "the clock's",
    "automation.EventRule": "counted, and the clock's",
    "automation.RuleVersion": "counted, and the clock's",
    "automation.Occurrence": "kept by what happens",
    "automation.Firing": "kept by the job",
    "automation.Errand": "the clock's",
    "notifications.Message": "kept by the sender of messages",
    "notifications.Attempt": "kept by the sender of messages",
    "notifications.DeliveryEvent": "counts within the time of its attempt alone",
    "operations.JobFailure": "the queue's number, and the clock's",
    "operations.Alert": "the clock's",
    "bundles.Bundle": "kept by the job",
    "certificates.CertificateRun": "kept by the job",
    "certificates.DesignVersion": "counted",
    "certificates.Lookup": "counted, and the clock's",
    "certificates.Series": "counted",
    "inspections.Round.total": "counted by the job",
    "inspections.Round.done": "counted by the job",
    "inspections.Inspection.version": "counted",
    "experts.BlacklistEntry.version": "counted",
    "experts.Expert.name_until": "worked out from the last review",
    "privacy.Consent.at": "when it was said",
    "inspections.RenewalRun.total": "counted",
    "inspections.RenewalRun.done": "kept by the job",
    "inspections.RenewalRun.made": "kept by the job",
    "experts.SearchPack": "counted by the job",
    "experts.UnpackedExpert": "a key that the database writes down",
    "core.StoredAnswer": "the answer of an endpoint",
    "core.BulkRun": "kept by the job",
    "core.ExportRun": "kept by the job",
    "core.ImportRun": "kept by the job",
    "core.Rekeying": "kept by the job",
    "core.DutyRun": "the clock's",
    "audit.Entry": "the log",
    "audit.ChainHead": "the log",
    "audit.Branch": "the log",
    "audit.Anchor": "the log",
    "audit.Unproven": "the log",
    "files.Attachment": "measured from the file",
    "accounts.LoginRecord": "the clock's, and what was tried",
    "accounts.UsedPassword": "the clock's",
    "privacy.ListedRead": "the clock's, and the key of an entry",
    "networks.NetworkRule.made_at": "the clock's",
    "networks.NetworkRule.ended_at": "the clock's",
    "monitoring.Heartbeat": "the clock's",
    "monitoring.LastBeat": "the clock's",
    "monitoring.Visit": "the clock's",
    "monitoring.PublicVisit": "the clock's",
    "experts.ExpertVersion": "counted",
    "experts.Expert.email_twin": "counted among files of before that share a mail",
    "projects.Project.status_n": "counted by each change of the status",
    "achievements.Achievement.proof_n": "counted by each writing",
    "webhooks.Subscription.proof_n": "counted by each writing",
    "inspections.Round.proof_n": "counted by each writing",
    "joining.FriendLink.proof_n": "counted by each writing",
    "workflow.ConfirmationCode": "counted, and the clock's",
    "workflow.FlowVersion": "counted",
    "workflow.FlowStep": "counted: its place among the steps that were sent",
    "workflow.Approval": "names its subject",
    "workflow.Decision.round": "counted",
    "workflow.PublicNotice.round": "counted",
    "joining.Registration": "counted, and the clock's",
    "joining.ConsentText.number": "counted",
    "joining.Application.version": "counted by each save",
    "joining.Application.practice_years": "that of the record, checked there",
    "siteconfig.SettingChange": "the log",
    "points.PointEntry": "counted, the clock's, and the sum of what has bounds",
    "points.PointAccount.n": "counted",
    "points.PointAccount.last": "computed from the number",
    "points.PointRule.since": "the clock's",
    "inspections.Inspection.proof_n": "counted",
    "reviews.ReviewResult.sealed_at": "the clock's",
    "reviews.ReviewRule.version": "counted",
    "reviews.ReviewRule.at": "the clock's",
    "reviews.Review.created_at": "the clock's",
    "reviews.Review.opened_at": "the clock's",
    "reviews.Review.reminded_at": "the clock's",
    "reviews.Review.ended_at": "the clock's",
    "reviews.ReviewItem.fixed_at": "the clock's",
    "reviews.Reviewer.joined_at": "the clock's",
    "reviews.Reviewer.signed_in_at": "the clock's",
    "reviews.Reviewer.left_at": "the clock's",
    "reviews.ScoreSheet": "counted by each save, and the clock's",
    "reviews.Submission": "counted, and the clock's",
    "reviews.HandBack": "the clock's",
    "reviews.ReassignRequest": "the clock's",
    "reviews.StopRequest": "the clock's",
    "reviews.ItemAssignment.created_at": "the clock's",
    "reviews.ItemAssignment.sealed_at": "the clock's",
    "reviews.ItemAssignment.drawn_at": "the clock's",
    "reviews.ItemAssignment.voided_at": "the clock's",
    "fees.FeeRate.version": "counted",
    "fees.FeeRate.at": "the clock's",
    "fees.FeeLine.entered_at": "the clock's",
    "fees.FeeLine.sent_at": "the clock's",
    "fees.FeeLine.signed_at": "the clock's",
    "fees.FeeLine.reversed_at": "the clock's",
    "fees.BankAccount": "the clock's",
    "fees.PaymentBatch": "the clock's, counted, and the sum of what has bounds",
    "fees.Payment": "the clock's, and what its fee comes to",
    "fees.PaymentRequest": "the clock's",
    "fees.AccountCode": "the clock's, and counted",
    "evaluations.RatingForm": "counted, and the clock's",
    "evaluations.Evaluation.people": "counted",
    "evaluations.Evaluation.opened_at": "the clock's",
    "evaluations.Evaluation.reminded_at": "the clock's",
    "evaluations.Evaluation.closed_at": "the clock's",
    "evaluations.RatingObjection": "the clock's",
    "evaluations.CautionObjection": "the clock's",
    "evaluations.Rating.given_at": "the clock's",
    "evaluations.Rating.withdrawn_at": "the clock's",
    "notifications.MessageTemplate.since": "some minutes after it was saved",
    "notifications.MessageTemplate.version": "counted by each save",
    "siteconfig.StoredSetting.change": "the id of a change",
    "draws.Draw": "sealed, ordered, ended by the clock; the reveal follows from opening and plan",
    "draws.DrawEvent": "the record",
    "draws.SealBlock": "the seal",
    "draws.Invitation": "lines and levels are counted; the moments follow from clock and plan",
    "draws.Hold": "counted",
    "draws.QuietWaiver.until": "follows from the quiet hours of the office",
    "notifications.ChannelHealth": "counted by the sender of messages",
    "notifications.ReturnMailbox": "the numbers of the mailbox, and the clock's",
    "notifications.Pace": "the clock's, and turns that were given out",
    "notifications.Message.wait": "bounded by the settings of the office",
    "draws.DrawPlan.version": "counted",
    "draws.PlanVersion": "counted, and the clock's",
    "draws.CountTally": "counted, and the clock's",
    "draws.ConditionLevel": "counted: its place among at most twenty",
    "draws.ConditionGroup.order": "counted: its place among at most twenty",
    "directory.Division.level": "comes with the code of the division",
    "directory.Specialty.level": "counted: its depth in the tree",
    "accounts.User.failed_logins": "counted",
    "accounts.User.session_round": "counted",
    "accounts.User.link_round": "counted",
    "accounts.User.app_step": "counted",
    "projects.ProgressEntry.at": "the clock's",
}
# A place among others shows up in no calculation: the form keeps it, the column takes what fits.
ONLY_THE_VALIDATOR = {"order"}


def fields() -> Iterator[models.Field]:
    for model in apps.get_models():
        # Of a proxy they are fields of the model behind it.
        if model.__module__.startswith("expertpool.") and not model._meta.proxy:
            yield from model._meta.concrete_fields


def is_measured(field: models.Field) -> bool:
    return (
        isinstance(field, MEASURED)
        and not isinstance(field, models.ForeignKey | models.AutoField)
        and not field.choices
    )


def is_the_clocks(field: models.Field) -> bool:
    """A moment by which a service says when it did something."""
    return isinstance(field, models.DateTimeField) and (
        field.name.endswith("_at") or field.name in {"locked_until", "last_login"}
    )


def bounds_of(field: models.Field) -> Bounds | None:
    return next((one for one in field.validators if isinstance(one, Bounds)), None)


def test_each_has_bounds_or_a_reason() -> None:
    known = {str(field) for field in fields()} | {model._meta.label for model in apps.get_models()}
    assert set(BY_THE_SYSTEM) <= known
    without = {
        str(field)
        for field in fields()
        if is_measured(field)
        and bounds_of(field) is None
        and not is_the_clocks(field)
        and field.model._meta.label not in BY_THE_SYSTEM
        and str(field) not in BY_THE_SYSTEM
    }
    assert without == set()


def test_the_database_keeps_the_same_bounds() -> None:
    for field in fields():
        bounds = bounds_of(field) if is_measured(field) else None
        if bounds is None or field.name in ONLY_THE_VALIDATOR:
            continue
        kept = [
            value
            for constraint in field.model._meta.constraints
            if isinstance(constraint, CheckConstraint)
            for lookup, value in _flat(constraint.condition)
            if lookup == f"{field.name}__range"
        ]
        assert kept == [(bounds.low, bounds.high)], field


def _flat(condition: models.Q) -> Iterator[tuple[str, object]]:
    for child in condition.children:
        yield from _flat(child) if isinstance(child, models.Q) else [child]


TEXTS = [field for field in fields() if isinstance(field, models.CharField | models.TextField)]


@pytest.mark.parametrize("field", TEXTS, ids=str)
def test_no_text_holds_what_nobody_writes(field: models.Field) -> None:
    for hidden in ("\x07", "\x1b", "\u202e", "\ud800"):
        with pytest.raises(ValidationError):
            field.run_validators(f"王{hidden}明")


@pytest.mark.django_db
def test_each_constraint_is_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'c' AND convalidated")
        names = {name for (name,) in cursor.fetchall()}
    declared = {
        constraint.name
        for model in apps.get_models()
        if model.__module__.startswith("expertpool.")
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert declared <= names


def test_no_constraint_speaks_of_its_name() -> None:
    for model in apps.get_models():
        if model.__module__.startswith("expertpool."):
            for constraint in model._meta.constraints:
                words = str(constraint.get_violation_error_message())
                assert constraint.name not in words
                assert not words.isascii()
