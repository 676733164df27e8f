"""What breaks at three in the morning: workers, Valkey, PostgreSQL, webhooks, clients who go away."""
