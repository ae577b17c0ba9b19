from django.db import migrations

from expertpool.core.resealing import seal_empty


class Migration(migrations.Migration):
    """That no reason was given is said by a key (docs/decisions/0500)."""

    dependencies = [("inspections", "0008_rows_have_proofs")]

    operations = [
        seal_empty("inspections_renewal", "reason", "uid", at_least=512),
    ]
