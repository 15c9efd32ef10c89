"""Stripe: keeps the cards and moves the money of a live company."""
