"""Record sources behind one protocol: local extract, SQL, HTTP, manual return, agency enquiry."""
