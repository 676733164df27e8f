"""The kalends command: serving, working, migrating, verifying, and the servers and processes it looks after."""
