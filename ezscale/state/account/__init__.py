"""What a click means in the account portal."""
