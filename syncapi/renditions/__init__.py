"""Pictures in the sizes that devices show (decision 0018)."""

from syncapi.renditions.keeping import FAILURES, Original, Substitute, rendition
from syncapi.renditions.making import SIZES, Size
from syncapi.renditions.upkeep import clean, prepare, survey

__all__ = ["FAILURES", "SIZES", "Original", "Size", "Substitute", "clean", "prepare", "rendition", "survey"]
