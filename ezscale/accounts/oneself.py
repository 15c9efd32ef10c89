"""Whoever sees or changes how a person proves who they are must be that person, in their own session."""

from ezscale.kit.errors import NotAllowed, NotSignedIn
from ezscale.kit.work import Work
from ezscale.models import User


def oneself(work: Work) -> User:
    """The person who is signed in. A colleague who acts as them is not, nor is a program."""
    if work.actor.user_id is None:
        raise NotSignedIn
    if work.actor.behind_id is not None:
        raise NotAllowed("Only the person themselves can see and change how they sign in.")
    return work.session.get_one(User, work.actor.user_id)


def oneself_confirmed(work: Work) -> User:
    """The same, for dangerous steps. NotConfirmed unless they have proven a short while ago that it is still them."""
    user = oneself(work)
    work.actor.require_confirmed()
    return user
