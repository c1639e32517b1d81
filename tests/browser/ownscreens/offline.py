from catalog.offline import LocalCategory, LocalProduct
from syncapi import offline


class LocalPrice(LocalProduct):
    list_screen = "ownscreens/price-board.js"
    detail_screen = "ownscreens/price-tag.js"


class LocalShelf(LocalCategory):
    list_screen = "ownscreens/broken.js"


ownscreens_app = offline.OfflineApp("ownscreens", title="Prices", anonymous=True, entities=[LocalPrice, LocalShelf])
