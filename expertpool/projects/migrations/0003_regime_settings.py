from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_rules")]

    operations = [
        migrations.CreateModel(
            name="RegimeSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "regime",
                    models.CharField(
                        choices=[
                            ("tender", "招标投标"),
                            ("procurement", "政府采购"),
                            ("internal", "内部评审"),
                        ],
                        max_length=12,
                        verbose_name="适用制度",
                    ),
                ),
                (
                    "option",
                    models.CharField(
                        choices=[
                            ("manual_ways", "允许人工抽取和专家分配"),
                            ("one_leader", "评审组必须有且只有一名组长"),
                        ],
                        max_length=20,
                        verbose_name="选项",
                    ),
                ),
                ("on", models.BooleanField(default=False, verbose_name="启用")),
            ],
            options={"verbose_name": "制度选项", "verbose_name_plural": "制度选项"},
        ),
        migrations.AddConstraint(
            model_name="regimesetting",
            constraint=models.UniqueConstraint(
                fields=("regime", "option"), name="projects_option_once"
            ),
        ),
    ]
