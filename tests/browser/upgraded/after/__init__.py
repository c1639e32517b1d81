"""The second version: attributes came, went, got another name and came to be required, and an entity is no more."""
