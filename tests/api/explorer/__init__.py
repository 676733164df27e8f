"""The explorer in a real Chromium, against a sandbox's API and a production's."""
