from django.apps import AppConfig
from django.urls import reverse


class ExpertsConfig(AppConfig):
    name = "expertpool.experts"
    verbose_name = "专家"

    def ready(self) -> None:
        from expertpool.accounts.registry import (
            CONTACT_OWNERS,
            OUTSIDERS,
            PASSWORD_LINKS,
            SIGN_IN_BARS,
            ContactOwners,
            Outsiders,
            PasswordLink,
            SignInBar,
        )
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.automation.registry import RULE_ACTIONS
        from expertpool.automation.services.happening import register_events
        from expertpool.core import home
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.criteria import join_criteria, register_criteria
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.health import CHECKS
        from expertpool.core.importing import IMPORTS
        from expertpool.core.large_by_link import LARGE_BY_LINK, LargeByLink
        from expertpool.core.mandates import MANDATES
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, MENU_GROUPS, PAGE_TABS
        from expertpool.core.saved_searches import SAVED_PAGES, SavedPage
        from expertpool.core.search import SEARCHES, SearchProvider
        from expertpool.core.subjects import SUBJECTS, kept_by
        from expertpool.core.visibility import GUARDED_FIELDS, KEPT_FIELDS
        from expertpool.customforms.registry import FILE_HOLDERS
        from expertpool.directory.events import UnitsToMerge
        from expertpool.experts import receivers
        from expertpool.experts.actions import ACTIONS
        from expertpool.experts.exceptions import ExpertRefused
        from expertpool.experts.exports import ExpertExport
        from expertpool.experts.fields import BORN, EXPERT
        from expertpool.experts.home import NUMBERS, SHORTCUTS, TODOS
        from expertpool.experts.menu import GROUP, ITEMS
        from expertpool.experts.occasions import (
            ACCOUNT,
            ACTIVATION,
            ADMISSIONS_WAITING,
            ADMITTED,
            APPEAL_LINK,
            APPEAL_REFUSED,
            APPEALED,
            BLACKLISTED,
            CONTACT_CHANGED,
            MERGED,
            OWN_REMOVED,
            PASSWORD,
            RECORDS_CHANGED,
            REMOVAL_ASKED,
            REMOVAL_DECIDED,
            RETURNED,
            STATUS_CHANGED,
            TERM_ENDING,
            TERMS_ENDING,
        )
        from expertpool.experts.permissions import OWN, PERMISSIONS
        from expertpool.experts.queries import admission, appeals, leaves, removals
        from expertpool.experts.queries.accounts import (
            FROM_FILE,
            is_of_expert,
            let_in_since,
            of_experts,
            why_contact_is_anothers,
        )
        from expertpool.experts.queries.erasing import ERASERS
        from expertpool.experts.queries.experts import (
            narrowed_users,
            signed_out_states,
            why_signed_out,
        )
        from expertpool.experts.queries.files import EXPERT_FILES
        from expertpool.experts.queries.named_fields import FILES
        from expertpool.experts.queries.removals import FIELDS, SUBJECT, removals_decidable_by
        from expertpool.experts.queries.search import are_words_told
        from expertpool.experts.queries.veils import VEILS
        from expertpool.experts.services.accounts import send_password_link
        from expertpool.experts.services.admission import reason_labels, return_admission
        from expertpool.experts.services.erasure import ERASERS as GOES
        from expertpool.experts.services.event_kinds import EVENTS, FREEZE
        from expertpool.experts.services.glyph_health import NAMES
        from expertpool.experts.services.import_updates import ExpertUpdater
        from expertpool.experts.services.importing import ExpertImporter
        from expertpool.experts.services.pack_health import PACKS
        from expertpool.experts.services.telling import appellant
        from expertpool.experts.settings import NOT_EXPORTED, SETTINGS
        from expertpool.experts.tabs import TABS
        from expertpool.experts.views.finding import find_experts
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.notifications.queries.subjects import MESSAGE_SUBJECTS, private_subject
        from expertpool.notifications.registry import RECIPIENT_FIELDS, RecipientFields
        from expertpool.siteconfig.events import SettingChanged
        from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject

        RECIPIENT_FIELDS.add(
            RecipientFields("experts", ("experts.name",), ("experts.phone", "experts.email"))
        )
        register_permissions(PERMISSIONS)
        register_permissions(OWN)
        SUBJECTS.add(EXPERT)
        GUARDED_FIELDS.add(*VEILS, *EXPERT.guards())
        SITE_SETTINGS.add(*SETTINGS)
        subscribe(SettingChanged, receivers.setting_changed)
        subscribe(UnitsToMerge, receivers.units_to_merge)
        KEPT_FIELDS.add(kept_by(NOT_EXPORTED))
        LOG_ACTIONS.add(*ACTIONS)
        MENU_GROUPS.add(GROUP)
        MENU.add(*ITEMS)
        home.NUMBERS.add(*NUMBERS)
        home.SHORTCUTS.add(*SHORTCUTS)
        home.TODOS.add(*TODOS)
        PAGE_TABS.add(*TABS)
        SAVED_PAGES.add(
            SavedPage(
                "experts",
                "experts:list",
                "experts.view",
                subject_of=lambda query: EXPERT.code,
                cleared_by="siteconfig.manage",
                words_told_to=lambda user, query: are_words_told(user, query.getlist("q")),
            )
        )
        SEARCHES.add(SearchProvider("experts", "专家", find_experts, order=10))
        register_criteria(EXPERT.code, *EXPERT.criteria(), BORN)
        join_criteria(EXPERT.code, EXPERT.joined_criteria)
        FILE_HOLDERS.add(FILES)
        EXPORTS.add(ExpertExport())
        CHECKS.add(PACKS, NAMES)
        IMPORTS.add(ExpertImporter)
        IMPORTS.add(ExpertUpdater)
        LARGE_BY_LINK.add(
            LargeByLink("experts.appeal", "experts:appeal", appeals.MOST_FILES_MB, appellant)
        )
        FILE_SUBJECTS.add(EXPERT_FILES, appeals.ENTRY_FILES, appeals.APPEAL_FILES)
        OCCASIONS.add(ACTIVATION, PASSWORD, CONTACT_CHANGED, MERGED, RECORDS_CHANGED)
        OCCASIONS.add(REMOVAL_ASKED, REMOVAL_DECIDED, OWN_REMOVED, TERM_ENDING, TERMS_ENDING)
        OCCASIONS.add(ADMITTED, RETURNED, ADMISSIONS_WAITING)
        OCCASIONS.add(STATUS_CHANGED, BLACKLISTED, APPEALED, APPEAL_REFUSED)
        FLOW_SUBJECTS.add(
            FlowSubject(
                EXPERT.code,
                "专家入库",
                admission.RIGHT,
                fields=reason_labels,
                decidable=admission.admissions_decidable_by,
                name_of=lambda one: str(one.name),
                page=lambda one: reverse("experts:detail", args=[one.pk]),
                department=lambda one: one.department,
                send_back=lambda one, **given: return_admission(expert=one, **given),
                refused=ExpertRefused,
                public=admission.public_words,
                public_says="姓名或单位名称、工作单位、职称和评审专业；这些专家不是自己申请的，录入前请告知本人",
                public_first=True,
                note="手工新增、批量导入、接口新增的专家。本人网上申请、同行推荐的按「入库申请」的流程，请分别设置。",
                # As one line with their number: an import brings thousands.
                own_todo=True,
            )
        )
        register_criteria(SUBJECT, *FIELDS)
        FLOW_SUBJECTS.add(
            FlowSubject(
                SUBJECT,
                "移除回避的申请",
                "experts.edit",
                decidable=removals_decidable_by,
                name_of=lambda one: f"{one.expert.name}：{one.target}",
                page=lambda one: (
                    reverse("experts:detail", args=[one.expert_id]) + "?tab=avoidances"
                ),
                about=lambda one: one.expert,
                # On the next day, where the minute would say too much (`services.removals`).
                tells=False,
                own_todo=True,
            )
        )
        register_criteria(appeals.SUBJECT, *appeals.FIELDS)
        MANDATES.add(*appeals.WRITTEN, *leaves.WRITTEN, *removals.WRITTEN)
        FLOW_SUBJECTS.add(
            FlowSubject(
                appeals.SUBJECT,
                "黑名单申诉",
                appeals.RIGHT,
                decidable=appeals.appeals_decidable_by,
                name_of=lambda one: one.entry.expert.name,
                page=lambda one: reverse("experts:blacklist_entry", args=[one.entry_id]),
                department=lambda one: one.entry.expert.department,
                about=lambda one: one.entry.expert,
                tells=False,  # as above
            )
        )
        register_events(*EVENTS)
        RULE_ACTIONS.add(FREEZE)
        SIGN_IN_BARS.add(
            SignInBar(
                "experts.status",
                why_signed_out,
                signed_out_states,
                narrowed=narrowed_users,
                keeps=("experts.self",),
            )
        )
        PASSWORD_LINKS.add(PasswordLink("experts", is_of_expert, send_password_link))
        CONTACT_OWNERS.add(
            ContactOwners("experts", is_of_expert, why_contact_is_anothers, FROM_FILE)
        )
        OUTSIDERS.add(Outsiders("experts", of_experts, let_in_since))
        # Nobody reads them again: the link in them lets its holder in.
        MESSAGE_SUBJECTS.add(private_subject(ACCOUNT), private_subject(APPEAL_LINK))
        ERASERS.add(*GOES)
