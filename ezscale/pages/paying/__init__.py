"""Where an invoice is paid without signing in."""
