"""The topics of statistics that have pages of their own, each for whoever may read its records."""

from expertpool.reports.queries.rating_statistics import RATINGS
from expertpool.reports.queries.records import ACTIVITY, ONLINE, SIGN_INS, TRAFFIC_BY

RECORDS = (SIGN_INS, ONLINE, ACTIVITY, TRAFFIC_BY, RATINGS)
