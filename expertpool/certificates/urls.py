from django.urls import path

from expertpool.certificates.views import certificates, designs, own, public, runs

app_name = "certificates"
urlpatterns = [
    path("certificates/", certificates.index, name="list"),
    path("certificates/missing/", certificates.missing, name="missing"),
    path("certificates/missing/issue/", certificates.issue_picked, name="issue_picked"),
    path("certificates/reissue/", certificates.reissue_picked, name="reissue_picked"),
    path("certificates/print/", certificates.print_picked, name="print_picked"),
    path("certificates/revoke/", certificates.revoke_picked, name="revoke_picked"),
    path("certificates/experts/<int:pk>/issue/", certificates.issue, name="issue"),
    path("certificates/<int:pk>/reissue/", certificates.reissue, name="reissue"),
    path("certificates/<int:pk>/revoke/", certificates.revoke, name="revoke"),
    path("certificates/<int:pk>/certificate.pdf", certificates.file, name="file"),
    path("certificates/runs/<int:pk>/", runs.run, name="run"),
    path("certificates/runs/<int:pk>/file/", runs.file, name="run_file"),
    path("certificates/designs/", designs.index, name="designs"),
    path("certificates/designs/new/", designs.edit, name="design_new"),
    path("certificates/designs/<int:pk>/", designs.edit, name="design"),
    path("certificates/designs/<int:pk>/use/", designs.use, {"active": True}, name="design_use"),
    path("certificates/designs/<int:pk>/stop/", designs.use, {"active": False}, name="design_stop"),
    path("certificates/designs/background/", designs.background, name="background"),
    path("certificates/designs/preview/", designs.preview, {"as_pdf": False}, name="preview"),
    path("certificates/designs/preview.pdf", designs.preview, {"as_pdf": True}, name="preview_pdf"),
    path("my/certificates/", own.certificates, name="own"),
    path("my/certificates/<int:pk>/certificate.pdf", own.file, name="own_file"),
    path("c/<str:code>/", public.check, name="check"),
]
