"""Units are compared once more, by the job: of names with a campus or a branch in brackets behind them those without
count as near since docs/decisions/0444. What somebody has told apart stays so."""

from django.db import migrations

AGAIN = "UPDATE directory_unit SET compared = false WHERE compared AND normalised_name LIKE '%)'"


class Migration(migrations.Migration):
    dependencies = [("directory", "0009_units_in_brackets")]

    operations = [migrations.RunSQL(AGAIN, migrations.RunSQL.noop, elidable=True)]
