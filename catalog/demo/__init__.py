"""People and sales to try the project with."""

from catalog.demo.users import PASSWORD, DemoUser, make_demo_users

__all__ = ["PASSWORD", "DemoUser", "make_demo_users"]
