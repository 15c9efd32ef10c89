"""What this panel can install: nests of eggs, with the variables that each game wants to know."""

from typing import Any

from ezscale.sandbox.store import Document

Variable = tuple[str, str, str, str, bool]

YOLKS = "ghcr.io/pterodactyl/yolks"
JAVA = {"Java 21": f"{YOLKS}:java_21", "Java 17": f"{YOLKS}:java_17"}
JAVA_STARTUP = "java -Xms128M -Xmx{{SERVER_MEMORY}}M -jar {{SERVER_JARFILE}}"
STEAM = {"Source": "ghcr.io/pterodactyl/games:source"}
STEAM_STARTUP = "./srcds_run -console -port {{SERVER_PORT}} +map {{SRCDS_MAP}} -maxplayers {{MAX_PLAYERS}}"

NESTS = {1: "Minecraft", 2: "Source Engine", 3: "Voice Servers"}

# Name in the environment, name for people, default, rules, whether its owner may change it.
JARFILE: Variable = ("SERVER_JARFILE", "Server Jar File", "server.jar", r"required|regex:/^([\w.-]+)(\.jar)$/", True)
PLAYERS: Variable = ("MAX_PLAYERS", "Most Players", "20", "required|integer|between:1,200", False)
MINECRAFT: Variable = ("MINECRAFT_VERSION", "Minecraft Version", "latest", "nullable|string|max:20", True)
MAP: Variable = ("SRCDS_MAP", "Map", "gm_flatgrass", "required|string|alpha_dash", True)
TOKEN: Variable = ("STEAM_ACC", "Steam Account Token", "", "nullable|string|alpha_num|size:32", True)

EGGS: dict[int, tuple[int, str, dict[str, str], str, tuple[Variable, ...]]] = {
    1: (
        1,
        "Vanilla Minecraft",
        JAVA,
        JAVA_STARTUP,
        (JARFILE, ("VANILLA_VERSION", "Server Version", "latest", "required|string|between:3,15", True)),
    ),
    3: (
        1,
        "Paper",
        JAVA,
        JAVA_STARTUP,
        (MINECRAFT, JARFILE, PLAYERS, ("BUILD_NUMBER", "Build Number", "latest", "required|string|max:20", True)),
    ),
    4: (
        1,
        "Forge Minecraft",
        JAVA,
        JAVA_STARTUP,
        (JARFILE, PLAYERS, ("BUILD_TYPE", "Build Type", "recommended", "required|string|in:recommended,latest", True)),
    ),
    7: (2, "Garrys Mod", STEAM, STEAM_STARTUP, (MAP, TOKEN, PLAYERS)),
    8: (2, "Counter-Strike", STEAM, STEAM_STARTUP, (MAP, PLAYERS, (*TOKEN[:3], "required|string|size:32", True))),
    11: (
        3,
        "Mumble Server",
        {"Mumble": f"{YOLKS}:voice"},
        "./murmur.x86 -fg",
        (("MAX_USERS", "Maximum Users", "100", "required|numeric|max:10000", False),),
    ),
}


def nests(stamp: str) -> list[Document]:
    """The nests as they are kept."""
    return [
        {
            "id": id,
            "uuid": _uuid("1", id),
            "author": "support@example.test",
            "name": name,
            "description": f"{name} and what is like it.",
            "created_at": stamp,
            "updated_at": stamp,
        }
        for id, name in NESTS.items()
    ]


def eggs(stamp: str) -> list[Document]:
    """The eggs as they are kept, with their variables."""
    return [
        {
            "id": id,
            "uuid": _uuid("2", id),
            "name": name,
            "nest": nest,
            "author": "support@example.test",
            "description": f"{name}, ready to play.",
            "docker_image": next(iter(images.values())),
            "docker_images": images,
            "startup": startup,
            "script": {"privileged": True, "entry": "bash", "container": "debian:bookworm-slim", "extends": None},
            "created_at": stamp,
            "updated_at": stamp,
            "variables": [_variable(id, place, row, stamp) for place, row in enumerate(variables)],
        }
        for id, (nest, name, images, startup, variables) in EGGS.items()
    ]


def _variable(egg_id: int, place: int, row: Variable, stamp: str) -> dict[str, Any]:
    env, name, default, rules, is_editable = row
    return {
        "id": egg_id * 10 + place,
        "egg_id": egg_id,
        "name": name,
        "description": "",
        "env_variable": env,
        "default_value": default,
        "user_viewable": True,
        "user_editable": is_editable,
        "rules": rules,
        "created_at": stamp,
        "updated_at": stamp,
    }


def _uuid(first: str, id: int) -> str:
    return f"{first}0000000-0000-4000-8000-{id:012x}"
