from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup("portal", "专家本人", (Permission("portal.expert", "使用专家端"),))
