"""Account numbers in the form of an IBAN (ISO 13616), of a country that does not exist."""

COUNTRY = "XS"


def check_digits(bban: str) -> str:
    """The two digits that make the number's remainder modulo 97 equal 1 (ISO 7064)."""
    digits = "".join(str(int(letter, 36)) for letter in f"{bban}{COUNTRY}00")
    return f"{98 - int(digits) % 97:02d}"


def account_number(book: int, seq: int) -> str:
    """The number of the seq-th account of a book (0 to 9999)."""
    bban = f"KLDS{book:04d}{seq:010d}"
    return COUNTRY + check_digits(bban) + bban
