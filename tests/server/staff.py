"""Staff who look at pages of the admin."""

from django.contrib.auth.models import Permission, User
from django.test import Client


def staff(*permissions: str) -> Client:
    """A browser in which somebody is signed in who has these permissions, by codename, and no others."""
    user = User.objects.create_user(f"staff{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    assert user.user_permissions.count() == len(permissions)
    client = Client()
    client.force_login(user)
    return client


def get(client: Client, url: str) -> str:
    """The page, which must be there."""
    response = client.get(url)
    assert response.status_code == 200, response
    return response.content.decode()
