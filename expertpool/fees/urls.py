from django.urls import include, path

from expertpool.core.importing import import_urls
from expertpool.fees.services.answers import AnswerImporter
from expertpool.fees.services.workload import WorkloadImporter
from expertpool.fees.views import accounts, corrections, office, own, payments, rates, statistics

app_name = "fees"
urlpatterns = [
    path("fees/", office.fees, name="list"),
    path("fees/<int:pk>/", office.detail, name="detail"),
    path("fees/<int:pk>/letter/", office.letter, name="letter"),
    path("fees/<int:pk>/reverse/", office.take_back, name="reverse"),
    path("fees/<int:pk>/correct/", corrections.correct, name="correct"),
    path("fees/<int:pk>/received/", corrections.received, name="received"),
    path("fees/<int:pk>/pay-void/", office.pay_void, name="pay_void"),
    path("fees/projects/", office.projects, name="projects"),
    path("fees/projects/<int:pk>/", office.project, name="project"),
    path("fees/projects/<int:pk>/send/", office.send, name="project_send"),
    path("fees/rates/", rates.index, name="rates"),
    path("fees/rates/new/", rates.create, name="rate_new"),
    path("fees/rates/<int:pk>/", rates.edit, name="rate_edit"),
    path("fees/rates/<int:pk>/versions/", rates.versions, name="rate_versions"),
    path("fees/trial/", rates.trial, name="trial"),
    path("fees/accounts/", accounts.index, name="accounts"),
    path("fees/accounts/<int:pk>/", accounts.check, name="account_check"),
    path("fees/accounts/<int:pk>/reveal/", accounts.reveal, name="account_reveal"),
    path("fees/batches/", payments.batches, name="batches"),
    path("fees/batches/new/", payments.new, name="batch_new"),
    path("fees/batches/<int:pk>/", payments.batch, name="batch"),
    path("fees/batches/<int:pk>/<slug:kind>.file", payments.batch_file, name="batch_file"),
    path("fees/batches/<int:pk>/paid/", payments.paid, name="batch_paid"),
    path("fees/payments/<int:pk>/returned/", payments.returned, name="payment_returned"),
    path("fees/", include(import_urls(AnswerImporter, "answers/"))),
    path("fees/", include(import_urls(WorkloadImporter, "workload/"))),
    path("fees/statistics/", statistics.statistics, name="statistics"),
    path("my/fees/years/<int:year>/", statistics.statement, name="own_statement"),
    path("fees/tax/", payments.tax, name="tax"),
    path("my/account/", accounts.own, name="own_account"),
    path("my/fees/", own.index, name="own"),
    path("my/fees/<int:pk>/", own.fee, name="own_fee"),
    path("my/fees/<int:pk>/letter/", own.letter, name="own_letter"),
]
