"""Payment references and account numbers: what people type, and the check digits that catch their mistakes."""

import re
import secrets

from domain.identity.rules import clean_text
from domain.shared.errors import InvalidInput

RANDOM_DIGITS = 18
REFERENCE = re.compile(r"RF[0-9]{2}[0-9]{1,21}", re.ASCII)
"""Digits only, though the standard allows letters: then every wrong digit is noticed, and a letter cannot be right."""
IBAN_LIKE = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{10,30}", re.ASCII)
ACCOUNT_NUMBER = re.compile(r"[0-9A-Z]{6,34}", re.ASCII)
HOLDER_LENGTH = 200


def new_reference() -> str:
    """A creditor reference (ISO 11649): RF, two check digits, 18 random digits (60 bits)."""
    return with_check_digits(f"{secrets.randbelow(10**RANDOM_DIGITS):0{RANDOM_DIGITS}d}")


def with_check_digits(body: str) -> str:
    """The creditor reference with this body, of 1 to 21 digits."""
    return f"RF{98 - _modulo_97(body + 'RF00'):02d}{body}"


def find_reference(text: str | None) -> str | None:
    """The creditor reference a payer wrote, with spaces or in small letters; None if the check digits say it is none."""
    plain = re.sub(r"[^0-9A-Z]", "", (text or "").upper())
    fits = REFERENCE.fullmatch(plain) and _modulo_97(plain[4:] + plain[:4]) == 1
    return plain if fits else None


def clean_account_number(number: str) -> str:
    """An account number as it is stored: 6 to 34 capital letters and digits, no spaces.

    Raises `InvalidInput`; for one in the form of an IBAN (ISO 13616) also when its check digits are wrong.
    """
    plain = re.sub(r"[ -]", "", number).upper()
    if not ACCOUNT_NUMBER.fullmatch(plain):
        raise InvalidInput(reason="An account number has 6 to 34 letters and digits.", path=("number",))
    if IBAN_LIKE.fullmatch(plain) and _modulo_97(plain[4:] + plain[:4]) != 1:
        raise InvalidInput(
            reason="The check digits of this account number are wrong; look for a typo.", path=("number",)
        )
    return plain


def clean_holder(holder: str) -> str:
    """An account holder's name as it is stored: trimmed, one line of 1 to 200 characters. Raises `InvalidInput`."""
    return clean_text(holder, HOLDER_LENGTH, "holder")


def _modulo_97(text: str) -> int:
    """The remainder of ISO 7064 MOD 97-10, letters counted as 10 to 35."""
    return int("".join(str(int(character, 36)) for character in text)) % 97
