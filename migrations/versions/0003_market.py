"""The index behind `marketplaceActivity`."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations import operations as ops

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """One partial index."""

    dependencies = [("kalends", "0002_books")]
    initial = False
    operations = [ops.RunSQL((SQL / "market.sql").read_text())]
