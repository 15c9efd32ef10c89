"""The pages around signing in."""
