"""The platform itself: its profile, its clock, what it publishes."""
