"""What a click means on the order page."""
