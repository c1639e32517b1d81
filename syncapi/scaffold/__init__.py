"""Writing declarations: what `manage.py addlocalentity` does (the accelerators of design section 1)."""
