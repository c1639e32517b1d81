"""The reference domain: models, admin, import, seeding, demo users."""
