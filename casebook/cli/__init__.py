"""The `casebook` command: one module per noun, imported only when that noun is asked for."""
