"""People, sign-in, roles, API tokens, customers."""
