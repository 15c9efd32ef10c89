"""What each finding of the comparison means, and what to do about it, in words for staff."""

from ezscale.models.panel import FindingKind as F

TITLES: dict[F, str] = {
    F.ORPHAN: "A server that no service has",
    F.MISSING: "A service should run, and the panel has no server of it",
    F.WRONG_OWNER: "A server belongs to somebody else on the panel",
    F.WRONG_SIZE: "A server has another size than was sold",
    F.RUNS_THOUGH_SUSPENDED: "A server runs though its service is suspended",
    F.SUSPENDED_THOUGH_PAID: "A server is suspended though nothing is owed for it",
    F.TWIN: "A second server shows the number of a service",
}
CURES: dict[F, str] = {
    F.ORPHAN: "Link it where it is a service's own. Where it was a customer's, look what is on it and delete it at the panel. "
    "One that was never anybody's can be deleted here.",
    F.MISSING: "Look at the panel, and in its backups, what became of it. It is never built anew by itself: what was on it "
    "would be gone for good. Tell the customer.",
    F.WRONG_OWNER: "Somebody may reach a server that is not theirs. Give it back to the right account at the panel, and find "
    "out who had it. Nothing is changed from here.",
    F.WRONG_SIZE: "Set it at the panel to what was sold. A disk that cannot shrink may stay: say that it is meant to be so.",
    F.RUNS_THOUGH_SUSPENDED: "Suspend it again. Should it run on purpose, say that it is meant to be so.",
    F.SUSPENDED_THOUGH_PAID: "Let it run again. Was it stopped at the panel for a reason, say that it is meant to be so.",
    F.TWIN: "Look at both at the panel. The customer uses the one that the service is linked with; delete the other one there, "
    "once you know what is on it.",
}
