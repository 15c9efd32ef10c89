"""VIES as a stand-in."""
