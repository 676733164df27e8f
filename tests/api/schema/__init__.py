"""What the schema promises to those who read it: names, descriptions, limits, errors."""
