"""A company in this process, as the API's own tests have it."""

from tests.api.conftest import ada, at, bob, browser_of, grace, line, moved_into, program_of, web

__all__ = ["ada", "at", "bob", "browser_of", "grace", "line", "moved_into", "program_of", "web"]
