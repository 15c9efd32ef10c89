"""What a click means: the events of the screens, turned into use-case calls."""
