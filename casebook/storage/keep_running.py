"""The name of `casebook.storage.server.keep_running` in release 0.1: a process of that release may still start it by it."""

from __future__ import annotations

import runpy

if __name__ == "__main__":
    runpy.run_module("casebook.storage.server.keep_running", run_name="__main__")
