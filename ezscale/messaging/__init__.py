"""Which words go to whom."""
