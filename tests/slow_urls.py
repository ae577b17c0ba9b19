"""The addresses of the product, and one at which the database takes its time."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from config.urls import urlpatterns as of_the_product
from expertpool.core.client import only_asks

MEGABYTE = 1024 * 1024
BIG = 48  # of them: more than a server holds for a reader unless it is told to


@csrf_exempt
@login_not_required
def slow(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(15)")
    return HttpResponse("done")


@csrf_exempt
@login_not_required
@only_asks
def asked(request: HttpRequest) -> HttpResponse:
    return slow(request)


@login_not_required
def big(request: HttpRequest) -> StreamingHttpResponse:
    # Part by part, as files are read: a thread is held where it may not write the next one.
    return StreamingHttpResponse(bytes(MEGABYTE) for _ in range(BIG))


@login_not_required
def limit(request: HttpRequest) -> HttpResponse:
    """Return how long a statement of this process may take."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return HttpResponse(cursor.fetchone()[0])


urlpatterns = [
    *of_the_product,
    path("slow/", slow),
    path("asked/", asked),
    path("limit/", limit),
    path("big/", big),
]
