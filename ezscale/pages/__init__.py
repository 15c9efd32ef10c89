"""What the screens look like. Each address of the product stands in routes.py."""
