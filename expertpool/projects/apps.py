from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "expertpool.projects"
    verbose_name = "项目"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import register_menu, register_panel
        from expertpool.files.policies import register_subject
        from expertpool.notifications.occasions import register_occasion
        from expertpool.projects.menu import ITEMS, SETTINGS
        from expertpool.projects.occasions import DECIDED
        from expertpool.projects.panels import PANELS
        from expertpool.projects.permissions import PERMISSIONS
        from expertpool.projects.queries import may_edit_files, may_view_files

        register_permissions(PERMISSIONS)
        register_menu("draws", *ITEMS)
        register_menu("system", SETTINGS)
        for panel in PANELS:
            register_panel("projects:detail", panel)
        register_actions(
            project__create="新增项目",
            project__update="修改项目",
            project__submit="提交项目审核",
            project__withdraw="撤回项目",
            project__approve="项目审核通过",
            project__reject="项目退回",
            project__delete="删除项目",
            project__avoidance="修改项目回避",
            project__draw_state="抽取状态变更",
            project__rule="设置制度规则",
        )
        register_subject("projects.project", may_view=may_view_files, may_edit=may_edit_files)
        register_occasion(DECIDED)
