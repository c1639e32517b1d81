"""A Django app of the tests: models of every kind that an entity may carry."""
