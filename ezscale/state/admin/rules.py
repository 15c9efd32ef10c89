"""The house's rules: a form for each topic, made from what the topic says about itself."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin

import reflex as rx
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from ezscale.billing.bank_rules import BankRules
from ezscale.billing.disputes import DisputeRules
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.documents import DocumentRules
from ezscale.billing.dunning_rules import DunningRules
from ezscale.billing.house_rules import NightRules, PaymentRules, RenewalRules
from ezscale.billing.price_changes import CatalogRules
from ezscale.billing.proration import ChangeRules
from ezscale.billing.referrals import ReferralRules
from ezscale.billing.tax_rules import TaxRules
from ezscale.billing.top_up_rules import TopUpRules
from ezscale.company.currencies import CurrencyRules
from ezscale.company.rules import Rules, rules, set_rules, who_decided
from ezscale.company.standstill import AutomationRules
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.ordering.looking_twice import OrderRules
from ezscale.ordering.waiting_line import WaitlistRules
from ezscale.provisioning.deletions import DeletionRules
from ezscale.provisioning.exchanges import LogRules
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_text
from ezscale.state.reader import Reader

TOPICS: tuple[type[Rules], ...] = (  # in the order in which they are shown
    CatalogRules,
    OrderRules,
    WaitlistRules,
    RenewalRules,
    ChangeRules,
    TaxRules,
    CurrencyRules,
    InvoiceRules,
    DunningRules,
    DeletionRules,
    PaymentRules,
    TopUpRules,
    DisputeRules,
    BankRules,
    DocumentRules,
    ReferralRules,
    LogRules,
    NightRules,
    AutomationRules,
)

Kind = Literal["yes_or_no", "whole", "number", "choice", "amounts", "list", "day", "text"]
LONGEST = 2000


@dataclass(frozen=True)
class Asked:
    """A field of a topic as a form asks for it. `id` is its name in the form, unlike that of any other topic's field."""

    id: str
    name: str
    label: str
    help: str
    kind: Kind
    choices: tuple[tuple[str, str], ...] = ()
    least: str = ""
    most: str = ""
    optional: bool = False


def asked(topic: type[Rules]) -> list[Asked]:
    """What the form of a topic asks for. TypeError for a field of a type that no form can ask for."""
    return [_asked(topic, name, field) for name, field in topic.model_fields.items()]


def topic_named(name: str) -> type[Rules]:
    """A topic by its name; NotFound for another one."""
    found = next((topic for topic in TOPICS if topic.topic == name), None)
    if found is None:
        raise NotFound("There is no such topic.")
    return found


def understood(field: Asked, typed: str) -> object:
    """What was typed into a field, as its topic takes it. Invalid, beside the field, when it cannot be meant."""
    if field.kind == "yes_or_no":
        return typed in ("on", "true")
    if not typed:
        if field.kind in ("amounts", "list", "text"):
            return _nothing(field.kind)
        if field.optional:
            return None
        raise Invalid("Please fill this in.", field=field.id)
    try:
        return _value(field, typed)
    except (ValueError, ArithmeticError):
        raise Invalid(WRONG.get(field.kind, "This cannot be used."), field=field.id) from None


def shown(field: Asked, value: Any) -> str:
    """What stands in a field."""
    if value is None:
        return ""
    match field.kind:
        case "yes_or_no":
            return "on" if value else ""
        case "amounts":
            return ", ".join(f"{currency} {Money(minor, currency).major}" for currency, minor in value.items())
        case "list":
            return ", ".join(str(each) for each in value)
        case "number":
            return f"{Decimal(str(value)).normalize():f}"
    return str(value)


class RulesState(StaffState):
    """What holds now, by the id of each field, and who has decided each topic last."""

    loading: bool = True
    values: dict[str, str] = {}
    decided: dict[str, str] = {}

    @rx.event
    async def load(self) -> None:
        """Show what holds."""
        await self._look()
        self.loading = False

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Decide a topic anew."""
        topic = topic_named(sent_fields(form, "topic")["topic"])
        fields = asked(topic)
        self.errors = {}
        typed = {field.name: understood(field, _sent(form, field)) for field in fields}
        try:
            await self.perform(lambda work: set_rules(work, topic, typed))
        except Invalid as refusal:
            raise Invalid(refusal.message, field=f"{topic.topic}_{refusal.field}") from None
        await self._look()
        self.say(f"{topic.title}: saved.")

    async def _look(self) -> None:
        reader = self._reader()
        self.values, self.decided = await self.read(lambda work: _what_holds(work, reader))


def _what_holds(work: Work, reader: Reader) -> tuple[dict[str, str], dict[str, str]]:
    decided = who_decided(work)
    values = {
        field.id: shown(field, getattr(rules(work, topic), field.name)) for topic in TOPICS for field in asked(topic)
    }
    words = {
        topic.topic: f"Changed {reader.moment(row.changed_at)} by {row.changed_by or 'the release before'}"
        if (row := decided.get(topic.topic))
        else "Nobody has changed these yet: the defaults hold."
        for topic in TOPICS
    }
    return values, words


def _sent(form: Any, field: Asked) -> str:
    sent = form.get(field.id) if isinstance(form, Mapping) else None
    if field.kind == "yes_or_no":
        return "on" if sent in (True, "on", "true") else ""
    return sent_text(sent, LONGEST)


def _asked(topic: type[Rules], name: str, field: FieldInfo) -> Asked:
    kind, choices, optional = _kind(field.annotation)
    limits = {word: getattr(each, word) for each in field.metadata for word in ("ge", "le") if hasattr(each, word)}
    return Asked(
        id=f"{topic.topic}_{name}",
        name=name,
        label=field.title or name.replace("_", " ").capitalize(),
        help=field.description or "",
        kind=kind,
        choices=choices,
        least=str(limits.get("ge", "")),
        most=str(limits.get("le", "")),
        optional=optional or _may_be_empty(topic, name, kind),
    )


def _may_be_empty(topic: type[Rules], name: str, kind: Kind) -> bool:
    """Whether a topic takes nothing for a field in which nothing can be typed."""
    if kind not in ("amounts", "list", "text"):
        return False
    try:
        topic.model_validate({name: _nothing(kind)})
    except ValidationError:
        return False
    return True


def _nothing(kind: Kind) -> object:
    """What it means when nothing is typed."""
    return {"amounts": {}, "list": [], "text": ""}[kind]


def _kind(annotation: Any) -> tuple[Kind, tuple[tuple[str, str], ...], bool]:
    """How a type is asked for, between which choices, and whether it may be left out."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        [one] = [each for each in inner if each is not type(None)]
        kind, choices, _ = _kind(one)
        return kind, choices, True
    if origin is Literal:
        return "choice", tuple((str(each), _words(str(each))) for each in inner), False
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return "choice", tuple((each.value, _words(each.value)) for each in annotation), False
    if origin is dict and inner == (str, int):
        return "amounts", (), False
    if origin in (tuple, list, frozenset, set):
        return "list", (), False
    if annotation in PLAIN:
        return PLAIN[annotation], (), False
    raise TypeError(f"no form can ask for {annotation}")


def _value(field: Asked, typed: str) -> object:
    match field.kind:
        case "whole":
            return int(typed)
        case "number":
            if not (number := Decimal(typed)).is_finite():
                raise ValueError
            return number
        case "amounts":
            return dict(map(_amount, _parts(typed)))
        case "list":
            return _parts(typed)
        case "day":
            return date.fromisoformat(typed)
        case "choice" if typed not in dict(field.choices):
            raise ValueError
    return typed


def _amount(typed: str) -> tuple[str, int]:
    currency, amount = typed.upper().split()
    return currency, Money.of(amount, currency).minor


def _parts(typed: str) -> Sequence[str]:
    return [part.strip() for part in typed.split(",") if part.strip()]


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


PLAIN: dict[Any, Kind] = {
    bool: "yes_or_no",
    int: "whole",
    float: "number",
    Decimal: "number",
    date: "day",
    str: "text",
}
WRONG = {
    "whole": "Please type a whole number.",
    "number": "Please type a number, like 2.5.",
    "amounts": "Please type an amount for each currency, like EUR 5.00, USD 6.00.",
    "day": "Please choose a day.",
    "choice": "Please choose one from the list.",
}
