"""Why a seat is given up is one list for experts and clerks, a setting of draws by regime."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def drop(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("directory", "DictionaryItem").objects
    rows.filter(dictionary="decline_reason").delete()


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_bounds")]
    operations = [
        migrations.RunPython(drop, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="dictionaryitem",
            name="dictionary",
            field=models.CharField(
                choices=[
                    ("education", "学历"),
                    ("expert_type", "专家类型"),
                    ("project_kind", "项目类型"),
                ],
                max_length=32,
                verbose_name="字典",
            ),
        ),
    ]
