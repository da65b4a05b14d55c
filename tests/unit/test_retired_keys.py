"""A document that was adopted with keys no release reads any more still opens; a new document has none of them."""

from __future__ import annotations

import pytest

from casebook.domain.documents import DocumentKind
from casebook.policies import documents, reading
from casebook.policies.reading import UnreadablePolicy

TITLE = "england-and-wales-2023"


def test_a_stored_document_with_a_retired_key_says_the_same_as_one_without():
    table = reading.table(TITLE)
    before = documents.read(DocumentKind.SCHEME, documents.as_body(table), TITLE)
    table["watch"]["lethality_months"] = {"value": 24, "source": "local", "verified": False}
    table["search"]["year_slip"] = {"value": 1, "source": "local", "verified": False}
    assert documents.read(DocumentKind.SCHEME, documents.as_body(table), TITLE) == before


def test_a_new_document_with_a_retired_key_is_refused(tmp_path):
    text = reading.text(TITLE).replace(
        "[watch]", '[watch]\nlethality_months = { value = 24, source = "local", verified = false }'
    )
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(UnreadablePolicy, match="lethality_months"):
        documents.from_file(tmp_path / "own.toml")
