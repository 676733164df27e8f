"""The custody bank of the platform and, in the same books, the customers' own banks."""
