from __future__ import annotations

from django.urls import path

from expertpool.core.importing import import_urls
from expertpool.projects.services.importing import ProjectImporter
from expertpool.projects.views import (
    application,
    approval,
    archive,
    avoidance,
    batches,
    bulk,
    follow_up,
    projects,
    rules,
)

app_name = "projects"
urlpatterns = [
    *import_urls(ProjectImporter),
    path("", projects.project_list, name="list"),
    path("new/", application.create, name="create"),
    path("approvals/", approval.approvals, name="approvals"),
    path("approve/", bulk.approve_many, name="approve_many"),
    path("submit/", bulk.submit_many, name="submit_many"),
    path("archived/", archive.archive_list, name="archive_list"),
    path("tasks/", follow_up.task_list, name="task_list"),
    path("tasks/<int:pk>/complete/", follow_up.task_complete, name="task_complete"),
    path("tasks/<int:pk>/cancel/", follow_up.task_cancel, name="task_cancel"),
    path("conditions/", projects.conditions, name="conditions"),
    path("rules/", rules.rules, name="rules"),
    path("batches/", batches.batch_list, name="batch_list"),
    path("batches/group/", batches.group, name="group"),
    path("batches/<int:pk>/", batches.batch_detail, name="batch_detail"),
    path("batches/<int:pk>/edit/", batches.batch_edit, name="batch_edit"),
    path("batches/<int:pk>/add/", batches.batch_add, name="batch_add"),
    path("batches/<int:pk>/dissolve/", batches.batch_dissolve, name="batch_dissolve"),
    path(
        "batches/<int:pk>/projects/<int:project_pk>/remove/",
        batches.batch_remove,
        name="batch_remove",
    ),
    path("batches/<int:pk>/projects/<int:project_pk>/lead/", batches.batch_lead, name="batch_lead"),
    path("<int:pk>/", projects.detail, name="detail"),
    path("<int:pk>/edit/", application.edit, name="edit"),
    path("<int:pk>/avoidances/", application.avoidances, name="avoidances"),
    path("<int:pk>/avoidances/add/<slug:subject>/", avoidance.add, name="avoidance_add"),
    path(
        "<int:pk>/avoidances/<int:avoidance_pk>/remove/", avoidance.remove, name="avoidance_remove"
    ),
    path("<int:pk>/attachments/", application.attachments, name="attachments"),
    path("<int:pk>/files/delete/", bulk.files_delete, name="files_delete"),
    path("<int:pk>/progress/add/", follow_up.progress_add, name="progress_add"),
    path("<int:pk>/tasks/add/", follow_up.task_add, name="task_add"),
    path("<int:pk>/archive/", archive.archive, name="archive"),
    path("<int:pk>/submit/", application.submit, name="submit"),
    path("<int:pk>/withdraw/", application.withdraw, name="withdraw"),
    path("<int:pk>/delete/", application.delete, name="delete"),
    path("<int:pk>/approve/<int:version>/", approval.approve, name="approve"),
    path("<int:pk>/reject/", approval.reject, name="reject"),
]
