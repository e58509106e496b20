"""Reports: those that were made, which rounds were for all of a client, and quick ways to what reports look back at."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("period_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=True),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("staged_at", sa.DateTime(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.UniqueConstraint("client", "period_key", name="uq_report_client_period_key"),
    )
    op.create_index("ix_report_stage", "report", ["stage"])
    op.create_table(
        "whole_round",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_whole_round_round_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("client", "round_id", name="pk_whole_round"),
    )
    op.create_index("ix_whole_round_round_id", "whole_round", ["round_id"])
    op.create_index("ix_change_at", "change", ["at"])
    op.create_index("ix_finding_check_host_round_id", "finding", ["check", "host", "round_id"])
    op.create_index("ix_standing_client_round_id", "standing", ["client", "round_id"])
