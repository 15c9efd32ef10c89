"""A stand-in for Cloudflare Access: it serves a team's keys, turns them over, and signs what a browser would bring."""

from ezscale.sandbox.cloudflare.app import AccessStandIn

__all__ = ["AccessStandIn"]
