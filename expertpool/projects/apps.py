from django.apps import AppConfig
from django.urls import reverse


class ProjectsConfig(AppConfig):
    name = "expertpool.projects"
    verbose_name = "项目"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.automation.services.happening import register_events
        from expertpool.core import home
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.criteria import join_criteria, register_criteria
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.importing import IMPORTS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, MENU_GROUPS, PAGE_TABS
        from expertpool.core.subjects import SUBJECTS, kept_by
        from expertpool.core.visibility import KEPT_FIELDS
        from expertpool.customforms.registry import FILE_HOLDERS
        from expertpool.directory.events import UnitsToMerge
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.projects import receivers
        from expertpool.projects.actions import ACTIONS
        from expertpool.projects.exceptions import ProjectError
        from expertpool.projects.exports import ArchiveExport, ProjectExport
        from expertpool.projects.fields import PROJECT
        from expertpool.projects.home import NUMBERS, SHORTCUTS, TODOS
        from expertpool.projects.menu import GROUP, ITEMS
        from expertpool.projects.occasions import DECIDED, TASK
        from expertpool.projects.permissions import PERMISSIONS
        from expertpool.projects.queries.files import FIELD_FILES
        from expertpool.projects.queries.projects import projects_decidable_by, public_words
        from expertpool.projects.services.approval import reject_project
        from expertpool.projects.services.batches import BATCH_FILES
        from expertpool.projects.services.event_kinds import EVENTS
        from expertpool.projects.services.files import ENTRY_FILES, PROJECT_FILES
        from expertpool.projects.services.importing import ProjectImporter
        from expertpool.projects.settings import NOT_EXPORTED, SETTINGS
        from expertpool.projects.tabs import TABS
        from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU_GROUPS.add(GROUP)
        MENU.add(*ITEMS)
        home.NUMBERS.add(*NUMBERS)
        home.SHORTCUTS.add(*SHORTCUTS)
        home.TODOS.add(*TODOS)
        PAGE_TABS.add(*TABS)
        SUBJECTS.add(PROJECT)
        register_criteria(PROJECT.code, *PROJECT.criteria())
        join_criteria(PROJECT.code, PROJECT.joined_criteria)
        EXPORTS.add(ProjectExport(), ArchiveExport())
        IMPORTS.add(ProjectImporter)
        FILE_HOLDERS.add(FIELD_FILES)
        FILE_SUBJECTS.add(PROJECT_FILES, ENTRY_FILES, BATCH_FILES)
        OCCASIONS.add(DECIDED, TASK)
        SITE_SETTINGS.add(*SETTINGS)
        KEPT_FIELDS.add(kept_by(NOT_EXPORTED))
        FLOW_SUBJECTS.add(
            FlowSubject(
                PROJECT.code,
                "项目申请",
                "projects.approve",
                fields=lambda: [(one.code, one.label) for one in PROJECT.fields() if one.form],
                decidable=projects_decidable_by,
                page=lambda project: reverse("projects:detail", args=[project.pk]),
                department=lambda project: project.department,
                public=public_words,
                public_says="项目的名称、编号、类型、申请部门和采购人，不含时间、地点和专家",
                public_first=True,
                own_todo=True,
                send_back=lambda project, **given: reject_project(project=project, **given),
                refused=ProjectError,
            )
        )
        register_events(*EVENTS)
        subscribe(UnitsToMerge, receivers.units_to_merge)
