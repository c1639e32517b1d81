"""Demo users: who they are, and what they may do and see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from catalog.demo.interests import make_demo_interests
from catalog.demo.sales import make_demo_sales
from catalog.demo.stock import make_demo_counts
from catalog.models import Customer, Interest, Order, StockCount, Territory, TerritoryAssignment

if TYPE_CHECKING:
    from django.contrib.auth.models import User
else:
    User = get_user_model()

PASSWORD = "haversack"  # noqa: S105 - it is printed, and refused outside of development
SALES_GROUP = "Sales"
SALES_MAY = {
    "view": (
        "category",
        "supplier",
        "product",
        "territory",
        "customer",
        "order",
        "orderline",
        "stockcount",
        "interest",
    ),
    "add": ("customer", "order", "orderline", "stockcount"),
    "change": ("customer", "order", "orderline", "stockcount"),
    "delete": ("order", "orderline", "stockcount"),
}
# Demo user, full name, and the imported employee whose territories they work too.
SALES_PEOPLE = {
    "nancy": ("Nancy", "Davolio", "nancy.davolio"),
    "andrew": ("Andrew", "Fuller", "andrew.fuller"),
}


@dataclass(frozen=True)
class DemoUser:
    """A line of the table: `password` is None if the person chose another one."""

    username: str
    password: str | None
    sees: str


@transaction.atomic
def make_demo_users() -> list[DemoUser]:
    """Make the demo users that are missing, and give the sales people territories to work.

    Name, password, flags and groups are set when a user is made and never again. Sales data is made only if there are
    neither territories nor customers, and interests and stock counts only if there are none.
    """
    admin = _user("admin", is_staff=True, is_superuser=True)
    people = {
        name: _user(name, group=SALES_GROUP, first_name=first, last_name=last)
        for name, (first, last, _employee) in SALES_PEOPLE.items()
    }
    if not Territory.objects.exists() and not Customer.objects.exists():
        make_demo_sales({name: user.pk for name, user in people.items()})
    if not Interest.objects.exists():
        make_demo_interests()
    if not StockCount.objects.exists():
        make_demo_counts([user.pk for user in people.values()])
        # The group may be from a time before there were any.
        _sales_group(SALES_GROUP).permissions.add(*_sales_permissions("stockcount", "interest"))
    for name, (_first, _last, employee) in SALES_PEOPLE.items():
        _take_over(people[name], employee)
    _share_what_is_left(list(people.values()))
    return [_line(user) for user in (admin, *people.values())]


def _user(username: str, *, group: str = "", **values: object) -> User:
    user, created = User.objects.get_or_create(username=username, defaults=values)
    if created:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        if group:
            user.groups.add(_sales_group(group))
    return user


def _sales_group(name: str) -> Group:
    """What sales people may do; an existing group is taken as it is."""
    group, created = Group.objects.get_or_create(name=name)
    if created:
        group.permissions.set(_sales_permissions())
    return group


def _sales_permissions(*models: str) -> list[Permission]:
    """What sales people may do with these models; without any, with all."""
    codenames = [
        f"{action}_{model}" for action, some in SALES_MAY.items() for model in some if model in (models or some)
    ]
    return list(Permission.objects.filter(content_type__app_label="catalog", codename__in=codenames))


def _take_over(user: User, employee: str) -> None:
    """Work the territories of an imported employee as well."""
    theirs = Territory.objects.filter(users__username=employee).exclude(users=user)
    _assign(user, theirs)


def _share_what_is_left(users: list[User]) -> None:
    """Deal out territories in turn to users who would otherwise see nothing."""
    idle = [user for user in users if not TerritoryAssignment.objects.filter(user=user).exists()]
    free = list(Territory.objects.filter(users=None).order_by("code") or Territory.objects.order_by("code"))
    for turn, user in enumerate(idle):
        _assign(user, free[turn :: len(idle)])


def _assign(user: User, territories: Iterable[Territory]) -> None:
    TerritoryAssignment.objects.bulk_create(
        [TerritoryAssignment(user=user, territory=territory) for territory in territories], ignore_conflicts=True
    )


def _line(user: User) -> DemoUser:
    return DemoUser(user.username, PASSWORD if user.check_password(PASSWORD) else None, _sees(user))


def _sees(user: User) -> str:
    if user.is_superuser:
        return "everything, and the admin"
    customers = Customer.objects.filter(territory__users=user).distinct()
    orders = Order.objects.filter(customer__in=customers)
    territories = Territory.objects.filter(users=user).count()
    return f"{customers.count()} customers and {orders.count()} orders of {territories} territories"
