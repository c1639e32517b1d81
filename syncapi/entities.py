"""`LocalEntity`: which part of a model an app carries, in the style of `ModelAdmin`."""

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.text import camel_case_to_spaces, format_lazy

from syncapi import on_device
from syncapi.attributes import VERSION, Attribute, key_attribute, resolve
from syncapi.computed import ComputedAttribute, computed_attribute
from syncapi.errors import DeclarationError
from syncapi.filled import fills_in, fills_itself
from syncapi.patterns import Pattern, ReadOnly

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise
    from rest_framework.serializers import ModelSerializer

    from syncapi.applications import OfflineApp
    from syncapi.push.change import Change, Conflict

User = AbstractBaseUser | AnonymousUser


class LocalEntity:
    """Declares what a device keeps of one model, or, without a model, what only the device keeps.

    Subclass it in an installed app's `offline.py` and list the subclass in an `OfflineApp`. The class's name is the
    entity's name everywhere: in the API, in the browser's database, in `window.offline.entities`.

    Options:

    - `model`: any model, unchanged. An entity without one declares fields instead, as a model does
      (`text = models.TextField(_("text"))`): its records are made on the device, have a UUID as `id`, and never leave
      it (`docs/on-device.md`). `verbose_name` and `verbose_name_plural` are its labels then.
    - `attributes`: names of fields to carry; `category__name` carries a value of the related row, a many-to-many field
      the keys of the related rows. The primary key always comes along. A method decorated with
      `@offline.attribute` is named in the same way.
    - `pattern`: how it syncs, a class of `syncapi.offline`.
    - `list_display`, `search_fields`, `list_filter`, `ordering`: as in `ModelAdmin`, over `attributes`. The first of
      `list_display` is the record's title on the generated screens.
    - `pictures`: attributes that hold the record's picture, best first; the first that is not empty is shown.
    - `icon`: one of the icons that the generated screens have built in (`syncapi.icons.ICONS`); default the initial of
      the model's plural name.
    - `list_screen`, `detail_screen`: path of a static JavaScript module with a custom element that is shown in place of
      the generated list or record (`docs/screens.md`); kept on the device with the app.
    - `depends_on`: further fields that decide which rows are in a scope, such as `territory__assignments__user`. Only
      tracked patterns look at it, and only where `get_queryset` filters in a way that is first seen when a device asks
      (a warning in the log names the field).

    Options of entities that devices may change (`pattern` one of `ReadWrite`, `ReadWriteWithConflictDetection`):

    - `readonly_attributes`: attributes that are carried and cannot be changed. Computed ones, those of related rows,
      files, keys that the database gives, and relations to what the app does not carry never can.
    - `inlines`: names of entities whose records are edited inside of the form of this one, as in `ModelAdmin`: those of
      them that point at it by a foreign key, saved with it, all or nothing.
    - `merge`: whether changes of different attributes of one record by two people go together (C2); default yes.
    - `serializer_class`: a DRF `ModelSerializer` that decodes and checks values, in place of the generated one.
    - `renamed`: `{"old": "new"}`, names that attributes had, beside those that the model's migrations tell.
    """

    model: ClassVar[type[models.Model]]
    attributes: ClassVar[Sequence[str]] = ()
    pattern: ClassVar[type[Pattern]] = ReadOnly
    list_display: ClassVar[Sequence[str]] = ()
    search_fields: ClassVar[Sequence[str]] = ()
    list_filter: ClassVar[Sequence[str]] = ()
    ordering: ClassVar[Sequence[str]] = ()
    pictures: ClassVar[Sequence[str]] = ()
    icon: ClassVar[str] = ""
    list_screen: ClassVar[str] = ""
    detail_screen: ClassVar[str] = ""
    depends_on: ClassVar[Sequence[str]] = ()

    readonly_attributes: ClassVar[Sequence[str]] = ()
    inlines: ClassVar[Sequence[str]] = ()
    merge: ClassVar[bool] = True
    serializer_class: "ClassVar[type[ModelSerializer[Any]] | None]" = None
    renamed: ClassVar[Mapping[str, str]] = {}

    verbose_name: "ClassVar[_StrOrPromise]" = ""
    verbose_name_plural: "ClassVar[_StrOrPromise]" = ""
    declared_fields: "ClassVar[Mapping[str, on_device.Field]]" = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.declared_fields = {**cls.declared_fields, **on_device.take_fields(cls)}

    def __init__(self, app: "OfflineApp") -> None:
        self.app = app

    def __repr__(self) -> str:
        return f"<{self.name} of {self.app.name}>"

    @property
    def name(self) -> str:
        return type(self).__name__

    @classmethod
    def is_on_device_only(cls) -> bool:
        """Whether it has no model: it is never synced."""
        return bool(cls.declared_fields) and not hasattr(cls, "model")

    @property
    def labels(self) -> "tuple[_StrOrPromise, _StrOrPromise]":
        """What one record is called, and several."""
        if not self.is_on_device_only():
            return self.model._meta.verbose_name or "", self.model._meta.verbose_name_plural or ""
        label = self.verbose_name or camel_case_to_spaces(self.name.removeprefix("Local") or self.name)
        return label, self.verbose_name_plural or format_lazy("{}s", label)

    # -- hooks

    def has_view_permission(self, user: User) -> bool:
        """Whether `user` may have this entity at all; default everybody who may use the app.

        Called on every request. Who may not is not told that there is such an entity, and a device that has its rows
        drops them with its next sync.
        """
        return True

    def get_scope(self, user: User) -> Hashable:
        """What decides which rows `user` carries; `None`, the default, gives everybody the same rows.

        Called on every request. See `docs/decisions/0005-scopes.md` for the values it may return.
        """
        return None

    def get_queryset(self, scope: Hashable) -> models.QuerySet[Any]:
        """The rows of `scope`; default all rows of the model's default manager."""
        return self.model._default_manager.all()

    def get_attributes(self) -> Sequence[str]:
        """Names of the attributes to carry; default `attributes`."""
        return list(self.declared_fields) if self.is_on_device_only() else self.attributes

    # -- hooks of entities that devices may change

    def has_add_permission(self, user: User) -> bool:
        """Whether `user` may make records; default everybody who is signed in."""
        return bool(user.is_authenticated)

    def has_change_permission(self, user: User, instance: Any = None) -> bool:
        """Whether `user` may change records at all, or, where it is given, this one as it is in the database."""
        return bool(user.is_authenticated)

    def has_delete_permission(self, user: User, instance: Any = None) -> bool:
        """Whether `user` may delete records at all, or, where it is given, this one."""
        return bool(user.is_authenticated)

    def perform_create(self, instance: Any, change: "Change") -> None:
        """Saves a new record, which was validated. Here is the place to fill in what the device does not know.

        May raise `ValidationError`, which the person sees at the fields that it names, or `offline.Refused`. All of
        it is in one transaction with the rest of the change.
        """
        instance.save(force_insert=True)

    def perform_update(self, instance: Any, change: "Change") -> None:
        """Saves a record that was changed, and validated. As `perform_create`.

        Only the fields that changed; the whole record where the model's `save()` or a receiver of `pre_save` may fill
        in others. It is locked, and as it is in the database: nothing of somebody else is overwritten.
        """
        changed = [name for name in change.values if self.is_stored(name)]
        if changed and fills_in(self.model):
            instance.save(force_update=True)
        else:
            stamps = [field.name for field in self.model._meta.fields if fills_itself(field)]
            instance.save(update_fields=[*changed, *stamps] if changed else [])

    def perform_destroy(self, instance: Any, change: "Change") -> None:
        """Deletes a record. As `perform_create`."""
        instance.delete()

    def resolve_conflict(self, conflict: "Conflict") -> Mapping[str, Any] | None:
        """Settles a conflict without asking: values by conflicting attribute, or None to leave it to the person."""
        return None

    def is_stored(self, name: str) -> bool:
        """Whether an attribute is in a column of the record's own row; many-to-many ones are not."""
        return bool(self.model._meta.get_field(name).concrete and not self.model._meta.get_field(name).many_to_many)

    # -- what follows from the declaration

    @cached_property
    def columns(self) -> tuple[Attribute, ...]:
        """The attributes in the order of a row's values: the primary key first, each once.

        :raises DeclarationError: an attribute cannot be resolved; `manage.py check` reports the same.
        """
        if self.is_on_device_only():
            return on_device.columns(self.declared_fields)
        key = key_attribute(self.model)
        names = [name for name in dict.fromkeys(self.get_attributes()) if name not in ("pk", key.name)]
        return (key, *(self.resolve(name) for name in names))

    @cached_property
    def row_columns(self) -> tuple[Attribute, ...]:
        """What the values of a row stand for: `columns`, and in writable entities the version as the second."""
        key, *others = self.columns
        return (key, VERSION, *others) if self.pattern.writable else self.columns

    @cached_property
    def stored_columns(self) -> tuple[Attribute, ...]:
        """What is read from the database for `columns`, the primary key first, each once."""
        sources = [column.sources if isinstance(column, ComputedAttribute) else (column,) for column in self.columns]
        return tuple({one.name: one for some in sources for one in some}.values())

    @cached_property
    def computes(self) -> bool:
        """Whether it has computed attributes."""
        return any(isinstance(column, ComputedAttribute) for column in self.columns)

    def resolve(self, name: str) -> Attribute:
        """An attribute by name: a field of the model, or a method decorated with `@offline.attribute`.

        :raises DeclarationError:
        """
        return computed_attribute(type(self), name) or resolve(self.model, name)

    def column(self, name: str) -> Attribute | None:
        return next((column for column in self.columns if column.name == name), None)

    def rows(self, scope: Hashable) -> models.QuerySet[Any]:
        """`get_queryset(scope)`, brought into a form that can be filtered and ordered further.

        :raises DeclarationError: it is no queryset, or one of another model.
        """
        queryset = self.get_queryset(scope)
        if not isinstance(queryset, models.QuerySet):
            raise DeclarationError(
                f"{self.name}.get_queryset() returned a {type(queryset).__name__}. "
                f"Return a QuerySet of {self.model._meta.label}."
            )
        # Of a proxy, or of a child in multi-table inheritance, rows have the same keys.
        if not issubclass(queryset.model, self.model._meta.concrete_model or self.model):
            raise DeclarationError(
                f"{self.name}.get_queryset() returned rows of {queryset.model._meta.label}. "
                f"Return a QuerySet of {self.model._meta.label}."
            )
        query = queryset.query
        if query.is_sliced or query.combinator or query.distinct_fields or not query.standard_ordering:
            # Of all rows, whichever of them the project's managers leave out.
            queryset = models.QuerySet(self.model, using=queryset.db).filter(pk__in=queryset.values("pk"))
        if queryset.query.select_for_update:
            queryset = queryset.all()
            queryset.query.select_for_update = False  # reading waits for nobody
        return queryset
