"""Codes for whoever has lost their second factor: ten, shown once, each good for one sign-in."""

import re
import secrets
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from ezscale.accounts.oneself import oneself
from ezscale.kit.database import claimed
from ezscale.kit.ids import fingerprint
from ezscale.kit.work import Work
from ezscale.models import RecoveryCode

HOW_MANY, LETTERS, GROUP = 10, 16, 4  # 80 random bits each: no slow hash is needed
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that looks like something else


def fresh_codes(work: Work, user_id: UUID) -> list[str]:
    """Ten new codes, to be shown now and never again; earlier ones no longer work."""
    forget_codes(work, user_id)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(HOW_MANY)]
    work.session.add_all(
        RecoveryCode(user_id=user_id, code_hash=_hash(user_id, code), created_at=work.now) for code in codes
    )
    return ["-".join(code[start : start + GROUP] for start in range(0, LETTERS, GROUP)) for code in codes]


def codes_left(work: Work) -> int:
    """How many of one's own codes still work."""
    unused = (RecoveryCode.user_id == oneself(work).id, col(RecoveryCode.used_at).is_(None))
    return work.session.exec(select(func.count()).select_from(RecoveryCode).where(*unused)).one()


def use_recovery_code(work: Work, user_id: UUID, typed: str) -> bool:
    """Whether it is one of the person's codes. It never works again, for whoever tries at the same time."""
    unused = update(RecoveryCode).where(
        col(RecoveryCode.user_id) == user_id,
        col(RecoveryCode.code_hash) == _hash(user_id, plain_code(typed)),
        col(RecoveryCode.used_at).is_(None),
    )
    return claimed(work.session.execute(unused.values(used_at=work.now)))


def forget_codes(work: Work, user_id: UUID) -> None:
    """None of them works any more."""
    work.session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))


def plain_code(typed: str) -> str:
    """A code without the dashes and spaces that help people read it."""
    return re.sub(r"[\s-]", "", typed).upper()


def _hash(user_id: UUID, code: str) -> str:
    return fingerprint(f"{user_id.hex}:{code}")
