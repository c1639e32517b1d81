"""An app of which two versions are deployed one after the other: `before`, and `after` its models changed."""
