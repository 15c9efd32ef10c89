"""What a panel is told of a plan."""

from ezscale.models import Location, Plan
from ezscale.provisioning.ports import ServiceSpec, Sizes


def sizes_of(plan: Plan) -> Sizes:
    """How big a plan is."""
    return Sizes(plan.cpu_cores, plan.memory_mb, plan.disk_gb, plan.traffic_gb)


def sample_spec(plan: Plan, location: Location, image: str) -> ServiceSpec:
    """What could be ordered of a plan in a place, for asking about it; nobody's, so it can never be built."""
    return ServiceSpec(
        key="",
        package=plan.package,
        location=location.panel_ref,
        image=image,
        hostname="example.com",
        sizes=sizes_of(plan),
        settings=plan.settings_of_panel,
    )
