"""PayPal: customers' wallets, asked on a page or kept for renewals."""
