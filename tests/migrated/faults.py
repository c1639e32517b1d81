"""What the last migration asks before it goes on."""

fail = False
