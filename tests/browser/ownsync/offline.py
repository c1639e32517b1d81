from catalog.offline import LocalCategory, LocalProduct
from syncapi import offline

ownsync_app = offline.OfflineApp(
    "ownsync",
    title="Prices first",
    anonymous=True,
    entities=[LocalProduct, LocalCategory],
    contexts={"prices": [LocalProduct]},
    on_sync="ownsync/onsync.js",
)
