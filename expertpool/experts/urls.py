from __future__ import annotations

from django.urls import path

from expertpool.core.importing import import_urls
from expertpool.experts.services.import_updates import ExpertUpdater
from expertpool.experts.services.importing import ExpertImporter
from expertpool.experts.views import (
    account,
    actions,
    alike,
    blacklist,
    experts,
    health,
    leave,
    merging,
    profile,
    records,
    searches,
)

app_name = "experts"
urlpatterns = [
    path("", experts.index, name="list"),
    path("options.json", experts.options, name="options"),
    path("new/", profile.create, name="create"),
    path("<int:pk>/", experts.detail, name="detail"),
    path("<int:pk>/menu/", experts.menu, name="menu"),
    path("<int:pk>/edit/", profile.edit, name="edit"),
    path("<int:pk>/reveal/<slug:field>/", profile.reveal, name="reveal"),
    path("<int:pk>/versions/", records.versions, name="versions"),
    path("<int:pk>/tags/", records.expert_tags, name="expert_tags"),
    path("<int:pk>/avoidances/new/", records.avoidance_add, name="avoidance_add"),
    path("avoidances/<int:pk>/remove/", records.avoidance_remove, name="avoidance_remove"),
    path("avoidances/removals/<int:pk>/", records.removal_decide, name="removal_decide"),
    path("<int:pk>/account/", account.open_for, name="open_account"),
    path("<int:pk>/account/link/", account.send_again, name="send_link"),
    path("<int:pk>/account/bind/", account.link, name="link_account"),
    path("<int:pk>/account/unbind/", account.unlink, name="unlink_account"),
    path("activate/<str:token>/", account.activate, name="activate"),
    # Status, of one and of many
    path("<int:pk>/approve/", actions.approve, name="approve"),
    path("<int:pk>/freeze/", actions.freeze, name="freeze"),
    path("<int:pk>/unfreeze/", actions.unfreeze, name="unfreeze"),
    path("<int:pk>/delete/", actions.delete, name="delete"),
    path("<int:pk>/restore/", actions.restore, name="restore"),
    path("many/approve/", actions.approve_many, name="approve_many"),
    path("many/freeze/", actions.freeze_many, name="freeze_many"),
    path("many/unfreeze/", actions.unfreeze_many, name="unfreeze_many"),
    path("many/delete/", actions.delete_many, name="delete_many"),
    path("many/restore/", actions.restore_many, name="restore_many"),
    path("many/blacklist/", actions.blacklist_many, name="blacklist_many"),
    path("many/account/", actions.invite_many, name="invite_many"),
    path("many/tags/", actions.tag_many, name="tag_many"),
    # Blacklist, leaves, groups, deleted
    path("blacklist/", blacklist.index, name="blacklist"),
    path("blacklist/new/", blacklist.add, name="blacklist_new"),
    path("<int:pk>/blacklist/", blacklist.add, name="blacklist_add"),
    path("<int:pk>/unblacklist/", blacklist.remove, name="blacklist_remove"),
    path("leaves/", leave.index, name="leave_list"),
    path("leaves/new/", leave.add, name="leave_new"),
    path("<int:pk>/leaves/new/", leave.add, name="leave_add"),
    path("leaves/<int:pk>/cancel/", leave.cancel, name="leave_cancel"),
    path("<int:pk>/merge/", merging.choose, name="merge_choose"),
    path("<int:pk>/merge/<int:other>/", merging.merge, name="merge"),
    path("alike/", alike.index, name="alike"),
    path("alike/apart/", alike.apart, name="apart"),
    path("alike/apart/<int:pk>/back/", alike.untell, name="untell_apart"),
    path("<int:pk>/apart/<int:other>/", alike.tell, name="tell_apart"),
    path("deleted/", searches.deleted, name="deleted"),
    *records.tags.urls("tags/"),
    # Searching, import and export
    path("health/", health.index, name="health"),
    path("health/specialties/", health.thin, name="thin"),
    path("health/employers/", health.employers, name="employers"),
    path("health/employers/<int:pk>/assign/", health.assign, name="assign_employer"),
    path("conditions/", searches.conditions, name="conditions"),
    path("searches/new/", searches.save, name="search_save"),
    path("searches/<int:pk>/delete/", searches.delete, name="search_delete"),
    path("package/", searches.package, name="package"),
    *import_urls(ExpertImporter),
    *import_urls(ExpertUpdater, "update/"),
]
