"""`OfflineApp`: a named set of local entities, one installable PWA."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from syncapi.actions.declaration import Action
from syncapi.appsettings.sync_settings import SyncSettings
from syncapi.entities import LocalEntity, User

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


class OfflineApp:
    """Declares an app: assign an instance to a name in an installed app's `offline.py`, and it is found.

    :param name: a slug; the app is at `/apps/<name>/`, its API under `/api/sync/<name>/`. It never changes:
        devices know the installed app by it.
    :param title: what people call it. `short_title`: below its icon; default `title`.
    :param entities: the `LocalEntity` classes it carries, in the order of its screens. `entities` of the app are
        those with a model, which sync; `declared_entities` all of them.
    :param contexts: named parts of the app that can be synced alone, as in `onSync("prices")`.
    :param actions: functions decorated with `@offline.action`, which the app can call when it is online.
    :param anonymous: everybody may use it without signing in, and everybody is `AnonymousUser` to it. Otherwise it
        wants a signed-in user.
    :param theme_color, background_color: CSS hex colours of the installed app's frame and splash screen. These, and
        the titles, are what the app's settings page in the admin begins with.
    :param sync_defaults: when the app syncs by itself, and whether it tries again, until administrators set that on
        its settings page; default never. What they set there holds from then on.
    :param screenshots: paths of static PNG files for the install dialog, by form factor: `narrow` and `wide`.
    :param on_sync: path of a static JavaScript module whose default export says what a sync does, in place of syncing
        everything in the context (`docs/client.md`); kept on the device with the app.
    """

    def __init__(
        self,
        name: str,
        *,
        title: "_StrOrPromise",
        entities: Sequence[type[LocalEntity]],
        contexts: Mapping[str, Sequence[type[LocalEntity]]] | None = None,
        actions: Sequence[Action] = (),
        anonymous: bool = False,
        short_title: "_StrOrPromise" = "",
        description: "_StrOrPromise" = "",
        theme_color: str = "#1f5f5b",
        background_color: str = "#f6f5f2",
        sync_defaults: SyncSettings | None = None,
        screenshots: Mapping[str, str] | None = None,
        on_sync: str = "",
    ) -> None:
        self.name = name
        self.title = title
        self.short_title = short_title or title
        self.description = description
        self.anonymous = anonymous
        self.theme_color = theme_color
        self.background_color = background_color
        self.sync_defaults = sync_defaults or SyncSettings()
        self.screenshots = dict(screenshots or {})
        self.on_sync = on_sync
        self.entity_classes = tuple(entities)
        for cls in self.entity_classes:
            if not (isinstance(cls, type) and issubclass(cls, LocalEntity)):
                raise TypeError(f"entities of the offline app '{name}': {cls!r} is not a LocalEntity class.")
        for action in actions:
            if not isinstance(action, Action):
                raise TypeError(
                    f"actions of the offline app '{name}': {action!r} is not decorated with @offline.action."
                )
        self.declared_actions = tuple(actions)
        self.actions = {action.name: action for action in actions}
        self.context_classes = {name: tuple(classes) for name, classes in (contexts or {}).items()}
        self.declared_entities: dict[str, LocalEntity] = {cls.__name__: cls(self) for cls in self.entity_classes}
        self.entities = {
            name: entity for name, entity in self.declared_entities.items() if not entity.is_on_device_only()
        }

    def __repr__(self) -> str:
        return f"<OfflineApp {self.name}>"

    def has_permission(self, user: User) -> bool:
        """Whether `user` may use the app at all; default everybody for an anonymous app, else active users."""
        return self.anonymous or (user.is_authenticated and user.is_active)

    def entity_for(self, user: User, name: str) -> LocalEntity | None:
        """The entity of this name that syncs, if `user` may have it."""
        entity = self.entities.get(name)
        return entity if entity is not None and entity.has_view_permission(user) else None

    def entities_of(self, context: str, user: User) -> list[LocalEntity] | None:
        """What a context syncs for `user`, in the app's order: for `""` everything. None for a name not declared."""
        classes = self.entity_classes if context == "" else self.context_classes.get(context)
        if classes is None:
            return None
        declared = [entity for entity in self.entities.values() if type(entity) in classes]
        return [entity for entity in declared if entity.has_view_permission(user)]
