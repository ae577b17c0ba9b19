import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The application deletes no rule of this kind, so none goes with a role."""

    dependencies = [
        ("accounts", "0027_places_have_proofs"),
        ("draws", "0077_people_keep_their_ids"),
    ]

    operations = [
        migrations.AlterField(
            model_name="revealrule",
            name="role",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.role",
                verbose_name="角色",
            ),
        ),
    ]
