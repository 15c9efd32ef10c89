"""PowerDNS, whose authoritative server holds the zones of our addresses."""
