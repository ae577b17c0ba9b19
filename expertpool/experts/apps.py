from django.apps import AppConfig


class ExpertsConfig(AppConfig):
    name = "expertpool.experts"
    verbose_name = "专家"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions
        from expertpool.core.criteria import register_criteria
        from expertpool.core.exporting import register_export
        from expertpool.core.importing import register_import
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import register_menu, register_tab
        from expertpool.core.search import SearchProvider, register_search
        from expertpool.core.visibility import register_fields
        from expertpool.experts.exports import ExpertExport
        from expertpool.experts.menu import ITEMS
        from expertpool.experts.occasions import ACCOUNT, ACTIVATION
        from expertpool.experts.permissions import FIELDS, OWN, PERMISSIONS
        from expertpool.experts.queries.criteria import LIST_FIELDS, SUBJECT
        from expertpool.experts.queries.files import may_edit_expert_files, may_view_expert_files
        from expertpool.experts.services.importing import ExpertImporter
        from expertpool.experts.tabs import TABS
        from expertpool.experts.views.finding import find_experts
        from expertpool.files.policies import register_subject
        from expertpool.notifications.occasions import register_occasion
        from expertpool.notifications.queries.subjects import register_subject_policy

        register_permissions(PERMISSIONS)
        register_permissions(OWN)
        register_fields(*FIELDS)
        register_criteria(SUBJECT, *LIST_FIELDS)
        register_menu("experts", *ITEMS)
        for tab in TABS:
            register_tab("experts:detail", tab)
        register_search(SearchProvider("专家", find_experts, order=10))
        register_export(ExpertExport())
        register_import(ExpertImporter)
        register_subject(
            "experts.expert", may_view=may_view_expert_files, may_edit=may_edit_expert_files
        )
        register_occasion(ACTIVATION)
        register_subject_policy(ACCOUNT, lambda _user, _ids: set())
        register_actions(
            expert__create="新增专家",
            expert__update="修改专家信息",
            expert__approve="审核通过专家",
            expert__freeze="冻结专家",
            expert__unfreeze="解冻专家",
            expert__delete="删除专家",
            expert__restore="恢复专家",
            expert__blacklist="移入黑名单",
            expert__unblacklist="移出黑名单",
            expert__leave="登记请假",
            expert__cancel_leave="销假",
            expert__avoidance="维护回避单位",
            expert__tag="专家分组",
            expert__tag_save="保存分组",
            expert__tag_delete="删除分组",
            expert__import="导入专家",
            expert__export="导出专家",
            expert__account="开通专家账号",
            expert__activate="激活账号",
            expert__reveal="查看脱敏内容",
        )
