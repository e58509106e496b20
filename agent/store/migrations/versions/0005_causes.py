"""Why a check did not run, as a code beside the reason."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("not_run", sa.Column("cause", sa.Text(), nullable=False, server_default="other"))
