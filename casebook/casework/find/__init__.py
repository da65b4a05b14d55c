"""Finding an application by any person in it, by its reference or by its id elsewhere."""
