"""Reinstalling in words, as the portal shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from ezscale.models import ProvisioningJob, ReinstallWish
from ezscale.models.service import BuildStep
from ezscale.provisioning.panel_skills import Image
from ezscale.state.reader import Reader

MANY = 12  # from so many on a gallery can be searched
SOON = timedelta(days=180)
OTHERS = "Others"
DONE = {BuildStep.CONFIRM: 2}


@dataclass
class Standing:
    """A server that somebody wants to have reinstalled. `refused` says why that cannot be; `image` is what is on it."""

    id: str = ""
    hostname: str = ""
    image: str = ""
    is_confirmed: bool = False
    names_itself: bool = True
    refused: str = ""


@dataclass
class ImageTile:
    """Something that can be installed. `note` says how long its maker looks after it; `warns` when that is not for long."""

    ref: str
    name: str
    note: str = ""
    warns: bool = False

    @classmethod
    def of(cls, image: Image, today: date, reader: Reader) -> Self:
        """An image, with a warning where its support ends soon, or has."""
        if image.ends is None:
            return cls(image.ref, image.name)
        word = "Its support ended on" if image.ends < today else "Supported until"
        return cls(image.ref, image.name, f"{word} {reader.day(image.ends)}", image.ends < today + SOON)


@dataclass
class ImageGroup:
    """What belongs together in a gallery."""

    name: str
    tiles: list[ImageTile]


@dataclass
class ReinstallView:
    """How far a reinstallation is. `done` counts its finished steps, and is -1 when there is none under way."""

    done: int = -1
    image: str = ""
    trouble: str = ""

    @classmethod
    def of(cls, newest: tuple[ReinstallWish, ProvisioningJob] | None) -> Self:
        """The newest one of a service, unless it is finished."""
        if newest is None:
            return cls()
        wish, job = newest
        if job.failed_at is not None:
            return cls(image=wish.image_name, trouble=job.trouble)
        return cls(DONE.get(job.step, 1), wish.image_name)


def gallery(images: Sequence[Image], words: str, today: date, reader: Reader) -> list[ImageGroup]:
    """What can be installed and has all these words in its name or its family's, by family, in the panel's order."""
    sought = words.casefold().split()
    families: dict[str, list[ImageTile]] = {}
    for image in images:
        if all(word in f"{image.family} {image.name}".casefold() for word in sought):
            families.setdefault(image.family or OTHERS, []).append(ImageTile.of(image, today, reader))
    return [ImageGroup(name, tiles) for name, tiles in families.items()]


def is_large(images: Sequence[Image]) -> bool:
    """Whether there is so much to choose from that one wants to search."""
    return len(images) >= MANY
