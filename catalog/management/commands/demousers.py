"""`manage.py demousers`"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.demo import make_demo_users


class Command(BaseCommand):
    """Makes users to try the project with, and prints how they sign in and what they see.

    Their password is known to everybody, so the command refuses to run where DEBUG is off, unless forced. Running it
    again changes nothing that a person changed, passwords least of all.
    """

    help = "Make the demo users admin, nancy and andrew, with territories, customers and orders to see."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="Make them even though DEBUG is off.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not options["force"]:
            raise CommandError(
                "DEBUG is off, so this may be a real installation, and the demo users' password is known to everybody. "
                "Use --force if you mean it."
            )
        self.stdout.write(f"{'user':10}{'password':18}sees")
        for user in make_demo_users():
            self.stdout.write(f"{user.username:10}{user.password or '(their own)':18}{user.sees}")
