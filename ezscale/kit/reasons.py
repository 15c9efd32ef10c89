"""Why somebody decides something, as people type it."""

from ezscale.kit.errors import Invalid


def said_why(typed: str, field: str, longest: int, ask: str = "Please say in a few words why.") -> str:
    """Their words, without spaces around them. Invalid, on the field, when there are none, or more than `longest` characters."""
    words = typed.strip()
    if not words or len(words) > longest:
        raise Invalid(f"Please use up to {longest} characters." if words else ask, field=field)
    return words
