"""Tests about the tree itself: where packages come from, sizes, words, packaging."""
