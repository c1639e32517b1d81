"""Keys as the database has them (decision 0012), and the order of keys that both databases and devices share (0013).

A raw key never passes Django's converters: on PostgreSQL it is the text of the column, as a session with time zone UTC
and ISO dates writes it; on SQLite the value itself. So key fields of any class work, and what a trigger noted is equal
to what a query reads.
"""

from syncapi.keys.lookup import only_keys
from syncapi.keys.neighbours import gaps
from syncapi.keys.order import in_key_order, is_ordered, wire_order
from syncapi.keys.raw import members_hash, raw_text, with_raw_key

__all__ = [
    "gaps",
    "in_key_order",
    "is_ordered",
    "members_hash",
    "only_keys",
    "raw_text",
    "wire_order",
    "with_raw_key",
]
