"""The demo company: its people and two years of their dealings with us, lived through with the real engine."""
