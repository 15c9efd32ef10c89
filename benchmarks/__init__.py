"""How fast the house works, as ratios to what the same machine could do at best."""
