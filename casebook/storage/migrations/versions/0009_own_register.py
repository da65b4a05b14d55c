"""The people of every application are found by keys, and a link may be a question that somebody answers."""

from typing import TYPE_CHECKING, cast

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

if TYPE_CHECKING:
    from casebook.storage.tables import Person

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXTS = ("pair", "verdict", "reviewed_by", "second_by", "told_by")
PEOPLE = """
    SELECT id, reference, party, forename, middle_names, surname, former_names, aliases, dob, sex, address, postcode, pnc_id,
        cro
    FROM person WHERE party IN ('a', 'b') ORDER BY id
    """
CONFIRMED = "SELECT reference, party, seen FROM candidate WHERE verdict = 'same' AND NOT superseded ORDER BY id"
# a plan that is made while the table is small, and kept, would read all of it for each of the keys
PEOPLE_SHARING = """
    CREATE FUNCTION people_sharing(asked integer[], leaving_out text, common integer, wanted integer)
    RETURNS SETOF text LANGUAGE sql STABLE SET enable_seqscan = off AS $$
        WITH hit AS (
            SELECT found.id, found.party, count(*) OVER (PARTITION BY asked_for.key) AS sharing
            FROM unnest(asked) AS asked_for (key)
            CROSS JOIN LATERAL (
                SELECT id, party FROM person_keys
                WHERE keys @> ARRAY[asked_for.key] AND reference <> leaving_out LIMIT common
            ) AS found
        ), best AS (
            SELECT id, row_number() OVER (
                PARTITION BY party
                ORDER BY bool_or(sharing < common) DESC, sum(ln(CAST(1000000 AS float8) / sharing)) DESC, id
            ) AS place FROM hit GROUP BY id, party
        )
        SELECT id FROM best WHERE place <= wanted
    $$
    """
INSERT = "INSERT INTO person_keys (id, reference, party, keys) VALUES (:id, :reference, :party, :keys)"


def upgrade() -> None:
    # empty in the links of before: an absent value changes no digest
    for name in TEXTS:
        op.add_column("application_link", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("application_link", sa.Column("weight", sa.Float(), nullable=True))
    op.add_column("application_link", sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_table(
        "person_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("keys", sa.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference"], ["application.reference"], name=op.f("fk_person_keys_reference")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_keys")),
    )
    fill()
    op.create_index(op.f("ix_person_keys_reference"), "person_keys", ["reference"])
    op.create_index(
        "ix_person_keys_keys", "person_keys", ["keys"], postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    op.execute(PEOPLE_SHARING)
    # who else was confirmed to be the same person of a source
    op.create_index(
        "ix_candidate_confirmed", "candidate", ["source", "person_id"],
        postgresql_where=sa.text("verdict = 'same' AND NOT superseded"),
    )  # fmt: skip


def fill() -> None:
    """The keys of the people of before, as intake writes them today."""
    from casebook.casework.record_checks import identity, own_register  # noqa: PLC0415 - today's rules, not a copy of them

    connection = op.get_bind()
    this_year = connection.scalar(sa.text("SELECT CAST(extract(year FROM now()) AS integer)"))
    seen: dict[str, list[dict[str, object]]] = {}
    for row in connection.execute(sa.text(CONFIRMED)):
        seen.setdefault(f"{row.reference}:{row.party}", []).append(row.seen)
    rows = [
        {
            **{"id": person.id, "reference": person.reference, "party": person.party},
            "keys": own_register.numbers(
                person.party, own_register.accounts(identity.cells_of(person), seen.get(person.id, ())), this_year
            ),
        }
        for person in (cast("Person", row) for row in connection.execute(sa.text(PEOPLE)))  # it has the same columns
    ]
    if rows:
        connection.execute(sa.text(INSERT), rows)


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")
