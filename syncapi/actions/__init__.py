"""Own server actions: Python functions that an app can call, with typed input and output (decision 0021)."""

from syncapi.actions.declaration import Action, ActionCall, action
from syncapi.actions.perform import perform

__all__ = ["Action", "ActionCall", "action", "perform"]
