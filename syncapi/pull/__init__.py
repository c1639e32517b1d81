"""Pull phases: one per pattern, composed by `syncapi.sync`."""

from syncapi.pull.pulled import PulledEntity
from syncapi.pull.ranges import Range
from syncapi.pull.read_only import pull_read_only
from syncapi.pull.read_only_optimized import pull_read_only_optimized

__all__ = ["PulledEntity", "Range", "pull_read_only", "pull_read_only_optimized"]
