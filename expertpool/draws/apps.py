from django.apps import AppConfig
from django.urls import reverse


class DrawsConfig(AppConfig):
    name = "expertpool.draws"
    verbose_name = "抽取"

    def ready(self) -> None:
        from expertpool.accounts.registry import LEFT_BEHIND, LeftBehind
        from expertpool.audit.actions import FORMER_NAMES, LOG_ACTIONS
        from expertpool.automation.registry import RULE_ACTIONS
        from expertpool.automation.services.happening import register_events
        from expertpool.core import home
        from expertpool.core.configuration import SETTING_CONSTRAINTS, SITE_SETTINGS
        from expertpool.core.criteria import CRITERIA_USES, join_criteria, register_criteria
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, MENU_PAGES, PAGE_TABS, PUBLIC_PAGES
        from expertpool.core.visibility import LATER
        from expertpool.core.waiting import LOOSE_FILES, LooseFiles
        from expertpool.customforms.registry import FIELD_USES
        from expertpool.directory.events import UnitsMerged
        from expertpool.draws import occasions, receivers
        from expertpool.draws.actions import ACTIONS, FORMER
        from expertpool.draws.events import InvitationAnswered, PanelSettled
        from expertpool.draws.exceptions import DrawError
        from expertpool.draws.exports.notices import NoticeExport
        from expertpool.draws.exports.projects import DETAILS, MARKS, MEASURES
        from expertpool.draws.exports.records import DrawExport
        from expertpool.draws.home import NUMBERS, SHORTCUTS, TODOS
        from expertpool.draws.menu import ITEM, PAGES, PUBLIC
        from expertpool.draws.permissions import PERMISSIONS
        from expertpool.draws.queries import plan_versions
        from expertpool.draws.queries.archive import open_matters
        from expertpool.draws.queries.avoided_numbers import why_not_avoided
        from expertpool.draws.queries.clock import held_until, is_withheld, late_values
        from expertpool.draws.queries.conditions import CONDITION_FIELDS, SUBJECT, joined_conditions
        from expertpool.draws.queries.erasing import KEEPERS as STAYS
        from expertpool.draws.queries.left_behind import left_behind
        from expertpool.draws.queries.naming import CONDITIONS, USE
        from expertpool.draws.queries.own import own_invitation_ids
        from expertpool.draws.queries.participation import all_participations, unreached_experts
        from expertpool.draws.queries.recordings import parts_waiting
        from expertpool.draws.queries.untold import LATER as UNTOLD
        from expertpool.draws.services import event_kinds
        from expertpool.draws.services.calendar import CALENDAR
        from expertpool.draws.services.coming import find_seats, give_up_seats
        from expertpool.draws.services.matters import MATTERS
        from expertpool.draws.services.names import readable_invitations, searched_invitations
        from expertpool.draws.services.plan_approval import send_back_plan
        from expertpool.draws.services.sheet_files import SHEET_FILES
        from expertpool.draws.services.sheet_starters import SHEETS
        from expertpool.draws.settings import CONSTRAINTS, SETTINGS
        from expertpool.draws.tabs import TABS
        from expertpool.experts.events import (
            ExpertApproved,
            ExpertLeft,
            LeaveEnded,
            LeaveFiled,
            TiesChanged,
        )
        from expertpool.experts.queries.coming import SEAT_SOURCES, SeatSource
        from expertpool.experts.queries.erasing import KEEPERS
        from expertpool.experts.queries.health import UNREACHED, UnreachedSource
        from expertpool.experts.queries.participation import (
            PARTICIPATION_COUNTERS,
            ParticipationCounter,
        )
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.notifications.events import (
            MessageAnswered,
            MessageFailed,
            MessageSent,
            MessageUnknown,
        )
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.notifications.queries.subjects import MESSAGE_SUBJECTS, MessageSubject
        from expertpool.notifications.services.attachments import DOCUMENT_KINDS
        from expertpool.papers.registry import PAPERS
        from expertpool.privacy.registry import READS, Read
        from expertpool.projects.events import BatchLed
        from expertpool.projects.queries.archive import OBSTACLES, Obstacle
        from expertpool.projects.queries.measures import (
            PROJECT_DETAILS,
            PROJECT_MARKS,
            PROJECT_MEASURES,
        )
        from expertpool.projects.queries.persons import NUMBER_CHECKS, NumberCheck
        from expertpool.siteconfig.events import SettingChanged, SettingsSaved
        from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject
        from expertpool.workflow.services.matters import register_matters

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        SETTING_CONSTRAINTS.add(*CONSTRAINTS)
        LOG_ACTIONS.add(*ACTIONS)
        FORMER_NAMES.add(*FORMER)
        PUBLIC_PAGES.add(*PUBLIC)
        MENU.add(ITEM)
        MENU_PAGES.add(*PAGES)
        home.NUMBERS.add(*NUMBERS)
        home.SHORTCUTS.add(*SHORTCUTS)
        home.TODOS.add(*TODOS)
        register_matters(*MATTERS)
        PAGE_TABS.add(*TABS)
        LATER.add(*UNTOLD)
        register_criteria(SUBJECT, *CONDITION_FIELDS)
        join_criteria(SUBJECT, joined_conditions)
        FIELD_USES.add(USE)
        CRITERIA_USES.add(CONDITIONS)
        EXPORTS.add(DrawExport(), NoticeExport())
        READS.add(
            Read("draw.contact", "reveal"),
            Read("draw.names", "names"),
            Read("draw.pick_look", "names"),
        )
        PAPERS.add(*SHEETS)
        FILE_SUBJECTS.add(SHEET_FILES)
        OCCASIONS.add(
            occasions.INVITATION,
            occasions.STANDBY_INVITATION,
            occasions.MOVED_UP,
            occasions.EMERGENCY,
            occasions.EMERGENCY_ENDED,
            occasions.RESCHEDULED,
            occasions.ANSWER_REMINDER,
            occasions.REMINDER,
            occasions.CONFIRMED,
            occasions.HEARD,
            occasions.CANCELLED,
            occasions.RELEASED,
            occasions.PANEL_MOVED,
            occasions.STEP_ALONE,
            occasions.ALARM,
            occasions.DELAYED,
            occasions.HELD_REFUSED,
            occasions.POOL_CHANGED,
            occasions.POOL_STOPPED,
            occasions.POOL_EMPTIED,
            occasions.SERVICE_OFF,
            occasions.SHORT,
            occasions.REOPENED,
            occasions.VALUE,
            occasions.GONE,
            occasions.PLAN_DECIDED,
        )
        DOCUMENT_KINDS.add(CALENDAR)
        MESSAGE_SUBJECTS.add(
            MessageSubject(
                "draws.invitation",
                readable_invitations,
                held_until,
                late_values,
                withheld=is_withheld,
                own=own_invitation_ids,
                searched=searched_invitations,
            )
        )
        subscribe(MessageSent, receivers.letter_moved)
        subscribe(MessageFailed, receivers.letter_moved)
        subscribe(MessageUnknown, receivers.letter_moved)
        subscribe(MessageAnswered, receivers.message_answered)
        subscribe(SettingChanged, receivers.setting_changed)
        subscribe(SettingsSaved, receivers.settings_saved)
        subscribe(PanelSettled, receivers.panel_settled)
        subscribe(InvitationAnswered, receivers.answered)
        subscribe(ExpertLeft, receivers.expert_left)
        subscribe(LeaveFiled, receivers.expert_left)
        subscribe(TiesChanged, receivers.expert_left)
        subscribe(LeaveEnded, receivers.leave_ended)
        subscribe(ExpertApproved, receivers.experts_back)
        subscribe(UnitsMerged, receivers.units_merged)
        subscribe(BatchLed, receivers.batch_led)
        PARTICIPATION_COUNTERS.add(ParticipationCounter("draws", all_participations))
        LEFT_BEHIND.add(LeftBehind("draws", left_behind))
        SEAT_SOURCES.add(SeatSource("draws", find_seats, give_up_seats))
        UNREACHED.add(UnreachedSource("draws", unreached_experts))
        PROJECT_MEASURES.add(*MEASURES)
        PROJECT_DETAILS.add(*DETAILS)
        PROJECT_MARKS.add(*MARKS)
        register_criteria(plan_versions.SUBJECT, *plan_versions.FIELDS)
        FLOW_SUBJECTS.add(
            FlowSubject(
                plan_versions.SUBJECT,
                "抽取方案",
                "draws.approve_plan",
                fields=lambda: plan_versions.PARTS,
                decidable=plan_versions.plans_decidable_by,
                name_of=lambda one: f"{one.plan.project.name} 第 {one.number} 版",
                page=lambda one: (
                    reverse("projects:detail", args=[one.plan.project_id]) + "?tab=plan"
                ),
                department=lambda one: one.plan.project.department,
                about=lambda one: one.plan.project,
                applicant=plan_versions.applicant_of,
                result=occasions.PLAN_DECIDED,
                own_todo=True,
                send_back=lambda row, **given: send_back_plan(row=row, **given),
                refused=DrawError,
            )
        )
        register_criteria(event_kinds.DRAW, *event_kinds.DRAW_CRITERIA)
        register_criteria(event_kinds.INVITATION, *event_kinds.INVITATION_CRITERIA)
        register_events(*event_kinds.EVENTS)
        RULE_ACTIONS.add(event_kinds.SUPPLEMENT)
        OBSTACLES.add(Obstacle("draws", open_matters))
        LOOSE_FILES.add(LooseFiles("draws.recordings", parts_waiting))
        NUMBER_CHECKS.add(NumberCheck("draws", why_not_avoided))
        KEEPERS.add(*STAYS)
