"""Backups: one file that holds the company at one moment, and bringing it back from there."""
