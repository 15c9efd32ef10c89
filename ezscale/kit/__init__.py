"""Tools without business words, on which every other floor stands."""
