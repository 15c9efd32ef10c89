"""PowerDNS as a stand-in: its HTTP API, and the names that its zones and other people's servers answer with."""
