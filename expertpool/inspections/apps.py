from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "expertpool.inspections"
    verbose_name = "专家年检"

    def ready(self) -> None:
        from django.urls import reverse

        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.automation.services.happening import register_events
        from expertpool.changes.registry import OWN_DATA, OWN_FILES
        from expertpool.core import home
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.criteria import CRITERIA_USES, register_criteria
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.mandates import MANDATES, Mandate, unfinished
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, NARROW_PAGES, PAGE_TABS, narrow_pages
        from expertpool.experts.events import ExpertsMerged
        from expertpool.experts.queries.erasing import ERASERS
        from expertpool.experts.registry import SUSPENSIONS, Suspension
        from expertpool.experts.services.contacts import recipient_of
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.inspections.actions import ACTIONS
        from expertpool.inspections.exceptions import InspectionRefused
        from expertpool.inspections.exports import InspectionExport
        from expertpool.inspections.home import TODOS
        from expertpool.inspections.menu import ITEMS
        from expertpool.inspections.models import RenewalRun, Round
        from expertpool.inspections.occasions import OCCASIONS as TOLD
        from expertpool.inspections.occasions import RENEWAL_DECIDED
        from expertpool.inspections.permissions import MANAGE, PERMISSIONS
        from expertpool.inspections.queries import renewals
        from expertpool.inspections.queries.inspections import (
            CRITERIA,
            FILES,
            LABELS,
            SUBJECT,
            decidable_by,
        )
        from expertpool.inspections.queries.naming import CONDITIONS
        from expertpool.inspections.queries.reminders import REMINDERS
        from expertpool.inspections.queries.suspension import suspended, suspended_since
        from expertpool.inspections.queries.written import asked, inspections
        from expertpool.inspections.receivers import experts_merged
        from expertpool.inspections.services import event_kinds
        from expertpool.inspections.services.deciding import send_back
        from expertpool.inspections.services.erasing import ERASERS as GOES
        from expertpool.inspections.settings import SETTINGS
        from expertpool.inspections.tables import MATERIALS, OWN
        from expertpool.inspections.tabs import TABS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.notifications.queries.subjects import MESSAGE_SUBJECTS
        from expertpool.privacy.registry import PERSONS, Person
        from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        CRITERIA_USES.add(CONDITIONS)
        LOG_ACTIONS.add(*ACTIONS)
        MANDATES.add(
            Mandate("inspections.renewal_run", "批量续聘", lambda now: unfinished(RenewalRun, now)),
            Mandate("inspections.inspection", "专家年检", inspections, is_whole=True),
            Mandate("inspections.renewal", "续聘申请", asked, is_whole=True),
            Mandate(
                "inspections.round",
                "年检",
                lambda now: Round.objects.filter(closed_at__isnull=True).select_related(
                    "opened_by"
                ),
            ),
        )
        MENU.add(*ITEMS)
        # Their days run on for who is frozen or on the blacklist.
        NARROW_PAGES.add(*narrow_pages("inspections:own", "inspections:fill", "inspections:draft"))
        PAGE_TABS.add(*TABS)
        home.TODOS.add(*TODOS)
        EXPORTS.add(InspectionExport())
        FILE_SUBJECTS.add(FILES)
        OCCASIONS.add(*TOLD)
        MESSAGE_SUBJECTS.add(REMINDERS)
        OWN_DATA.add(*OWN)
        OWN_FILES.add(MATERIALS)
        SUSPENSIONS.add(Suspension("inspections", suspended, "年检", suspended_since))
        register_criteria(SUBJECT, *CRITERIA)
        register_events(*event_kinds.EVENTS)
        subscribe(ExpertsMerged, experts_merged)
        FLOW_SUBJECTS.add(
            FlowSubject(
                SUBJECT,
                "专家年检",
                MANAGE,
                fields=lambda: LABELS,
                decidable=decidable_by,
                name_of=lambda row: f"{row.expert.name}（{row.round.name}）",
                page=lambda row: reverse("inspections:detail", args=[row.pk]),
                department=lambda row: row.expert.department,
                # At once it would say who is at his account while names are sealed.
                tells=False,
                tells_on=False,  # a round is of thousands, who come one by one
                own_todo=True,
                send_back=lambda row, **given: send_back(row=row, **given),
                refused=InspectionRefused,
                about=lambda row: row.expert,
            )
        )
        register_criteria(renewals.SUBJECT, *renewals.CRITERIA)
        FLOW_SUBJECTS.add(
            FlowSubject(
                renewals.SUBJECT,
                "续聘申请",
                renewals.RIGHT,
                decidable=renewals.decidable_by,
                name_of=lambda row: row.expert.name,
                page=lambda row: reverse("inspections:renewal", args=[row.pk]),
                department=lambda row: row.expert.department,
                own_todo=True,
                applicant=lambda row: recipient_of(row.expert),
                result=RENEWAL_DECIDED,
                about=lambda row: row.expert,
            )
        )
        ERASERS.add(*GOES)
        PERSONS.add(Person("inspections.inspection"))
