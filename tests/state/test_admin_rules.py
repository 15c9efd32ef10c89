from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Literal

import pytest
from pydantic import Field

from ezscale.accounts.permissions import SEE_EVERYTHING, SET_RULES
from ezscale.billing.house_rules import NightRules, RenewalRules
from ezscale.company.rules import Rules, rules, set_rules
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import Invalid, NotAllowed, NotConfirmed
from ezscale.pages.admin import rules as page_of_rules
from ezscale.state.admin.rules import TOPICS, RulesState, asked, shown, understood
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen

USUAL = {"topic": "night", "night_jump_factor": "3", "night_at_least": "50", "night_looks_back": "10"}

RENEWALS = {
    "topic": "renewals",
    "renewals_invoice_days_before": "14",
    "renewals_first_period_until": "0",
    "renewals_next_period_below": "0",
}


class Pace(StrEnum):
    SLOW = "slow"
    VERY_FAST = "very_fast"


class Everything(Rules):
    """A topic with a field of each type that a form can ask for."""

    topic: ClassVar[str] = "everything"
    title: ClassVar[str] = "Everything"

    flag: bool = Field(default=True, description="Whether.")
    whole: int = Field(default=3, ge=1, le=9)
    part: float = 1.5
    exact: Decimal = Decimal("0.25")
    pace: Pace = Pace.SLOW
    side: Literal["left", "right"] = "left"
    fees: dict[str, int] = Field(default_factory=lambda: {"EUR": 500, "JPY": 80})
    days: tuple[int, ...] = (-7, 0, 3)
    day: date | None = None
    words: str = "none"
    most: int | None = 5


TYPED = {
    "flag": "on",
    "whole": "3",
    "part": "1.5",
    "exact": "0.25",
    "pace": "slow",
    "side": "left",
    "fees": "EUR 5.00, JPY 80",
    "days": "-7, 0, 3",
    "day": "",
    "words": "none",
    "most": "5",
}


def holds(company, topic):
    with company.robot() as work:
        return rules(work, topic)


def test_what_stands_in_the_fields_is_understood_as_the_same_rules():
    in_fields = {field.name: shown(field, getattr(Everything(), field.name)) for field in asked(Everything)}
    understood_again = {field.name: understood(field, in_fields[field.name]) for field in asked(Everything)}

    assert in_fields == TYPED
    assert Everything.model_validate(understood_again) == Everything()


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_that_is_saved_as_it_stands_stays_as_it_is(topic):
    as_it_stands = {field.name: understood(field, shown(field, getattr(topic(), field.name))) for field in asked(topic)}

    assert topic.model_validate(as_it_stands) == topic()


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("flag", "", False),
        ("day", "2026-05-01", date(2026, 5, 1)),
        ("most", "", None),
        ("pace", "very_fast", Pace.VERY_FAST),
        ("fees", "usd 6, eur 5.5", {"USD": 600, "EUR": 550}),
        ("fees", "", {}),
        ("days", "1,2", (1, 2)),
        ("days", "", ()),
        ("words", "", ""),
    ],
)
def test_a_field_is_understood_as_its_type(name, typed, value):
    field = next(field for field in asked(Everything) if field.name == name)

    assert getattr(Everything.model_validate({name: understood(field, typed)}), name) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        *(("whole", wrong) for wrong in ("", "3.5", "three", "NaN")),
        *(("part", wrong) for wrong in ("", "NaN", "Infinity", "much")),
        *(("fees", wrong) for wrong in ("5.00", "EUR", "EUR x", "EUR 5.001", "XXY 5", "EUR 5.00 6")),
        ("pace", "hurried"),
        ("side", "up"),
        ("day", "someday"),
        ("most", "few"),
    ],
)
def test_what_cannot_be_meant_is_refused_beside_its_field(name, typed):
    field = next(field for field in asked(Everything) if field.name == name)

    with pytest.raises(Invalid) as refusal:
        understood(field, typed)

    assert refusal.value.field == f"everything_{name}"


def test_every_topic_has_a_form_and_a_name_of_its_own():
    ids = [field.id for topic in TOPICS for field in asked(topic)]

    assert len(set(ids)) == len(ids)
    assert len({topic.topic for topic in TOPICS}) == len(TOPICS)
    assert all(field.help for topic in TOPICS for field in asked(topic))
    assert page_of_rules.rules() is not None


def test_no_topic_of_the_house_is_left_out():
    ours = {topic for topic in Rules.__subclasses__() if topic.__module__.startswith("ezscale.")}

    assert set(TOPICS) == ours


async def test_a_topic_is_shown_decided_and_then_says_by_whom(company):
    screen = Screen(company, RulesState, administrator(company))
    page = await screen.opens("/admin/rules/")
    before = (page.values["renewals_one_invoice_a_day"], page.values["night_jump_factor"], page.decided["night"])

    await screen.does(page.save({**USUAL, "night_jump_factor": "2.5"}))
    await screen.does(page.save({**RENEWALS, "renewals_one_invoice_a_day": "on"}))

    assert before == ("", "3", "Nobody has changed these yet: the defaults hold.")
    assert page.decided["night"] == "Changed 2 Mar 2026, 09:00 UTC by Olivia Harbour"
    assert (page.values["night_jump_factor"], page.values["renewals_one_invoice_a_day"]) == ("2.5", "on")
    assert holds(company, NightRules) == NightRules(jump_factor=2.5)
    assert holds(company, RenewalRules).one_invoice_a_day


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("night_jump_factor", "1", "Please type 1.1 or more."),
        ("night_at_least", "few", "Please type a whole number."),
        ("night_looks_back", "", "Please fill this in."),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_nothing_changes(company, field, typed, words):
    screen = Screen(company, RulesState, administrator(company))
    page = await screen.opens("/admin/rules/")

    await screen.does(page.save({**USUAL, field: typed}))

    assert dict(page.errors) == {field: words}
    assert holds(company, NightRules) == NightRules()


@pytest.mark.parametrize("sent", [None, [], {"topic": "taxes"}, {"topic": ["night"]}], ids=str)
async def test_nonsense_decides_nothing(company, sent):
    screen = Screen(company, RulesState, administrator(company))
    page = await screen.opens("/admin/rules/")

    await screen.does(page.save(sent))

    assert [message.text for message in page.messages] == ["There is no such topic."]


async def test_whoever_only_looks_on_decides_nothing(company):
    screen = Screen(company, RulesState, onlooker(company))
    page = await screen.opens("/admin/rules/")

    await screen.does(page.save({**USUAL, "night_jump_factor": "2.5"}))

    assert page.values["night_jump_factor"] == "3"
    assert holds(company, NightRules) == NightRules()


def test_deciding_needs_the_permission_and_a_proof_of_a_short_while_ago(company):
    for may, confirmed, refusal in (
        ({SEE_EVERYTHING}, True, NotAllowed),
        ({SEE_EVERYTHING, SET_RULES}, False, NotConfirmed),
    ):
        actor = Actor(ActorKind.STAFF, "Sam", permissions=frozenset(may), confirmed=confirmed)
        with company.house.database.opener(actor)() as work, pytest.raises(refusal):
            set_rules(work, NightRules, {"jump_factor": 2})
