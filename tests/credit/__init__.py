"""Tests of the credit context's pure rules; they need no server."""
