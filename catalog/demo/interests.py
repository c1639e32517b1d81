"""What customers of the demo like to hear about."""

from catalog.models import Customer, Interest

INTERESTS = ("Cheese and wine", "Fish", "Organic", "Spices", "Sweets", "Tea and coffee")
CUSTOMERS = 40


def make_demo_interests() -> None:
    """Make interests, always the same, and give some to the first customers there are."""
    interests = [Interest.objects.create(name=name) for name in INTERESTS]
    link = Customer.interests.through
    link._default_manager.bulk_create(
        link(customer_id=customer, interest_id=interests[(number + step * 2) % len(interests)].pk)
        for number, customer in enumerate(Customer.objects.order_by("code").values_list("pk", flat=True)[:CUSTOMERS])
        for step in range(number % 4)
    )
