from django.urls import path

from expertpool.reports.views import exposure, ledger

app_name = "reports"
urlpatterns = [
    path("exposure/", exposure.exposure, name="exposure"),
    path("exposure/new/", exposure.new_period, name="exposure_new"),
    path("exposure/<int:pk>/again/", exposure.again, name="exposure_again"),
    path("ledger/", ledger.ledger, name="ledger"),
]
