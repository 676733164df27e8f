"""What is live: two API processes, a Valkey of their own to lose, and watchers over WebSockets."""
