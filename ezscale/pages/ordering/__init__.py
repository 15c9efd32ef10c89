"""Where servers are ordered."""
