"""Enhance: web hosting, through the API of its control panel."""
