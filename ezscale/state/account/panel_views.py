"""What a panel tells of a service, in the words of its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from ezscale.provisioning.panel_skills import Filling, TrafficMonth, Usage, Website
from ezscale.state.reader import Reader

UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")
BINARY, DECIMAL = 1024, 1000
NEARLY_FULL = 90
REMEMBERED = 60  # measurements, ten minutes of them
WIDE, HIGH = 236, 40


@dataclass
class Gauge:
    """How full something is. `percent` is -1 where there is no limit to it."""

    name: str
    text: str
    percent: int = -1
    is_nearly_full: bool = False

    @classmethod
    def of(cls, filling: Filling) -> Self:
        """A filling, in bytes or in pieces."""
        say = str if filling.is_count else sized
        if not filling.limit:
            return cls(filling.name, say(filling.used))
        percent = min(100, round(100 * filling.used / filling.limit))
        return cls(filling.name, f"{say(filling.used)} of {say(filling.limit)}", percent, percent >= NEARLY_FULL)


@dataclass
class UsageView:
    """What a service uses now."""

    gauges: list[Gauge]
    up_for: str = ""

    @classmethod
    def of(cls, usage: Usage) -> Self:
        """In the order of what people look at first."""
        gauges = []
        if usage.cpu_percent is not None:
            percent = min(100, round(usage.cpu_percent))
            gauges.append(Gauge("CPU", f"{percent}%", percent, percent >= NEARLY_FULL))
        fillings = (*((usage.memory,) if usage.memory else ()), *usage.disks, *usage.counted)
        return cls([*gauges, *map(Gauge.of, fillings)], lasting(usage.up_for))


@dataclass
class CpuLine:
    """How busy the processor was while the page was open, drawn as a line in a field of WIDE by HIGH."""

    measured: list[int]
    path: str = ""
    text: str = ""

    @classmethod
    def after(cls, before: Sequence[int], percent: float | None) -> Self:
        """What was measured before, and one more; a machine that tells nothing begins anew."""
        if percent is None:
            return cls([])
        measured = [*before, min(100, round(percent))][-REMEMBERED:]
        step = WIDE / (REMEMBERED - 1)
        start = REMEMBERED - len(measured)
        path = "M" + " L".join(
            f"{(start + i) * step:.1f},{HIGH - value * HIGH / 100:.1f}" for i, value in enumerate(measured)
        )
        low, high = min(measured), max(measured)
        return cls(measured, path, f"{low}%" if low == high else f"{low}% to {high}%")


@dataclass
class TrafficRow:
    """A month's traffic. `percent` is -1 where there is no limit."""

    key: str
    month: str
    received: str
    sent: str
    total: str
    percent: int = -1

    @classmethod
    def of(cls, month: TrafficMonth, reader: Reader) -> Self:
        """A month, with what may be used where there is a limit."""
        used = month.received + month.sent
        days = f"{reader.day(month.start.date())} to {reader.day(month.end.date())}"
        total = sized(used, DECIMAL) + (f" of {sized(month.limit, DECIMAL)}" if month.limit else "")
        percent = min(100, round(100 * used / month.limit)) if month.limit else -1
        return cls(str(month.start), days, sized(month.received, DECIMAL), sized(month.sent, DECIMAL), total, percent)


@dataclass
class WebsiteRow:
    """A website of a hosting. `size` is empty where the panel does not tell."""

    domain: str
    points_to: str
    php: str
    size: str
    is_on: bool

    @classmethod
    def of(cls, site: Website) -> Self:
        """A website in words."""
        size = "" if site.size_bytes is None else sized(site.size_bytes)
        return cls(site.domain, site.points_to, php_version(site.php), size, site.is_on)


def php_version(written: str) -> str:
    """PHP 8.4 for php84; what is written otherwise stays as it is."""
    digits = written.removeprefix("php")
    return f"PHP {digits[0]}.{digits[1:]}" if written != digits and digits.isdecimal() and len(digits) > 1 else written


def sized(count: int, base: int = BINARY) -> str:
    """Bytes as a person says them: 1.5 GB. Memory and disks count by 1,024, traffic by 1,000."""
    size, unit = float(count), 0
    while size >= base and unit < len(UNITS) - 1:
        size, unit = size / base, unit + 1
    return f"{size:.0f} {UNITS[unit]}" if unit == 0 or size >= 100 else f"{size:.1f} {UNITS[unit]}"


def lasting(span: timedelta | None) -> str:
    """How long something has been going on: 3 days, 4 hours, 5 minutes."""
    if span is None:
        return ""
    for length, word in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if count := span // length:
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    return "less than a minute"
