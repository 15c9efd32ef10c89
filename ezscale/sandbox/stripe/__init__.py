"""A stand-in for Stripe: its HTTP, its hosted payment page, its webhooks, and no money."""
