from django.db import migrations

from expertpool.core.fields import EncryptedJSONField
from expertpool.core.resealing import seal_column


class Migration(migrations.Migration):
    """Whom a run refused is encrypted (docs/decisions/0566)."""

    dependencies = [("certificates", "0005_names_are_sealed"), ("core", "0028_runs_are_sealed")]

    operations = seal_column(
        *("certificaterun", "certificates_certificaterun", "refused"),
        EncryptedJSONField(blank=True, default=list, verbose_name="未办理"),
        "uid",
        at_least=256,
    )
