"""What goes wrong on a panel, in words for customers: at which stage and why, and never what the panel itself has said."""

from ezscale.models.service import BuildStep, JobAction, Trouble

DID_NOT_WORK = "This did not work."
STAGES = {
    BuildStep.ACCOUNT: "Opening its account",
    BuildStep.RESERVE: "Setting it aside",
    BuildStep.BUILD: "Installing its system",
    BuildStep.WAIT: "Installing its system",
    BuildStep.CONFIRM: "Checking that it runs",
    BuildStep.DONE: "Checking that it runs",
}
CAUSES = {
    Trouble.AWAY: "what builds it does not answer as it should",
    Trouble.FULL: "there is no room left for it at the moment",
    Trouble.REFUSED: "what builds it has refused it",
}


def told_of_retry(action: JobAction, step: BuildStep, kind: Trouble) -> str:
    """What a customer reads while we go on trying."""
    if action is not JobAction.CREATE:
        return f"{DID_NOT_WORK} We keep trying."
    return f"{STAGES[step]} takes longer than usual: {CAUSES[kind]}. We keep trying by ourselves."


def told_of_end(action: JobAction, step: BuildStep, kind: Trouble) -> str:
    """What a customer reads once we have stopped trying."""
    if action is not JobAction.CREATE:
        return f"{DID_NOT_WORK} One of us looks at it."
    return f"{STAGES[step]} did not work: {CAUSES[kind]}."
