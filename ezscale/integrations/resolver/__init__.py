"""The DNS, as everybody in the world sees it."""
