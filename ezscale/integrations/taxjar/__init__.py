"""TaxJar, which knows the sales taxes of the United States."""
