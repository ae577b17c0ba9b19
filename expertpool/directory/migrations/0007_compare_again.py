"""Units are compared once more, by the job: of names that hold several, or a remark, the parts count
since docs/decisions/0164. What somebody has told apart stays so."""

from django.db import migrations

AGAIN = "UPDATE directory_unit SET compared = false WHERE compared"


class Migration(migrations.Migration):
    dependencies = [("directory", "0006_aliases_of_one")]

    operations = [migrations.RunSQL(AGAIN, migrations.RunSQL.noop, elidable=True)]
