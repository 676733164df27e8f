"""What serving loans in sets asks for: balances kept in order, what is set aside, no foreign keys of allocations."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations import operations as ops

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """After the books."""

    dependencies = [("kalends", "0002_books")]
    initial = False
    operations = [ops.RunSQL((SQL / "servicing.sql").read_text())]
