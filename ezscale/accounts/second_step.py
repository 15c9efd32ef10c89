"""The second step of signing in: a code of an app, or one of the recovery codes. A passkey does it too (`passkeys`)."""

import re

from ezscale.accounts.authenticators import use_app_code
from ezscale.accounts.history import note_failure
from ezscale.accounts.lockouts import count_try, forgive
from ezscale.accounts.recovery import plain_code, use_recovery_code
from ezscale.accounts.signing_in import SignedIn, begin_session
from ezscale.accounts.steps import miss, person_half_way, use_step
from ezscale.kit.encryption import Vault
from ezscale.kit.errors import Invalid
from ezscale.kit.work import OpenWork, Work
from ezscale.models import User

SECOND_STEP = "second-step"  # what lockouts count
APP_CODE, RECOVERY_CODE = "code of an app", "recovery code"


def finish_with_code(
    open_work: OpenWork, vault: Vault, step: str, typed: str, *, address: str = "", device: str = ""
) -> SignedIn:
    """A session for whoever is half-way in and has the code. Invalid for a wrong one, StepOver when it took too long."""
    code = plain_code(typed)
    how = APP_CODE if re.fullmatch("[0-9]{6}", code) else RECOVERY_CODE
    with open_work() as work:
        user = person_half_way(work, step)
        count_try(work, SECOND_STEP, user.email, address)
    try:
        with open_work() as work:
            if not _is_right(work, vault, user, how, code):
                raise Invalid("This code is not right, or it was used already.", field="code")
            use_step(work, step)
            forgive(work, SECOND_STEP, user.email, address)
            return begin_session(work, user, address=address, device=device, how=f"password, {how}")
    except Invalid:
        with open_work() as work:
            miss(work, step)
            note_failure(work, user, how, address=address, device=device)
        raise


def _is_right(work: Work, vault: Vault, user: User, how: str, code: str) -> bool:
    if how == APP_CODE:
        return use_app_code(work, vault, user.id, code)
    return use_recovery_code(work, user.id, code)
