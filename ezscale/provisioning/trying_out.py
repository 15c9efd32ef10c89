"""Asking a panel whether a plan could be built there as it is set up, without building anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_CATALOG, SEE_EVERYTHING
from ezscale.kit.errors import BusinessError, NotFound, Rejected, TemporaryFailure
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Location, Plan, SystemImage
from ezscale.provisioning.jobs import Panels
from ezscale.provisioning.panel_skills import Finding, TriesOut
from ezscale.provisioning.specs import sample_spec

LOCATION, IMAGE = "location", "image"  # a finding of these names is of one place, or of one system
NOBODY_TO_ASK = "No panel is connected that could be asked about this plan."
NO_ANSWER = "The panel does not answer just now, so nothing is known of this plan. Please try again in a minute."


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of asking. `asked` is how many combinations of a place and a system; `troubles` are what stands against.

    Each trouble is told once, with the places and systems in which it was found; of all of them when that is empty.
    """

    asked: int
    troubles: tuple["Trouble", ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that keeps a plan from being built: of which of its fields, in plain words, and where."""

    field: str
    words: str
    found_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One combination in which a plan is sold."""

    location: Location
    image: SystemImage


def try_plan(open_work: OpenWork, panels: Panels, plan_id: UUID) -> Trial:
    """Whether a plan could be built in each of its places, and with each of its systems. Changes nothing anywhere.

    BusinessError when the panel cannot be asked, or does not answer.
    """
    with open_work() as work:
        plan, samples = _to_try(work, plan_id)
    panel = panels.get(plan.panel)
    if not isinstance(panel, TriesOut):
        raise BusinessError(NOBODY_TO_ASK)
    found: dict[Finding, list[Sample]] = {}
    for sample in samples:
        try:
            findings = panel.dry_run(sample_spec(plan, sample.location, sample.image.panel_ref))
        except TemporaryFailure as failure:
            raise BusinessError(NO_ANSWER) from failure
        except Rejected as refusal:
            findings = [Finding("", f"The panel does not let us ask: {refusal.message}")]
        for finding in findings:
            found.setdefault(finding, []).append(sample)
    return Trial(len(samples), tuple(_trouble(finding, where, samples) for finding, where in found.items()))


def _to_try(work: Work, plan_id: UUID) -> tuple[Plan, list[Sample]]:
    work.actor.require(SEE_EVERYTHING)
    work.actor.require(MANAGE_CATALOG)
    plan = work.session.get(Plan, plan_id)
    if plan is None:
        raise NotFound("We could not find this plan.")
    places = work.session.exec(
        select(Location).where(Location.panel == plan.panel).order_by(col(Location.position))
    ).all()
    images = work.session.exec(
        select(SystemImage).where(SystemImage.panel == plan.panel).order_by(col(SystemImage.position))
    ).all()
    if not places or not images:
        raise BusinessError("This plan has no location, or no system to install: nobody can order it.")
    return plan, list(_samples(list(places), list(images)))


def _samples(places: list[Location], images: list[SystemImage]) -> Iterator[Sample]:
    """Every place with the first system, and every other system in the first place: panels know no other ties."""
    yield from (Sample(place, images[0]) for place in places)
    yield from (Sample(places[0], image) for image in images[1:])


def _trouble(finding: Finding, where: list[Sample], samples: list[Sample]) -> Trouble:
    """A finding with what it depends on; with nothing when it was found everywhere."""
    if len(where) == len(samples):
        return Trouble(finding.field, finding.words)
    if finding.field == IMAGE:
        return Trouble(finding.field, finding.words, tuple(dict.fromkeys(sample.image.name for sample in where)))
    return Trouble(finding.field, finding.words, tuple(dict.fromkeys(sample.location.name for sample in where)))
