from __future__ import annotations

from django.urls import path

from expertpool.accounts.services.importing import UserImporter
from expertpool.accounts.views import (
    departments,
    duties,
    login,
    logins,
    menus,
    roles,
    sessions,
    tokens,
    users,
)
from expertpool.core.importing import import_urls

app_name = "accounts"
urlpatterns = [
    path("login/", login.login_view, name="login"),
    path("login/forgotten/", login.forgotten, name="forgotten"),
    path("logout/", login.logout_view, name="logout"),
    path("signed-in/left/", login.idle, name="idle"),
    path("password/", login.password, name="password"),
    path("users/", users.user_list, name="user_list"),
    path("users/new/", users.user_create, name="user_create"),
    *import_urls(UserImporter, "users/import/", name="user_import"),
    path("users/<int:pk>/", users.user_edit, name="user_edit"),
    path("users/<int:pk>/reset/", users.user_reset, name="user_reset"),
    path("users/<int:pk>/disable/", users.user_disable, name="user_disable"),
    path("users/<int:pk>/enable/", users.user_enable, name="user_enable"),
    path("users/<int:pk>/blacklist/", users.user_blacklist, name="user_blacklist"),
    path("users/<int:pk>/unblacklist/", users.user_unblacklist, name="user_unblacklist"),
    path("users/<int:pk>/unlock/", users.user_unlock, name="user_unlock"),
    path("users/<int:pk>/sessions/", sessions.user_sessions, name="user_sessions"),
    path("users/<int:pk>/sessions/end/", sessions.user_sessions_end, name="user_sessions_end"),
    path(
        "users/<int:pk>/sessions/<int:session>/end/",
        sessions.user_session_end,
        name="user_session_end",
    ),
    path("roles/", roles.role_list, name="role_list"),
    path("roles/new/", roles.role_create, name="role_create"),
    path("roles/<int:pk>/", roles.role_edit, name="role_edit"),
    path("roles/<int:pk>/delete/", roles.role_delete, name="role_delete"),
    path("duties/", duties.duties, name="duties"),
    path("duties/roles/", duties.duties_make, name="duties_make"),
    path("menus/", menus.menu_list, name="menu_list"),
    path("menus/shortcuts/", menus.shortcuts, name="menu_shortcuts"),
    path("menus/shortcuts/<int:pk>/", menus.shortcuts_edit, name="menu_shortcuts_edit"),
    path("menus/links/new/", menus.link_create, name="menu_link_create"),
    path("menus/links/<str:code>/", menus.link_edit, name="menu_link_edit"),
    path("menus/links/<str:code>/delete/", menus.link_delete, name="menu_link_delete"),
    path("menus/groups/<str:code>/", menus.group_edit, name="menu_group_edit"),
    path("menus/groups/<str:code>/order/", menus.group_order, name="menu_group_order"),
    path("menus/groups/<str:code>/move/<str:way>/", menus.group_move, name="menu_group_move"),
    path("menus/entries/<str:code>/", menus.entry_edit, name="menu_entry_edit"),
    path("departments/", departments.department_list, name="department_list"),
    path("departments/new/", departments.department_create, name="department_create"),
    path("departments/<int:pk>/", departments.department_edit, name="department_edit"),
    path(
        "departments/<int:pk>/disable/", departments.department_disable, name="department_disable"
    ),
    path("departments/<int:pk>/enable/", departments.department_enable, name="department_enable"),
    path("logins/", logins.login_list, name="login_list"),
    path("logins/<int:pk>/", logins.login_detail, name="login_detail"),
    path("tokens/", tokens.token_list, name="token_list"),
    path("tokens/new/", tokens.token_create, name="token_create"),
    path("tokens/<int:pk>/", tokens.token_detail, name="token_detail"),
    path("tokens/<int:pk>/confirm/", tokens.token_confirm, name="token_confirm"),
    path("tokens/<int:pk>/decline/", tokens.token_decline, name="token_decline"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
]
