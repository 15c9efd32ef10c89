"""Who runs which test: whoever is free, but tests that share something costly all go to one worker."""

from xdist.scheduler import LoadScopeScheduling

# A company that is served with its front end; and a demo that is founded.
TOGETHER = ("tests/browser/", "tests/cli/test_demo.py")


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist publishes no types
    """Hands out one test after the other, and the largest of those that belong together first."""

    def _split_scope(self, nodeid: str) -> str:
        return next((shared for shared in TOGETHER if nodeid.startswith(shared)), nodeid)
