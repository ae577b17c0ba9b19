from __future__ import annotations

from django.urls import path

from expertpool.projects.views import application, approval, avoidance, projects, rules

app_name = "projects"
urlpatterns = [
    path("", projects.project_list, name="list"),
    path("new/", application.create, name="create"),
    path("approvals/", approval.approvals, name="approvals"),
    path("rules/", rules.rules, name="rules"),
    path("<int:pk>/", projects.detail, name="detail"),
    path("<int:pk>/edit/", application.edit, name="edit"),
    path("<int:pk>/avoidances/", application.avoidances, name="avoidances"),
    path("<int:pk>/avoidances/add/<slug:subject>/", avoidance.add, name="avoidance_add"),
    path(
        "<int:pk>/avoidances/<int:avoidance_pk>/remove/", avoidance.remove, name="avoidance_remove"
    ),
    path("<int:pk>/attachments/", application.attachments, name="attachments"),
    path("<int:pk>/submit/", application.submit, name="submit"),
    path("<int:pk>/withdraw/", application.withdraw, name="withdraw"),
    path("<int:pk>/delete/", application.delete, name="delete"),
    path("<int:pk>/approve/", approval.approve, name="approve"),
    path("<int:pk>/reject/", approval.reject, name="reject"),
]
