"""What the documentation says, against what runs: commands, outputs, numbers, books."""
