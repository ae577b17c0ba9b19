from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "expertpool.papers"
    verbose_name = "文书"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import register_menu
        from expertpool.files.policies import register_subject
        from expertpool.papers.menu import TEMPLATES
        from expertpool.papers.permissions import PERMISSIONS
        from expertpool.papers.queries import may_edit_file, may_view_file

        register_permissions(PERMISSIONS)
        register_actions(
            paper__upload="上传文书模板",
            paper__enable="启用文书模板",
            paper__disable="停用文书模板",
            paper__remove="删除文书模板",
        )
        register_menu("system", TEMPLATES)
        register_subject("papers.papertemplate", may_view=may_view_file, may_edit=may_edit_file)
