from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

READS_PROJECT_LOG = ("audit.view", "projects.approve", "draws.run")  # one of them: the tab 日志
SEE_EXCLUSIONS = "draws.see_exclusions"
PERMISSIONS = PermissionGroup(
    "draws",
    "抽取",
    (
        Permission(
            "draws.view",
            "查看抽取",
            scoped=True,
            roles=(Role.OPERATOR, Role.DEPARTMENT, Role.SUPERVISOR, Role.AUDITOR),
            keeps_veils=True,
        ),
        Permission(
            "draws.plan", "设置抽取方案", scoped=True, roles=(Role.OPERATOR,), keeps_veils=True
        ),
        Permission(
            "draws.approve_plan",
            "审核抽取方案",
            scoped=True,
            roles=(Role.SUPERVISOR,),
            keeps_veils=True,
        ),
        Permission(
            "draws.run", "执行抽取和补抽", scoped=True, roles=(Role.OPERATOR,), keeps_veils=True
        ),
        Permission(
            "draws.reschedule",
            "改期（改变评审时间、地点）",
            scoped=True,
            roles=(Role.OPERATOR,),
            keeps_veils=True,
        ),
        Permission("draws.pick", "人工抽取、专家分配", scoped=True),
        Permission(
            "draws.confirm_picks", "确认人工抽取和分配的人选", scoped=True, roles=(Role.SUPERVISOR,)
        ),
        Permission(
            "draws.void",
            "作废抽取（申请、确认）",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR),
            keeps_veils=True,
        ),
        Permission(
            "draws.release",
            "提前公开名单（申请、确认）",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR),
            keeps_veils=True,
        ),
        Permission("draws.publish", "公布评审专家名单", scoped=True, roles=(Role.SUPERVISOR,)),
        Permission(
            "draws.alarms",
            "接收抽取异常提醒",
            scoped=True,
            roles=(Role.SUPERVISOR,),
            keeps_veils=True,
        ),
        Permission(
            "draws.record_reply",
            "登记专家答复",
            scoped=True,
            roles=(Role.OPERATOR,),
            keeps_veils=True,
        ),
        Permission(
            "draws.confirm_steps",
            "监督抽取（提供监督人随机值，确认应急、放宽、代登记）",
            scoped=True,
            roles=(Role.SUPERVISOR,),
            admin=False,  # nobody supervises himself (docs/decisions/0239)
            keeps_veils=True,
        ),
        Permission(
            SEE_EXCLUSIONS,
            "查看排除原因",
            scoped=True,
            roles=(Role.SUPERVISOR, Role.AUDITOR),
        ),
        Permission(
            "draws.names",
            "名单公开后查看姓名",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR),
            keeps_veils=True,
        ),
    ),
)
