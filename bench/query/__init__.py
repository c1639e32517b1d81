"""`python -m bench.query [--rows N …]`: what lists cost on a device, in Chromium, with rows as a sync leaves them.

One store per number of rows, filled once; then five starts, each in a new page; the median counts. `no blocks` is the
first start after an update from a version that stored none. Then once with local changes over these rows. Milliseconds,
but for memory. The last column says how many times as much the largest costs as the smallest.
"""
