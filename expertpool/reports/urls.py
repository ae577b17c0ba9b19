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
    path("statistics/sign-ins/", records.sign_ins, name="sign_ins"),
    path("statistics/sign-ins/pdf/", records.sign_ins_pdf, name="sign_ins_pdf"),
    path("statistics/activity/", records.activity, name="activity"),
    path("statistics/activity/pdf/", records.activity_pdf, name="activity_pdf"),
    path("statistics/traffic/", records.traffic, name="traffic"),
    path("statistics/traffic/pdf/", records.traffic_pdf, name="traffic_pdf"),
    path("figures/", home.figures, name="home"),
    path("wall/", wall.wall, name="wall"),
    path("ledger/", ledger.ledger, name="ledger"),
]
