"""Where vendors tell us that something happened."""
