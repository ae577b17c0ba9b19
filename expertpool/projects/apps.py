from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "expertpool.projects"
    verbose_name = "项目"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions
        from expertpool.core.criteria import register_criteria
        from expertpool.core.exporting import register_export
        from expertpool.core.importing import register_import
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import register_menu, register_tab
        from expertpool.files.policies import register_subject
        from expertpool.notifications.occasions import register_occasion
        from expertpool.projects.enums import EvidenceKind
        from expertpool.projects.exports import ArchiveExport, ProjectExport, StatisticExport
        from expertpool.projects.menu import ITEMS, SETTINGS
        from expertpool.projects.occasions import DECIDED, TASK
        from expertpool.projects.permissions import PERMISSIONS
        from expertpool.projects.queries.batches import may_edit_batch_files, may_view_batch_files
        from expertpool.projects.queries.criteria import PROJECT_FIELDS, SUBJECT
        from expertpool.projects.queries.projects import (
            files_deletion_url,
            may_edit_files,
            may_view_entry_files,
            may_view_files,
        )
        from expertpool.projects.services.batches import batch_closed
        from expertpool.projects.services.files import closed, entry_closed
        from expertpool.projects.services.importing import ProjectImporter
        from expertpool.projects.tabs import BATCH_TABS, TABS
        from expertpool.workflow.policies import FlowSubject, register_flow_subject

        register_permissions(PERMISSIONS)
        register_menu("draws", *ITEMS)
        register_menu("system", SETTINGS)
        for tab in TABS:
            register_tab("projects:detail", tab)
        for tab in BATCH_TABS:
            register_tab("projects:batch_detail", tab)
        register_actions(
            project__create="新增项目",
            project__update="修改项目",
            project__submit="提交项目审核",
            project__withdraw="撤回项目",
            project__approve_step="项目审批步骤",
            project__approve="项目审核通过",
            project__reject="项目退回",
            project__delete="删除项目",
            project__avoidance="修改项目回避",
            project__draw_state="抽取状态变更",
            project__rule="设置制度规则",
            project__option="设置制度选项",
            project__progress="添加项目进展",
            project__task_assign="指派项目任务",
            project__task_complete="完成项目任务",
            project__task_cancel="撤销项目任务",
            project__import="导入项目",
            project__archive="项目归档",
            project__batch_create="新建项目批次",
            project__batch_update="修改项目批次",
            project__batch_dissolve="解散项目批次",
            project__batch_join="项目加入批次",
            project__batch_leave="项目移出批次",
            project__batch_lead="更换批次主项目",
        )
        register_subject(
            "projects.project",
            may_view=may_view_files,
            may_edit=may_edit_files,
            closed=closed,
            evidence=dict(EvidenceKind.choices),
            bulk_url=files_deletion_url,
        )
        register_subject(
            "projects.progressentry",
            may_view=may_view_entry_files,
            may_edit=lambda user, subject_id: False,  # an entry never changes
            closed=entry_closed,
        )
        register_subject(
            "projects.projectbatch",
            may_view=may_view_batch_files,
            may_edit=may_edit_batch_files,
            closed=batch_closed,
        )
        register_import(ProjectImporter)
        for export in (ProjectExport(), ArchiveExport(), StatisticExport()):
            register_export(export)
        register_criteria(SUBJECT, *PROJECT_FIELDS)
        register_flow_subject(FlowSubject(SUBJECT, "项目申请", "projects.approve"))
        register_occasion(DECIDED)
        register_occasion(TASK)
