"""Pterodactyl: game servers, through its application API and its client API."""
