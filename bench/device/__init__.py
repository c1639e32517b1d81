"""`python -m bench.device [--rows N …]`: what syncs and edits cost a device, in Chromium, over rows of a first sync.

The engine as the worker has it, on a real IndexedDB; the answers of the server are made beforehand and cost nothing.
A delta changes 100 rows from all over the table. `until shown` ends when the new rows can be read, `until over` when
the device has tidied up and stored what the next start needs. What is read is counted at the interface of IndexedDB.
The last column says how many times as much the largest costs as the smallest.
"""
