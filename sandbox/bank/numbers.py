"""Account numbers in the form of an IBAN (ISO 13616), of a country that does not exist."""

COUNTRY = "XS"


def check_digits(bban: str) -> str:
    """The two digits that make the number's remainder modulo 97 equal 1 (ISO 7064)."""
    return f"{98 - _remainder(bban + COUNTRY + '00'):02d}"


def account_number(book: int, seq: int) -> str:
    """The number of the seq-th account of a book (0 to 9999)."""
    bban = f"KLDS{book:04d}{seq:010d}"
    return COUNTRY + check_digits(bban) + bban


def is_valid(number: str) -> bool:
    """Whether the check digits are right."""
    plain = number.isascii() and number.isalnum() and len(number) > 4
    return plain and _remainder(number[4:] + number[:4]) == 1


def _remainder(letters: str) -> int:
    return int("".join(str(int(letter, 36)) for letter in letters)) % 97
