from syncapi import offline
from tests.browser.upgraded.before.models import Bench, Orchard, Tree


class LocalOrchard(offline.LocalEntity):
    model = Orchard
    pattern = offline.ReadWriteWithConflictDetection
    attributes = ["code", "town", "colour", "size", "owner"]
    list_display = ["code", "town"]
    inlines = ["LocalTree"]


class LocalTree(offline.LocalEntity):
    model = Tree
    pattern = offline.ReadWrite
    attributes = ["orchard", "kind", "height"]
    list_display = ["kind", "height"]


class LocalBench(offline.LocalEntity):
    model = Bench
    pattern = offline.ReadWrite
    attributes = ["name"]
    list_display = ["name"]


orchard_app = offline.OfflineApp("orchard", title="Orchards", entities=[LocalOrchard, LocalTree, LocalBench])
