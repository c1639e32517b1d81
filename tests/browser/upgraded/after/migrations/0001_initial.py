"""The one that was there before."""

from importlib import import_module

Migration = import_module("tests.browser.upgraded.before.migrations.0001_initial").Migration
