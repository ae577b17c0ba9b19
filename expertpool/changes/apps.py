from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "expertpool.changes"
    verbose_name = "变更与本人档案"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.changes.actions import ACTIONS
        from expertpool.changes.enums import CALLED
        from expertpool.changes.home import SHORTCUTS, TODOS
        from expertpool.changes.menu import ITEMS
        from expertpool.changes.occasions import CHANGE_ASKED, CHANGE_DECIDED, CHANGE_OVERTAKEN
        from expertpool.changes.queries import (
            FIELD_FILES,
            FIELD_USE,
            FIELDS,
            RIGHT,
            SUBJECT,
            WRITTEN,
            field_labels,
            labels_of,
            requests_decidable_by,
        )
        from expertpool.changes.receivers import (
            applicant_admitted,
            expert_changed,
            experts_changed,
            experts_merged,
        )
        from expertpool.changes.registry import OWN_DATA, OWN_FILES
        from expertpool.changes.services.erasing import ERASERS as GOES
        from expertpool.changes.services.own_files import OWN_FILES_HERE
        from expertpool.changes.services.requests import applicant_of, ask_others, page_of
        from expertpool.changes.tables import OWN
        from expertpool.changes.tabs import TABS
        from expertpool.core import home
        from expertpool.core.criteria import register_criteria
        from expertpool.core.events import subscribe
        from expertpool.core.mandates import MANDATES
        from expertpool.core.registry import MENU, NARROW_PAGES, PAGE_TABS, narrow_pages
        from expertpool.customforms.registry import FIELD_USES, FILE_HOLDERS
        from expertpool.experts.events import ExpertChanged, ExpertsChanged, ExpertsMerged
        from expertpool.experts.queries.erasing import ERASERS
        from expertpool.experts.registry import ASKING, AskOthers
        from expertpool.joining.events import ApplicantAdmitted
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject

        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(*ITEMS)
        NARROW_PAGES.add(*narrow_pages("changes:own_data"))
        PAGE_TABS.add(*TABS)
        home.TODOS.add(*TODOS)
        home.SHORTCUTS.add(*SHORTCUTS)
        OCCASIONS.add(CHANGE_ASKED, CHANGE_DECIDED, CHANGE_OVERTAKEN)
        OWN_DATA.add(*OWN)
        OWN_FILES.add(*OWN_FILES_HERE)
        FILE_HOLDERS.add(FIELD_FILES)
        FIELD_USES.add(FIELD_USE)
        MANDATES.add(*WRITTEN)
        ASKING.add(AskOthers("changes", ask_others))
        subscribe(ExpertChanged, expert_changed)
        subscribe(ExpertsChanged, experts_changed)
        subscribe(ApplicantAdmitted, applicant_admitted)
        subscribe(ExpertsMerged, experts_merged)
        register_criteria(SUBJECT, *FIELDS)
        FLOW_SUBJECTS.add(
            FlowSubject(
                SUBJECT,
                "变更申请",
                RIGHT,
                fields=field_labels,
                decidable=requests_decidable_by,
                name_of=lambda row: row.expert.name,
                page=page_of,
                department=lambda row: row.expert.department,
                own_todo=True,
                tells=False,  # by `tell_office`, which waits while a minute would tell too much
                applicant=applicant_of,
                result=CHANGE_DECIDED,
                words=lambda row: {"对象": labels_of(row.items.all())},
                about=lambda row: row.expert,
                called=CALLED,
            )
        )
        ERASERS.add(*GOES)
