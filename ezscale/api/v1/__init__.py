"""Version 1 of the API. Fields are only ever added to it."""
