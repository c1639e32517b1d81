from django.db import models

from catalog.offline import LocalCategory, LocalProduct
from syncapi import offline


class LocalPrice(LocalProduct):
    list_screen = "ownscreens/price-board.js"
    detail_screen = "ownscreens/price-tag.js"


class LocalShelf(LocalCategory):
    list_screen = "ownscreens/broken.js"


class LocalNote(offline.LocalEntity):
    title = models.CharField("title", max_length=80)
    text = models.TextField("text", blank=True)
    list_display = ["title", "text"]
    search_fields = ["title", "text"]


notes_app = offline.OfflineApp("notes", title="Notes", entities=[LocalCategory, LocalNote])
ownscreens_app = offline.OfflineApp("ownscreens", title="Prices", anonymous=True, entities=[LocalPrice, LocalShelf])
