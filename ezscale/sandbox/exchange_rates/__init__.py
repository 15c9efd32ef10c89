"""The European Central Bank as a stand-in."""
