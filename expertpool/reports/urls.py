from django.urls import path

from expertpool.reports.views import exposure, home, ledger, records, statistics, wall

app_name = "reports"
urlpatterns = [
    path("exposure/", exposure.exposure, name="exposure"),
    path("exposure/new/", exposure.new_period, name="exposure_new"),
    path("exposure/<int:pk>/again/", exposure.again, name="exposure_again"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics/pdf/", statistics.statistics_pdf, name="statistics_pdf"),
    path("statistics/departments/", statistics.comparison, name="comparison"),
    path("statistics/departments/pdf/", statistics.comparison_pdf, name="comparison_pdf"),
    path("statistics/months/", statistics.months, name="months"),
    path("statistics/months/pdf/", statistics.months_pdf, name="months_pdf"),
    *records.record_urls("statistics/"),
    path("figures/", home.figures, name="home"),
    path("wall/", wall.wall, name="wall"),
    path("wall/<str:token>/", wall.wall_by_token, name="wall_by_token"),
    path("ledger/", ledger.ledger, name="ledger"),
]
