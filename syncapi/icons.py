"""The icons that an entity can name (`LocalEntity.icon`): strokes on a 24 × 24 grid, as the `d` of an SVG path.

Devices are sent the drawings of those that their app names, so that the others cost them nothing.
"""

ICONS = {
    "box": "M12 3 4 7v10l8 4 8-4V7zM4 7l8 4 8-4M12 11v10M8 5l8 4",
    "building": "M5 21V4h9v17M14 9h5v12M3 21h18M8 8h3M8 12h3M8 16h3",
    "calendar": "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5",
    "chart": "M4 4v16h16M8 16v-4M12 16V8M16 16v-6",
    "chat": "M4 5h16v11h-9l-4 4v-4H4z",
    "clipboard": "M6 5h12v16H6zM9 3h6v4H9zM9 12h6M9 16h4",
    "clock": "M12 7v5l3.5 2M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0 -17 0",
    "document": "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
    "flag": "M5 21V4h13l-3 4.5 3 4.5H5",
    "folder": "M3 6h6l2 2.5h10V19H3z",
    "health": "M9 4h6v5h5v6h-5v5H9v-5H4V9h5z",
    "home": "m4 11 8-7 8 7M6 9.5V20h12V9.5M10 20v-6h4v6",
    "key": "m11 12 8-8M16 7l3 3M4 15a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    "leaf": "M5 19C4 10 9 5 20 4c0 11-5 16-13 14M5 21c1-5 4-8 8-10",
    "list": "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
    "pin": "M12 21s7-6.5 7-11.5a7 7 0 0 0-14 0C5 14.5 12 21 12 21zM9.5 9.5a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0",
    "receipt": "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
    "shelf": "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
    "tag": "M4 4h8l8 8-8 8-8-8zM8.5 8.5h.01",
    "tool": "M20 7a5 5 0 0 1-7 5.5L6.5 19 5 17.5l6.5-6.5A5 5 0 0 1 17 4l-3 3 3 3z",
    "truck": "M3 6h11v11H3zM14 10h4l3 3v4h-7M5 18a2 2 0 1 0 4 0a2 2 0 1 0 -4 0M15 18a2 2 0 1 0 4 0a2 2 0 1 0 -4 0",
    "user": "M4.5 20.5a7.5 7.5 0 0 1 15 0M8 8a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    "users": (
        "M3 20a6 6 0 0 1 12 0"
        "M15.5 5.300a3.5 3.5 0 0 1 0 6.4M17.5 14.5A6 6 0 0 1 21 20M5.5 8.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0"
    ),
}
