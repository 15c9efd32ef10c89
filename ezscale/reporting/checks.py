"""What a check of the doctor is: its docstring is a promise, and it names whatever breaks it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from ezscale.kit.work import Work

Check = Callable[[Work], Iterator[str]]
MOST_NAMES: Final = 20
LONGEST_MIDDLE_STATE = timedelta(days=1)
