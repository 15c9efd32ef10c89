"""The company's house, for commands that work in it."""

from sqlalchemy.exc import OperationalError

from ezscale import wiring
from ezscale.cli.demo.founding import has_database
from ezscale.cli.schema import is_up_to_date
from ezscale.cli.surroundings import settle
from ezscale.kit.settings import BadSettings
from ezscale.wiring import House


def open_house() -> House:
    """The house as the settings say. BadSettings when its database is not there, or not of this release."""
    own = settle()
    if not has_database(own):
        raise BadSettings(f"There is no company in {own.data_dir} yet: ezscale run, seed or migrate makes one.")
    house = wiring.house()
    try:
        is_ready = is_up_to_date(house.database.engine)
    except OperationalError as error:
        raise BadSettings(f"EZSCALE_DATABASE_URL: the database cannot be reached: {error.orig}") from None
    if not is_ready:
        raise BadSettings("The database is not as this release expects it: ezscale migrate brings it up to date.")
    return house
