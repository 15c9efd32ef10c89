"""How often a plan can be billed, and in which words."""

CYCLES = (1, 3, 6, 12, 24, 36)  # months
WORDS = dict(
    zip(CYCLES, ("monthly", "quarterly", "half-yearly", "yearly", "every two years", "every three years"), strict=True)
)


def cycle_words(months: int) -> str:
    """A cycle within a sentence: "monthly", "every two years"."""
    return WORDS.get(months, f"every {months} months")
