"""The pages around signing in. Their forms go to routes of the API, which alone can set a cookie."""
