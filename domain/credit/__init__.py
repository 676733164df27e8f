"""Credit: what an application is worth as a risk, and what is decided about it."""
