"""What can be looked up: places, nodes and their ports, nests and their eggs."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.pterodactyl.asking import Asked, Query, all_of, one, page_of
from ezscale.sandbox.pterodactyl.bodies import NewAllocations
from ezscale.sandbox.pterodactyl.house import Here, House, Refusal, invalid
from ezscale.sandbox.pterodactyl.stock import open_ports, viable_nodes
from ezscale.sandbox.pterodactyl.views import allocation_view, egg_view, node_view
from ezscale.sandbox.store import Document

locations = APIRouter(prefix="/locations", route_class=Alone)
nodes = APIRouter(prefix="/nodes", route_class=Alone)
allocations = APIRouter(prefix="/nodes/{node_id}/allocations", route_class=Alone)
nests = APIRouter(prefix="/nests", route_class=Alone)
eggs = APIRouter(prefix="/nests/{nest_id}/eggs", route_class=Alone)

EGG = Query(includes=("variables",))


@locations.get("")
def list_locations(
    here: Here, asked: Annotated[Asked, Depends(Query(filters=("short", "long"), sorts=("id",), is_list=True))]
) -> dict[str, Any]:
    """The places."""
    return page_of(asked, "location", here.store.all("locations"), lambda row: row)


@locations.get("/{location_id}")
def read_location(here: Here, location_id: str) -> dict[str, Any]:
    """A place."""
    return one("location", here.find("locations", location_id))


@nodes.get("")
def list_nodes(
    here: Here,
    asked: Annotated[
        Asked, Depends(Query(filters=("uuid", "name", "fqdn"), sorts=("id", "uuid", "memory", "disk"), is_list=True))
    ],
) -> dict[str, Any]:
    """The nodes."""
    return page_of(asked, "node", here.store.all("nodes"), lambda node: node_view(here, node))


@nodes.get("/deployable")
def list_deployable(
    here: Here, asked: Annotated[Asked, Depends(Query(more=("memory", "disk", "location_ids[]")))]
) -> dict[str, Any]:
    """The nodes on which so much fits."""
    sizes = {name: asked.value(name) for name in ("memory", "disk")}
    places = [value for name, value in asked.more if name == "location_ids[]"]
    wrong = [name for name, text in sizes.items() if not text.isdecimal()]
    wrong += [] if all(place.isdecimal() for place in places) else ["location_ids"]
    if wrong:
        raise Refusal(422, *(invalid(name, "integer", f"The {name} must be an integer.") for name in wrong))
    found = viable_nodes(here, int(sizes["memory"]), int(sizes["disk"]), map(int, places))
    return all_of("node", [node_view(here, node) for node in found])


@nodes.get("/{node_id}")
def read_node(here: Here, node_id: str) -> dict[str, Any]:
    """A node."""
    return one("node", node_view(here, here.find("nodes", node_id)))


@allocations.get("")
def list_ports(
    here: Here,
    node_id: str,
    asked: Annotated[Asked, Depends(Query(filters=("ip", "port", "server_id"), is_list=True))],
) -> dict[str, Any]:
    """A node's ports."""
    node = here.find("nodes", node_id)
    return page_of(asked, "allocation", here.store.where("allocations", "node_id", node["id"]), allocation_view)


@allocations.post("", status_code=204)
def add_ports(here: Here, request: Request, node_id: str, body: NewAllocations) -> Response:
    """More ports on a node."""
    node = here.find("nodes", node_id)
    open_ports(here, node["id"], body.ip, body.alias, body.ports)
    note(request, f"more ports on {node['name']}")
    return Response(status_code=204)


@nests.get("")
def list_nests(here: Here, asked: Annotated[Asked, Depends(Query(is_list=True))]) -> dict[str, Any]:
    """The nests."""
    return page_of(asked, "nest", here.store.all("nests"), lambda row: row)


@nests.get("/{nest_id}")
def read_nest(here: Here, nest_id: str) -> dict[str, Any]:
    """A nest."""
    return one("nest", here.find("nests", nest_id))


@eggs.get("")
def list_eggs(here: Here, nest_id: str, asked: Annotated[Asked, Depends(EGG)]) -> dict[str, Any]:
    """The eggs of a nest, all at once."""
    nest = here.find("nests", nest_id)
    return all_of("egg", [egg_view(egg, asked.includes) for egg in here.store.where("eggs", "nest", nest["id"])])


@eggs.get("/{egg_id}")
def read_egg(here: Here, nest_id: str, egg_id: str, asked: Annotated[Asked, Depends(EGG)]) -> dict[str, Any]:
    """An egg of a nest."""
    return one("egg", egg_view(_egg_of(here, nest_id, egg_id), asked.includes))


def _egg_of(here: House, nest_id: str, egg_id: str) -> Document:
    egg = here.find("eggs", egg_id)
    return egg if str(egg["nest"]) == nest_id else here.find("eggs", "of another nest")
