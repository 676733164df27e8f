"""One loan, from the first mail to the last cent, by those who live it."""
