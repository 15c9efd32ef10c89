"""What is owed and what is paid: invoices, payments, renewals, dunning, the ledger."""
