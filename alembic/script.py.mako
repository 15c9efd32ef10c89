<%!
    import re

    def steps(half):
        lines = [line for line in (half or "pass").splitlines() if "###" not in line]
        text = "\n".join(lines).strip() or "pass"
        text = re.sub(r"(create_index|drop_index)\(op\.f\(('\w+')\)", r"\1(\2", text)
        return text.replace(", unique=False)", ")")
%><%
    up, down = steps(upgrades), steps(downgrades)
    both = up + down
%>"""${message.capitalize()}."""

import sqlalchemy as sa
from alembic import op
% if "MOMENT" in both or "LONG_" in both:
from sqlalchemy.dialects import mysql
% endif

revision = "${up_revision}"
down_revision = ${f'"{down_revision}"' if down_revision else None}
branch_labels = ${branch_labels}
depends_on = ${depends_on}
% if "MOMENT" in both:

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
% endif
% if "LONG_TEXT" in both:
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
% endif
% if "LONG_BINARY" in both:
LONG_BINARY = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
% endif


def upgrade() -> None:
    ${up}


def downgrade() -> None:
    ${down}
