"""`python -m casebook`: the command."""

from casebook.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
