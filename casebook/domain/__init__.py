"""The rules, as pure functions: standard library only; the present moment and new ids are arguments."""
