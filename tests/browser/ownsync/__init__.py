"""An app that says itself what a sync does: the worked example of `docs/client.md`."""
