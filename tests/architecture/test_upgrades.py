"""Every revision of the schema has rows of its own in the test that upgrades old data."""

import past_rows

from casebook.storage import migrate


def test_every_revision_has_rows_that_are_carried_over():
    revisions = {path.stem.partition("_")[0] for path in migrate.VERSIONS.glob("[0-9]*.py")}
    missing, stray = revisions - past_rows.CASES.keys(), past_rows.CASES.keys() - revisions
    assert not missing, (
        f"add to CASES in tests/kit/past_rows.py the rows that these migrations make possible: {sorted(missing)}"
    )
    assert not stray, f"these revisions do not exist: {sorted(stray)}"
