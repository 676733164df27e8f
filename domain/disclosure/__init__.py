"""What the platform publishes: its figures, each loan's facts, and the public part of what happens. It only reads."""
