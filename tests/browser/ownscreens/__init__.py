"""An app with screens of its own: the worked example of `docs/screens.md`."""
