"""Cloudflare Access, which stands in front of the admin panel."""
