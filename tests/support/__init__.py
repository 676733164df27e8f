"""What several tests share: a world of processes, and a client that speaks to it."""
