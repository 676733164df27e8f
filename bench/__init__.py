"""Kalends measured beside its peers: the same data, the same documents, the same bytes."""
