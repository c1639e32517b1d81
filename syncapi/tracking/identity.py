"""Which database positions and tokens belong to (decision 0012). SQLite needs none: a copied file brings its clock."""

IDENTITY = (
    "(SELECT concat_ws('/', c.system_identifier, d.oid, 'syncapi_change'::regclass::oid) "
    "FROM pg_control_system() c, pg_database d WHERE d.datname = current_database())"
)
"""A PostgreSQL expression of type text: other in every cluster, in every database, at every making of the tables.

A dump that is loaded anywhere therefore brings along another than it finds. Every role may call
`pg_control_system()`, unless somebody revoked that.
"""
