"""The business system of EZSCALE, a hosting company. Each folder is a room; docs/ and README.md show the way."""
