from django.apps import AppConfig


class ExpertsConfig(AppConfig):
    name = "expertpool.experts"
    verbose_name = "专家"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions
        from expertpool.core.criteria import register_criteria
        from expertpool.core.permissions import register_permissions
        from expertpool.core.visibility import register_fields
        from expertpool.experts.permissions import FIELDS, PERMISSIONS
        from expertpool.experts.queries.criteria import EXPERT_FIELDS

        register_permissions(PERMISSIONS)
        register_fields(*FIELDS)
        register_criteria("experts.expert", *EXPERT_FIELDS)
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
            expert__reveal="查看脱敏内容",
        )
