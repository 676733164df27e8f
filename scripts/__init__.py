"""Programs for those who maintain the project; the platform runs without them."""
