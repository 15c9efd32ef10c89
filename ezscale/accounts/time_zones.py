"""The time zones that can be chosen, by the names of the tz database."""

from zoneinfo import available_timezones

ZONES = frozenset(
    name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
) | {"UTC"}
