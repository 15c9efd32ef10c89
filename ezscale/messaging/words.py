"""The words of every mail, by the name of its template."""

from ezscale.messaging.money_words import ABOUT_MONEY
from ezscale.messaging.people_words import ABOUT_PEOPLE
from ezscale.messaging.service_words import ABOUT_SERVICES

WORDS = {**ABOUT_PEOPLE, **ABOUT_MONEY, **ABOUT_SERVICES}
