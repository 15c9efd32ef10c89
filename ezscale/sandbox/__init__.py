"""Stand-ins for the vendors: small ASGI apps that speak the vendor's own HTTP and are as strict."""
