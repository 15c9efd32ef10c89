"""Readings across the house: revenue, runs, whether everything is true that must be."""
