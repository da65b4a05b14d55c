"""Texts that somebody may put into a form or a file: obeyed by terminals, spreadsheets, browsers, Markdown or plots."""
# ruff: noqa: E501

TERMINAL = (
    "\x1b[2J\x1b[HALL CLEAR", "\x1b]0;title\x07", "\x1b]8;;http://x.test\x1b\\link\x1b]8;;\x1b\\", "\x1b[31mred\x1b[0m",
    "\x9b2J",
    "\x9d0;t\x9c",
    "bell\x07", "back\x08\x08\x08\x08gone", "form\x0cfeed", "tab\x0bdown", "return\roverwritten", "del\x7f", "nel\x85line", "shift\x0eout",
)  # fmt: skip
HIDDEN = (
    "Sm\u202eith", "a\u202db\u202c", "\u2066left\u2069", "\u200fright", "\u200eleft", "\u061carabic", "zero\u200bwidth",
    "word\u2060joiner",
    "line\u2028end", "paragraph\u2029end", "\ufeffmark", "tags\U000e0041\U000e007f", "anno\ufff9tation\ufffb",
)  # fmt: skip
SPREADSHEET = (
    "=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(1+1)", "\t=1+1", "\r=1+1", " =1+1", "\u00a0=1+1", "\u200b=1+1", "\uff1d1+1", "\uff0b1+1|x",
    "\uff0d2+3x", "\uff20SUM(1)", "﹦1+1", "\n=1+1", '=HYPERLINK("http://x.test","y")', "=-1", "--1+1", "+44 7700 900001", "'=1",
)  # fmt: skip
BROWSER = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "{% raw %}", "&lt;b&gt;", "</td></table>", "<!--",
)  # fmt: skip
MARKDOWN = (
    "[click](http://x.test)", "![](http://x.test/?q=1)", "a | b | c", "two\nlines", "**bold**", "`code`", "<http://x.test>",
    "http://x.test/a",
    "www.x.test", "~~gone~~", "_under_", "back\\slash|", "[red]rich[/red]", "[link=http://x.test]rich[/link]", "| --- |",
)  # fmt: skip
PLOT = ("$\\frac{$", "\\N{BELL}", "%s%n%d", "{0}{name}")
ALL = (*TERMINAL, *HIDDEN, *SPREADSHEET, *BROWSER, *MARKDOWN, *PLOT)

# names, numbers and texts that are shown as they are
KIND = (
    "Zoë O'Neill-Żółć", "\u0646\u0631\u06af\u0633\u200c\u062e\u0627\u062a\u0648\u0646", "क्\u200dष",
    "田中", "CL-2026-000001", "-1.5", "+447700900001",
    "1e-09", "-", "duty_inspector_1", "50 % (of 20)",
    "two-faced; a=b",
)  # fmt: skip
