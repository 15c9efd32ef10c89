"""What can be looked up: blocks of addresses, parts, places, speeds, systems."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends

from ezscale.sandbox.alone import Alone
from ezscale.sandbox.synergycp.asking import EntityFilter, Paged
from ezscale.sandbox.synergycp.house import Here, Refusal
from ezscale.sandbox.synergycp.stock import EDITIONS, PROFILES
from ezscale.sandbox.synergycp.views import entity_view

router = APIRouter(route_class=Alone)


@router.get("/entity")
def list_entities(here: Here, paged: Paged, wanted: Annotated[EntityFilter, Depends()]) -> dict[str, Any]:
    """Blocks of addresses."""
    entities = [entity for entity in here.store.all("entities") if wanted.takes(here.store, entity)]
    return paged.page_of(here, [entity_view(entity) for entity in entities])


@router.get("/part")
def list_parts(here: Here, paged: Paged, part_type: Literal["cpu", "mem", "disk", "add-on"]) -> dict[str, Any]:
    """Parts of a kind."""
    rows = here.store.where("parts", "part_type", part_type)
    return paged.page_of(here, rows)


@router.get("/group")
def list_groups(here: Here, paged: Paged, inventory: bool = False) -> dict[str, Any]:
    """The places; with `inventory` those where machines stand."""
    rows = here.store.all("groups")
    if inventory:
        rows = [place for place in rows if here.store.where("servers", "groupId", place["id"])]
    return paged.page_of(here, rows)


@router.get("/port-speed")
def list_speeds(here: Here, paged: Paged) -> dict[str, Any]:
    """How fast a port can be."""
    return paged.page_of(here, here.store.all("port_speeds"))


@router.get("/pxe/profile")
def list_profiles(here: Here, paged: Paged) -> dict[str, Any]:
    """What can be installed."""
    return paged.page_of(here, here.store.all("profiles"))


@router.get("/pxe/iso/{iso_id}/edition")
def list_editions(here: Here, paged: Paged, iso_id: int, is_enabled: bool | None = None) -> dict[str, Any]:
    """The editions of a system like Windows."""
    if iso_id not in [iso for *_, iso in PROFILES if iso]:
        raise Refusal(404, "The ISO was not found.")
    rows = [edition for edition in EDITIONS if is_enabled in (None, edition["is_enabled"])]
    return paged.page_of(here, rows)


@router.get("/integration")
def list_integrations(here: Here, paged: Paged) -> dict[str, Any]:
    """Who may use this API."""
    return paged.page_of(here, here.store.all("integrations"))
