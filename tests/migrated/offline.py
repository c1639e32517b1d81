from syncapi import offline
from tests.migrated.models import Item


class LocalItem(offline.LocalEntity):
    model = Item
    attributes = ["title", "price", "remark", "group__name"]
    pattern = offline.ReadOnlyOptimized


migrated_app = offline.OfflineApp("migrated", title="Migrated", anonymous=True, entities=[LocalItem])
