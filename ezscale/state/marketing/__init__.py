"""What public pages show of the shop."""
