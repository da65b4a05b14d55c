"""An address says the same to libpq as to SQLAlchemy, whatever stands in it."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from casebook.storage.libpq_address import for_libpq

WRITTEN = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1)


@given(password=WRITTEN, folder=WRITTEN)
def test_password_and_folder_arrive_as_they_are(password: str, folder: str) -> None:
    url = f"postgresql+psycopg://casebook:{quote(password, safe='')}@/casebook?host={quote('/' + folder, safe='/')}"
    expected = {"user": "casebook", "password": password, "dbname": "casebook", "host": f"/{folder}"}
    assert conninfo_to_dict(for_libpq(url)) == expected
    assert conninfo_to_dict(for_libpq(make_url(url))) == expected


def test_a_named_server_with_two_hosts_and_options_is_asked_the_same() -> None:
    url = "postgresql://user@db.example:5433/cases?host=one&host=two&sslmode=require"
    assert conninfo_to_dict(for_libpq(url)) == {
        "user": "user", "dbname": "cases", "host": "one,two", "port": "5433", "sslmode": "require",
    }  # fmt: skip
