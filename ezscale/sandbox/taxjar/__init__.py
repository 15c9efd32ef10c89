"""TaxJar as a stand-in."""
