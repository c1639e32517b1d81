"""Categories as a tree."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from catalog.admin.pictures import PictureAdmin
from catalog.models import Category
from catalog.tree import Node, Tree, grow


def category_tree() -> Tree:
    """The whole tree, in one query. Only keys and names: tens of thousands would still be small."""
    return grow(Node(*row) for row in Category.objects.order_by().values_list("pk", "parent_id", "name"))


class TreeChangeList(ChangeList):
    """A change list in tree order, unless the person asked for another one, over pages too."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        tree = category_tree()
        if ORDER_VAR not in self.params:
            self.result_list = self._page_in_tree_order(tree)
        for category in self.result_list:
            category.tree_depth = tree.depth.get(category.pk, 0)

    def _page_in_tree_order(self, tree: Tree) -> list[Any]:
        wanted = set(self.queryset.order_by().values_list("pk", flat=True))
        keys = [node.pk for node in tree.order if node.pk in wanted]
        if self.multi_page and not self.show_all:
            page = self.paginator.page(self.page_num)
            keys = keys[page.start_index() - 1 : page.end_index()]
        rows = self.queryset.in_bulk(keys)
        return [rows[key] for key in keys if key in rows]


@admin.register(Category)
class CategoryAdmin(PictureAdmin):
    list_display = ["thumbnail", "name_in_tree", "code", "product_count"]
    list_display_links = ["thumbnail", "name_in_tree"]
    list_per_page = 200
    search_fields = ["name", "code", "description"]
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"code": ["name"]}
    fieldsets = [
        (None, {"fields": ["name", "code", "parent", "description"]}),
        (_("Picture"), {"fields": ["picture"]}),
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TreeChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        rows: QuerySet[Category] = super().get_queryset(request)
        return rows.annotate(product_total=Count("products"))

    @admin.display(description=_("name"), ordering="name")
    def name_in_tree(self, obj: Any) -> str:
        """The name, one step in for every level."""
        depth = getattr(obj, "tree_depth", 0)
        steps = format_html_join("", '<span class="catalog-level">{}</span>', [[""]] * (depth - 1))
        corner = format_html_join("", '<span class="catalog-level" aria-hidden="true">{}</span>', [["└"]][:depth])
        return format_html("{}{}{}", steps, corner, obj.name)

    @admin.display(description=_("products"), ordering="product_total")
    def product_count(self, obj: Any) -> int:
        """Products directly on this shelf."""
        count: int = obj.product_total
        return count
