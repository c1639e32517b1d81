"""The pull on the server: phases, which patterns compose and `syncapi.sync` asks for."""

from syncapi.pull.phases import Answer, Changes, Pull
from syncapi.pull.pulled import PulledEntity
from syncapi.pull.ranges import Range
from syncapi.pull.read_only import ContentPull
from syncapi.pull.read_only_optimized import PositionPull

__all__ = ["Answer", "Changes", "ContentPull", "PositionPull", "Pull", "PulledEntity", "Range"]
