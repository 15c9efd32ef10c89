"""A node that does not answer is not a panel that does not answer: whoever guards the line to the panel must not mistake
the one for the other, or a single dead node would shut out the servers of all the others."""

from collections.abc import Callable

import httpx

from ezscale.integrations.http import Guard, json_or_none
from ezscale.integrations.pterodactyl.reading import as_dict

NODE_AWAY = "DaemonConnectionException"


class PanelGuard:
    """Guards the line as another guard does, to whom what the panel tells of its nodes is an answer like any other."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def send(self, request: httpx.Request, line: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer that the line gives; NotAsked where the panel is left alone."""
        told: list[httpx.Response] = []

        def answer() -> httpx.Response:
            given = line()
            if given.status_code < 500 or not _is_about_a_node(given):
                return given
            told.append(given)
            return httpx.Response(httpx.codes.OK, request=request)

        passed = self._guard.send(request, answer)
        return told[0] if told else passed


def panel_guard(guard: Guard | None) -> Guard | None:
    """The same guard, for the panel itself."""
    return None if guard is None else PanelGuard(guard)


def _is_about_a_node(answer: httpx.Response) -> bool:
    errors = as_dict(json_or_none(answer)).get("errors")
    return isinstance(errors, list) and any(as_dict(error).get("code") == NODE_AWAY for error in errors)
