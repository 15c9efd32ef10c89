"""Options and add-ons come, change and go. What somebody has of them stays what it was."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.catalog.changing import SLUG, change_catalog, clean_name, clean_slug, locked, whole
from ezscale.catalog.plan_keeping import LONGEST_SUMMARY, MOST_POSITION, is_sold
from ezscale.kit.errors import BusinessError, Invalid
from ezscale.kit.work import Work
from ezscale.models import AddOn, AddOnOffer, Option, OptionOffer, OptionValue, SubscriptionItem
from ezscale.models.option import OptionKind, PanelField

MOST, MOST_OF_ONE = 10**6, 1000
TAKEN = "There is one with this name already."
STEP = "step"  # the slug of a slider's only value


@dataclass(frozen=True, slots=True)
class OptionSheet:
    """An option as it was typed. The last three are for a slider alone."""

    name: str
    unit: str = ""
    panel_field: str = ""
    position: str = ""
    smallest: str = ""
    largest: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class ValueSheet:
    """A value of a choice as it was typed. `adds` is how much of the panel's field it brings."""

    name: str
    adds: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class AddOnSheet:
    """An add-on as it was typed."""

    name: str
    summary: str = ""
    most: str = "1"
    panel_field: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class OptionFile:
    """An option with its values, archived ones last."""

    option: Option
    values: list[OptionValue]


def add_option(work: Work, slug: str, kind: str, sheet: OptionSheet) -> Option:
    """A new option, not offered with any plan yet. A slider has its value at once; a choice is given some."""
    change_catalog(work)
    if kind not in list(OptionKind):
        raise Invalid("Please choose one from the list.", field="kind")
    option = Option(slug=clean_slug(work, Option, slug), name="", kind=OptionKind(kind))
    _fill_option(option, sheet)
    work.session.add(option)
    _flush(work)
    if option.kind is OptionKind.SLIDER:
        work.session.add(OptionValue(option_id=option.id, slug=STEP, name=option.name, adds=option.step))
    return option


def change_option(work: Work, option_id: UUID, sheet: OptionSheet) -> Option:
    """How an option is offered from now on. The step of a slider that was sold stays: its price is for one step."""
    change_catalog(work)
    option = locked(work, Option, option_id)
    if option.kind is OptionKind.SLIDER and whole(sheet.step, "step", MOST, least=1) != option.step:
        [value] = _values(work, option.id)
        if is_sold(work, col(SubscriptionItem.option_value_id), value.id):
            raise Invalid("It was sold by this step already. Make another option instead.", field="step")
        value.adds = int(sheet.step or 1)
        work.session.add(value)
    _fill_option(option, sheet)
    work.session.add(option)
    return option


def add_value(work: Work, option_id: UUID, slug: str, sheet: ValueSheet) -> OptionValue:
    """One more to choose from."""
    change_catalog(work)
    option = locked(work, Option, option_id)
    if option.kind is not OptionKind.CHOICE:
        raise BusinessError("A slider has no values to choose from.")
    named = slug.strip().lower()
    if len(named) > 60 or not SLUG.fullmatch(named):
        raise Invalid("Small letters, digits and hyphens, please: with-panel.", field="slug")
    if named in {value.slug for value in _values(work, option_id)}:
        raise Invalid(TAKEN, field="slug")
    value = OptionValue(option_id=option_id, slug=named, name="")
    _fill_value(value, sheet)
    work.session.add(value)
    _flush(work)
    return value


def change_value(work: Work, value_id: UUID, sheet: ValueSheet) -> OptionValue:
    """What a value is called, and what it brings. What was sold brings what it did."""
    change_catalog(work)
    value = locked(work, OptionValue, value_id)
    is_another = whole(sheet.adds, "adds", MOST) != value.adds
    if is_another and is_sold(work, col(SubscriptionItem.option_value_id), value.id):
        raise Invalid("It was sold with this much already. Make another value instead.", field="adds")
    _fill_value(value, sheet)
    work.session.add(value)
    return value


def archive_value(work: Work, value_id: UUID) -> None:
    """No longer to be chosen. Not while a plan comes with it, or asks for it."""
    change_catalog(work)
    value = locked(work, OptionValue, value_id)
    if _is_leant_on(work, value_id):
        raise BusinessError("A plan comes with this value, or offers something that needs it. Change that first.")
    value.archive(work.now)
    work.session.add(value)


def restore_value(work: Work, value_id: UUID) -> None:
    """To be chosen again."""
    change_catalog(work)
    value = locked(work, OptionValue, value_id)
    value.restore()
    work.session.add(value)


def archive_option(work: Work, option_id: UUID) -> None:
    """No longer offered with any plan. Not while something else that is offered needs it."""
    change_catalog(work)
    option = locked(work, Option, option_id)
    for value in _values(work, option_id):
        if _is_needed(work, value.id):
            raise BusinessError("A plan offers something that needs this option. Change that first.")
    option.archive(work.now)
    work.session.add(option)


def restore_option(work: Work, option_id: UUID) -> None:
    """Offered again where it was."""
    change_catalog(work)
    option = locked(work, Option, option_id)
    option.restore()
    work.session.add(option)


def add_add_on(work: Work, slug: str, sheet: AddOnSheet, *, recurring: bool) -> AddOn:
    """A new add-on, not offered with any plan yet. Whether it is paid again and again is for good."""
    change_catalog(work)
    add_on = AddOn(slug=clean_slug(work, AddOn, slug), name="", recurring=recurring)
    _fill_add_on(add_on, sheet)
    work.session.add(add_on)
    _flush(work)
    return add_on


def change_add_on(work: Work, add_on_id: UUID, sheet: AddOnSheet) -> AddOn:
    """How an add-on is offered from now on."""
    change_catalog(work)
    add_on = locked(work, AddOn, add_on_id)
    _fill_add_on(add_on, sheet)
    work.session.add(add_on)
    return add_on


def archive_add_on(work: Work, add_on_id: UUID) -> None:
    """No longer offered with any plan. Those who have it keep it."""
    change_catalog(work)
    add_on = locked(work, AddOn, add_on_id)
    add_on.archive(work.now)
    work.session.add(add_on)


def restore_add_on(work: Work, add_on_id: UUID) -> None:
    """Offered again where it was."""
    change_catalog(work)
    add_on = locked(work, AddOn, add_on_id)
    add_on.restore()
    work.session.add(add_on)


def every_option(work: Work) -> list[OptionFile]:
    """All options with their values, archived ones last. For staff."""
    work.actor.require(SEE_EVERYTHING)
    in_order = select(Option).order_by(col(Option.archived_at).is_not(None), col(Option.position), col(Option.slug))
    values: dict[UUID, list[OptionValue]] = {}
    for value in work.session.exec(select(OptionValue).order_by(*_VALUE_ORDER)):
        values.setdefault(value.option_id, []).append(value)
    return [OptionFile(option, values.get(option.id, [])) for option in work.session.exec(in_order)]


def every_add_on(work: Work) -> list[AddOn]:
    """All add-ons, archived ones last. For staff."""
    work.actor.require(SEE_EVERYTHING)
    in_order = select(AddOn).order_by(col(AddOn.archived_at).is_not(None), col(AddOn.position), col(AddOn.slug))
    return list(work.session.exec(in_order))


_VALUE_ORDER = (col(OptionValue.archived_at).is_not(None), col(OptionValue.position), col(OptionValue.slug))


def _values(work: Work, option_id: UUID) -> list[OptionValue]:
    return list(
        work.session.exec(select(OptionValue).where(OptionValue.option_id == option_id).order_by(*_VALUE_ORDER))
    )


def _is_needed(work: Work, value_id: UUID) -> bool:
    tables = (OptionOffer, AddOnOffer)
    needed = (select(table.id).where(table.needs_value_id == value_id).limit(1) for table in tables)
    return any(work.session.exec(each).first() is not None for each in needed)


def _is_leant_on(work: Work, value_id: UUID) -> bool:
    standard = select(OptionOffer.id).where(OptionOffer.standard_value_id == value_id).limit(1)
    return work.session.exec(standard).first() is not None or _is_needed(work, value_id)


def _fill_option(option: Option, sheet: OptionSheet) -> None:
    option.name = clean_name(sheet.name)
    option.unit, option.panel_field = _short(sheet.unit, 20, "unit"), _panel_field(sheet.panel_field)
    option.position = whole(sheet.position, "position", MOST_POSITION)
    if option.kind is not OptionKind.SLIDER:
        return
    option.step = whole(sheet.step, "step", MOST, least=1)
    option.smallest = whole(sheet.smallest, "smallest", MOST)
    option.largest = whole(sheet.largest, "largest", MOST, least=1)
    if option.smallest % option.step:
        raise Invalid("It must be so many whole steps: its price is for a step.", field="smallest")
    if option.largest <= option.smallest or option.largest % option.step:
        raise Invalid("It must be more than the smallest, in whole steps.", field="largest")


def _fill_value(value: OptionValue, sheet: ValueSheet) -> None:
    value.name = clean_name(sheet.name)
    value.adds = whole(sheet.adds, "adds", MOST)
    value.position = whole(sheet.position, "position", MOST_POSITION)


def _fill_add_on(add_on: AddOn, sheet: AddOnSheet) -> None:
    add_on.name = clean_name(sheet.name)
    add_on.summary = _short(sheet.summary, LONGEST_SUMMARY, "summary")
    add_on.most = whole(sheet.most, "most", MOST_OF_ONE, least=1)
    add_on.panel_field = _panel_field(sheet.panel_field)
    add_on.position = whole(sheet.position, "position", MOST_POSITION)


def _panel_field(typed: str) -> str:
    name = typed.strip()
    if name and name not in list(PanelField):
        raise Invalid("Please choose one from the list.", field="panel_field")
    return name


def _short(typed: str, longest: int, field: str) -> str:
    text = " ".join(typed.split())
    if len(text) > longest:
        raise Invalid(f"At most {longest} characters, please.", field=field)
    return text


def _flush(work: Work) -> None:
    try:
        work.session.flush()
    except IntegrityError as error:  # somebody took the name at this very moment
        raise Invalid(TAKEN, field="slug") from error
