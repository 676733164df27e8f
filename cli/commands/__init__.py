"""One module per command: its options, and a thin function that imports what it needs when it is called."""
