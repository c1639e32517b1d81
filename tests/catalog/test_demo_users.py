"""Demo users."""

import io

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from catalog.models import Customer, Order, StockCount, Territory

User = get_user_model()

pytestmark = pytest.mark.django_db


def demousers() -> str:
    """Run the command; what it prints."""
    out = io.StringIO()
    call_command("demousers", force=True, stdout=out)
    return out.getvalue()


def customers_of(username: str) -> set[str]:
    return set(Customer.objects.filter(territory__users__username=username).values_list("code", flat=True))


def test_an_installation_that_may_be_real_is_refused() -> None:
    with pytest.raises(CommandError, match="DEBUG is off"):
        call_command("demousers")
    assert not User.objects.exists()


def test_an_empty_project_gets_people_who_see_different_rows() -> None:
    said = demousers()

    assert said.splitlines() == [
        "user      password          sees",
        "admin     haversack         everything, and the admin",
        "nancy     haversack         4 customers and 12 orders of 2 territories",
        "andrew    haversack         4 customers and 12 orders of 2 territories",
    ]
    assert customers_of("nancy").isdisjoint(customers_of("andrew"))
    assert all(order.lines.exists() for order in Order.objects.all())
    for order in Order.objects.all():
        order.full_clean()
    nancy = User.objects.get(username="nancy")
    assert (nancy.is_staff, nancy.is_superuser) == (False, False)
    assert nancy.has_perms(
        ["catalog.add_order", "catalog.change_customer", "catalog.add_stockcount", "catalog.view_product"]
    )
    assert not nancy.has_perm("catalog.change_product")
    assert {count.counted_by.username for count in StockCount.objects.all() if count.counted_by} == {"nancy", "andrew"}


def test_running_twice_says_the_same_and_makes_nothing_twice() -> None:
    first = demousers()
    counts = [model._default_manager.count() for model in (User, Territory, Customer, Order, StockCount)]

    assert demousers() == first
    assert [model._default_manager.count() for model in (User, Territory, Customer, Order, StockCount)] == counts


def test_what_a_person_changed_stays() -> None:
    demousers()
    nancy = User.objects.get(username="nancy")
    nancy.set_password("her own")
    nancy.is_active = False
    nancy.save()

    assert "nancy     (their own)       4 customers" in demousers()

    nancy.refresh_from_db()
    assert nancy.check_password("her own")
    assert not nancy.is_active


def test_people_of_an_older_demo_may_count_stock_too() -> None:
    demousers()
    group = Group.objects.get(name="Sales")
    group.permissions.remove(*Permission.objects.filter(codename__endswith="_stockcount"))
    demousers()
    assert not User.objects.get(username="nancy").has_perm("catalog.add_stockcount")  # somebody wanted that
    StockCount.objects.all().delete()
    demousers()
    assert User.objects.get(username="nancy").has_perm("catalog.add_stockcount")


@pytest.mark.usefixtures("imported")
def test_after_an_import_they_work_the_territories_of_their_namesakes() -> None:
    customers = Customer.objects.count()

    demousers()

    assert customers_of("nancy") == customers_of("nancy.davolio") != set()
    assert customers_of("andrew") == customers_of("andrew.fuller") != set()
    assert customers_of("nancy").isdisjoint(customers_of("andrew"))
    assert Customer.objects.count() == customers


def test_territories_nobody_works_are_shared_out() -> None:
    for code in "ABC":
        territory = Territory.objects.create(code=code, name=code)
        Customer.objects.create(code=code, company_name=code, territory=territory)

    demousers()

    assert customers_of("nancy") == {"A", "C"}
    assert customers_of("andrew") == {"B"}
