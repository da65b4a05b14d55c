"""One application as a page, for whoever shows it: sections of paragraphs and tables, without a look of their own."""
