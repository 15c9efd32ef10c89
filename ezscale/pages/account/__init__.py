"""The account portal: a customer's own side of the house."""
