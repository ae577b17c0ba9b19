"""What a list shows of its experts beside their rows, of all of them by one prepared statement: `prefetch_related` would
work out two for each page, and make a manager and a question for each expert."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from expertpool.core.lookups import Among
from expertpool.core.prepared import Given, Prepared
from expertpool.directory.models import Specialty
from expertpool.experts.models import Expert, ExpertSpecialty


def read_beside(experts: Iterable[Expert]) -> None:
    """Read the names of the specialties of all ``experts``, and the marks of their groups."""
    rows = {expert.pk: expert for expert in experts}
    for pk, names, tags, colours in _beside.all(keys=list(rows)):
        rows[pk].specialty_names = names
        rows[pk].tag_marks = [*zip(tags, colours, strict=True)]


def _build() -> QuerySet[Expert, tuple[int, list[str], list[str], list[str]]]:
    links = ExpertSpecialty.objects.filter(expert=OuterRef("pk"))
    order = [f"specialty__{name}" for name in Specialty._meta.ordering or ()]
    tagged = Expert.tags.through.objects.filter(expert=OuterRef("pk")).order_by("tag__name")
    return (
        Expert.objects.filter(Among("pk", Given("keys")))
        .order_by()
        .values_list(
            "pk",
            ArraySubquery(links.order_by(*order).values("specialty__name")),
            ArraySubquery(tagged.values("tag__name")),
            ArraySubquery(tagged.values("tag__colour")),
        )
    )


_beside = Prepared(_build)
