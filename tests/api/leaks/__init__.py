"""What must not get out: secrets into logs, our faults to clients."""
