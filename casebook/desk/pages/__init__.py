"""The pages, a module for each kind of work. Each has PAGES: method, address, function."""
