from django.db import migrations

from expertpool.core.fields import EncryptedJSONField
from expertpool.core.resealing import seal_column


class Migration(migrations.Migration):
    """Whom a run refused is encrypted (docs/decisions/0566)."""

    dependencies = [("inspections", "0009_empty_is_sealed"), ("core", "0028_runs_are_sealed")]

    operations = seal_column(
        *("renewalrun", "inspections_renewalrun", "refused"),
        EncryptedJSONField(blank=True, default=list, verbose_name="未办理"),
        "uid",
        at_least=256,
    )
