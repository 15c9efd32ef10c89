"""PayPal's REST API as far as a shop needs it: orders, kept wallets, refunds, notices, and reports for comparing."""
