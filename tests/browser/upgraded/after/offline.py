from syncapi import offline
from tests.browser.upgraded.after.models import Orchard, Tree


class LocalOrchard(offline.LocalEntity):
    model = Orchard
    pattern = offline.ReadWriteWithConflictDetection
    attributes = ["code", "place", "size", "owner", "shade"]
    list_display = ["code", "place"]
    inlines = ["LocalTree"]


class LocalTree(offline.LocalEntity):
    model = Tree
    pattern = offline.ReadWrite
    attributes = ["orchard", "species", "height"]
    list_display = ["species", "height"]


orchard_app = offline.OfflineApp("orchard", title="Orchards", entities=[LocalOrchard, LocalTree])
