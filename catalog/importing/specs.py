"""Which files there are, which columns they have, and where each value goes.

Types and limits are those of the model fields themselves, so that they are written down once.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from catalog.models import Category, Customer, Order, OrderLine, Product, Supplier, Territory, TerritoryAssignment

User = get_user_model()


@dataclass(frozen=True)
class Column:
    """One column of a file.

    `name` is the attribute the value goes to. A column either has a `field`, which knows type and limits, or
    `refers` to the key of another table. `required` makes an empty cell an error where the field would have a
    default; `optional` columns may be missing from the file altogether.
    """

    header: str
    name: str
    field: "models.Field[Any, Any] | None" = None
    refers: str = ""
    required: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Table:
    """One file. Tables without a `model` only name things that other tables refer to.

    `key` lists the headers that identify a row in the file, `natural` the attributes that identify it in the database.
    `checked` runs the model's own `clean()` on each row, for rules that span columns.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    model: type[models.Model] | None = None
    natural: tuple[str, ...] = ()
    checked: bool = False

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def column(self, header: str) -> Column:
        return next(column for column in self.columns if column.header == header)


def _of(model: type[models.Model], header: str, name: str, **options: Any) -> Column:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return Column(header, name, field, **options)


def _contact(model: type[models.Model]) -> tuple[Column, ...]:
    return (
        _of(model, "CompanyName", "company_name"),
        _of(model, "ContactName", "contact_name"),
        _of(model, "ContactTitle", "contact_title"),
        _of(model, "Address", "address"),
        _of(model, "City", "city"),
        _of(model, "Region", "region"),
        _of(model, "PostalCode", "postal_code"),
        _of(model, "Country", "country"),
        _of(model, "Phone", "phone"),
        _of(model, "Fax", "fax"),
    )


def _identifier() -> "models.CharField[str, str]":
    """A key that only means something inside the files."""
    return models.CharField(max_length=20)


# In the order they are written: what is referred to comes first.
TABLES: tuple[Table, ...] = (
    Table(
        "categories",
        key=("CategoryID",),
        model=Category,
        natural=("code",),
        columns=(
            _of(Category, "CategoryID", "code"),
            _of(Category, "CategoryName", "name"),
            _of(Category, "Description", "description"),
            _of(Category, "Picture", "picture", optional=True),
        ),
    ),
    Table(
        "suppliers",
        key=("SupplierID",),
        model=Supplier,
        natural=("code",),
        columns=(
            _of(Supplier, "SupplierID", "code"),
            *_contact(Supplier),
            _of(Supplier, "HomePage", "home_page"),
        ),
    ),
    Table(
        "products",
        key=("ProductID",),
        model=Product,
        natural=("sku",),
        columns=(
            _of(Product, "ProductID", "sku"),
            _of(Product, "ProductName", "name"),
            Column("SupplierID", "supplier", refers="suppliers"),
            Column("CategoryID", "category", refers="categories"),
            _of(Product, "QuantityPerUnit", "quantity_per_unit"),
            _of(Product, "UnitPrice", "unit_price", required=True),
            _of(Product, "UnitsInStock", "units_in_stock"),
            _of(Product, "UnitsOnOrder", "units_on_order"),
            _of(Product, "ReorderLevel", "reorder_level"),
            _of(Product, "Discontinued", "discontinued"),
            _of(Product, "Picture", "picture", optional=True),
        ),
    ),
    Table(
        "regions",
        key=("RegionID",),
        columns=(
            Column("RegionID", "key", _identifier()),
            _of(Territory, "RegionDescription", "region", required=True),
        ),
    ),
    Table(
        "territories",
        key=("TerritoryID",),
        model=Territory,
        natural=("code",),
        columns=(
            _of(Territory, "TerritoryID", "code"),
            _of(Territory, "TerritoryDescription", "name"),
            Column("RegionID", "region", refers="regions"),
        ),
    ),
    Table(
        "employees",
        key=("EmployeeID",),
        model=User,
        natural=("username",),  # made from the names while planning
        columns=(
            Column("EmployeeID", "key", _identifier()),
            _of(User, "LastName", "last_name", required=True),
            _of(User, "FirstName", "first_name", required=True),
        ),
    ),
    Table(
        "employee_territories",
        key=("EmployeeID", "TerritoryID"),
        model=TerritoryAssignment,
        natural=("user", "territory"),
        columns=(
            Column("EmployeeID", "user", refers="employees", required=True),
            Column("TerritoryID", "territory", refers="territories", required=True),
        ),
    ),
    Table(
        "customers",
        key=("CustomerID",),
        model=Customer,
        natural=("code",),
        columns=(
            _of(Customer, "CustomerID", "code"),
            *_contact(Customer),
            Column("TerritoryID", "territory", refers="territories", optional=True),
        ),
    ),
    Table(
        "shippers",
        key=("ShipperID",),
        columns=(
            Column("ShipperID", "key", _identifier()),
            _of(Order, "CompanyName", "shipper", required=True),
        ),
    ),
    Table(
        "orders",
        key=("OrderID",),
        model=Order,
        natural=("number",),
        checked=True,
        columns=(
            _of(Order, "OrderID", "number", required=True),
            Column("CustomerID", "customer", refers="customers", required=True),
            Column("EmployeeID", "taken_by", refers="employees"),
            _of(Order, "OrderDate", "order_date", required=True),
            _of(Order, "RequiredDate", "required_date"),
            _of(Order, "ShippedDate", "shipped_date"),
            Column("ShipVia", "shipper", refers="shippers"),
            _of(Order, "Freight", "freight"),
            _of(Order, "ShipName", "ship_name"),
            _of(Order, "ShipAddress", "ship_address"),
            _of(Order, "ShipCity", "ship_city"),
            _of(Order, "ShipRegion", "ship_region"),
            _of(Order, "ShipPostalCode", "ship_postal_code"),
            _of(Order, "ShipCountry", "ship_country"),
        ),
    ),
    Table(
        "order_details",
        key=("OrderID", "ProductID"),
        model=OrderLine,
        natural=("order", "product"),
        columns=(
            Column("OrderID", "order", refers="orders", required=True),
            Column("ProductID", "product", refers="products", required=True),
            _of(OrderLine, "UnitPrice", "unit_price"),
            _of(OrderLine, "Quantity", "quantity", required=True),
            _of(OrderLine, "Discount", "discount"),
        ),
    ),
)

BY_NAME = {table.name: table for table in TABLES}


def key_field(column: Column) -> "models.Field[Any, Any]":
    """The field that knows the type of a column: its own, or that of the key it refers to."""
    while column.field is None:
        target = BY_NAME[column.refers]
        column = target.column(target.key[0])
    return column.field
