"""What the things of each family are called, and the panels that they run on.

A game server has no operating system to choose, and a hosting no power button.
"""

from dataclasses import dataclass

from ezscale.models.plan import Family


@dataclass
class FamilyWords:
    """The words of one family. `image` is what is chosen to be installed on it, `login` whose password we keep.

    `has_hands` says that somebody can walk up to it.
    """

    thing: str = "server"
    image: str = "Operating system"
    name: str = "Host name"
    name_label: str = "What the server is called"
    name_hint: str = "A full name, such as web1.example.com. It need not exist yet."
    name_example: str = "web1.example.com"
    login: str = "root password"
    disk: str = "Disk"
    has_hands: bool = False


WORDS = {
    Family.VPS: FamilyWords(),
    Family.DEDICATED: FamilyWords(has_hands=True),
    Family.HOSTING: FamilyWords(
        thing="hosting",
        image="PHP version",
        name="Domain",
        name_label="The first website's domain",
        name_hint="Such as example.com. You can point it to us later, and add other domains.",
        name_example="example.com",
        login="password for the panel",
        disk="Web space",
    ),
    Family.GAME: FamilyWords(
        thing="game server",
        image="Game",
        name_label="What the game server is called",
        name_hint="A full name, such as play.example.com. It need not exist yet.",
        name_example="play.example.com",
        login="password for the panel and SFTP",
    ),
}
PANEL_NAMES = {
    "virtfusion": "VirtFusion",
    "pterodactyl": "Pterodactyl",
    "synergycp": "SynergyCP",
    "enhance": "Enhance",
}


def panel_name(panel: str) -> str:
    """What a panel is called by those who make it."""
    return PANEL_NAMES.get(panel, panel)
