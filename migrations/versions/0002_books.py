"""What tortoise's operations do not carry: the clock, outbox and register, the ledger, constraints, audit views, rights."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations import operations as ops

from domain.ledger.accounts import PLATFORM_KINDS, platform
from domain.shared.money import CURRENCY_DIGITS

SQL = Path(__file__).parent.parent / "sql"
PLATFORM_ACCOUNTS = ", ".join(
    f"('{platform(kind, currency).id}'::uuid, '{kind}', '{currency}')"
    for currency in sorted(CURRENCY_DIGITS)
    for kind in sorted(PLATFORM_KINDS)
)


def _read(name: str) -> str:
    return (SQL / f"{name}.sql").read_text().replace("@platform@", PLATFORM_ACCOUNTS)


class Migration(migrations.Migration):
    """In the order in which one needs the other."""

    dependencies = [("kalends", "0001_initial")]
    initial = False
    operations = [ops.RunSQL(_read(name)) for name in ("shared", "ledger", "constraints", "audit", "grants")]
