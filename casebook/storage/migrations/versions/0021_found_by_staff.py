"""Staff find an application by any person in it: the keys of all of them, also C, and of their numbers and code words."""

from typing import TYPE_CHECKING, cast

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from casebook.storage.tables import Person

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

PAGE = 5_000
PEOPLE = """
    SELECT person.id, person.reference, person.party, forename, middle_names, surname, former_names, aliases, dob, postcode,
        phone, email, pnc_id, cro, safe_contact.code_word, application.restricted, (
            SELECT jsonb_agg(seen ORDER BY candidate.id) FROM candidate
            WHERE candidate.reference = person.reference AND candidate.party = person.party
                AND candidate.verdict = 'same' AND NOT candidate.superseded
        ) AS confirmed
    FROM person JOIN application ON application.reference = person.reference LEFT JOIN safe_contact ON safe_contact.id = person.id
    WHERE person.id > :after ORDER BY person.id LIMIT :page
    """
KEEP = """
    INSERT INTO person_keys (id, reference, party, keys, found_by) VALUES (:id, :reference, :party, '{}', :found_by)
    ON CONFLICT (id) DO UPDATE SET found_by = EXCLUDED.found_by
    """


def upgrade() -> None:
    op.add_column("person_keys", sa.Column("found_by", sa.ARRAY(sa.Integer()), nullable=False, server_default="{}"))
    fill()
    op.alter_column("person_keys", "found_by", server_default=None)
    op.create_index(
        "ix_person_keys_found_by", "person_keys", ["found_by"], postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )  # fmt: skip


def fill() -> None:
    """The keys of the people of before, as intake writes them today."""
    from casebook.casework.core import found_by  # noqa: PLC0415 - today's rules, not a copy of them

    connection = op.get_bind()
    this_year = connection.scalar(sa.text("SELECT CAST(extract(year FROM now()) AS integer)"))
    after = ""
    while people := connection.execute(sa.text(PEOPLE), {"after": after, "page": PAGE}).all():
        after = people[-1].id
        rows = []
        for row in people:
            person = cast("Person", row)  # it has the columns that are read
            known = found_by.details_of(
                person, row.confirmed or (), [row.code_word] if row.code_word else [], this_year or 0
            )
            numbers = found_by.numbers_of(person, known, restricted=row.restricted)
            rows.append({"id": row.id, "reference": row.reference, "party": row.party, "found_by": numbers})
        connection.execute(sa.text(KEEP), rows)


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")
