"""Makes a catalogue of any size out of nothing: always the same one for the same seed."""

from catalog.seeding.run import Seeded, seed_catalogue

__all__ = ["Seeded", "seed_catalogue"]
