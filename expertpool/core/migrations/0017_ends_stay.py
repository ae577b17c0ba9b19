from django.db import migrations

from expertpool.core.finality import FUNCTION, NO_FUNCTION


class Migration(migrations.Migration):
    """What has ended is not written back (docs/decisions/0198); each app says of what."""

    dependencies = [("core", "0016_cells_that_do_not_open")]

    operations = [migrations.RunSQL(FUNCTION, NO_FUNCTION)]
