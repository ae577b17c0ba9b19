from django.urls import path

from expertpool.papers import views

app_name = "papers"
urlpatterns = [
    path("", views.template_list, name="list"),
    path("new/", views.upload, name="upload"),
    path("starters/<str:code>/", views.starter, name="starter"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/file/", views.original, name="file"),
    path("<int:pk>/enable/", views.enable, name="enable"),
    path("<int:pk>/disable/", views.disable, name="disable"),
    path("<int:pk>/delete/", views.delete, name="delete"),
]
