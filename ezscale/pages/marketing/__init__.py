"""The pages that sell. They are static: their HTML holds all of their text."""
