from django.contrib.auth.models import PermissionsMixin

from catalog.offline import LocalCustomer, LocalInterest, LocalTerritory
from syncapi import offline
from syncapi.entities import User


class ForSales(offline.OfflineApp):
    def has_permission(self, user: User) -> bool:
        """Who is in the group now."""
        return isinstance(user, PermissionsMixin) and user.groups.filter(name="Sales").exists()


invited_app = ForSales("invited", title="Invited", entities=[LocalCustomer, LocalTerritory, LocalInterest])
