"""An app that only some of those who can sign in may use."""
