"""Units are compared once more, by the job: names that are one but for 省 or 研究 count as near since
docs/decisions/0268. What somebody has told apart stays so."""

from django.db import migrations

AGAIN = "UPDATE directory_unit SET compared = false WHERE compared"


class Migration(migrations.Migration):
    dependencies = [("directory", "0007_compare_again")]

    operations = [migrations.RunSQL(AGAIN, migrations.RunSQL.noop, elidable=True)]
