"""Why a check did not run, as a code beside the reason, and whether the agency's tools are to blame."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("not_run", sa.Column("cause", sa.Text(), nullable=False, server_default="other"))
    op.add_column("not_run", sa.Column("internal", sa.Integer(), nullable=False, server_default="0"))
    op.execute(_MARK_INTERNAL)


_MARK_INTERNAL = """
UPDATE not_run SET internal = 1 WHERE EXISTS (
    SELECT 1 FROM finding WHERE finding.round_id = not_run.round_id AND finding."check" = not_run."check"
    AND finding.summary = not_run.reason AND json_extract(finding.data, '$.audience') = 'agency'
)
"""
"""Rows of earlier revisions repeat the finding's summary as their reason: nothing else ties them to it."""
