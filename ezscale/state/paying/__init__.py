"""What a click means for who pays without signing in."""
