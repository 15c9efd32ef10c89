"""What happens by itself: thin tasks, when they run, and what follows from what."""
