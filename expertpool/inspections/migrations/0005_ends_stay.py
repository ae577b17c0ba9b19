from django.db import migrations

from expertpool.core.finality import stays


class Migration(migrations.Migration):
    """Nobody is suspended anew by a row of before, and no request is decided twice (docs/decisions/0198)."""

    dependencies = [("inspections", "0004_bound_renewals"), ("core", "0017_ends_stay")]

    operations = [
        stays("inspections_inspection", "lifted_at"),
        stays("inspections_renewal", "ended_at"),
    ]
