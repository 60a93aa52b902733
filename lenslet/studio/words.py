"""Plain elements of HTML with text in them: what headings, links and sentences of the pages are made with."""

from nicegui.elements.mixins.text_element import TextElement

__all__ = ["heading", "tag"]


def tag(name: str, text: str = "", classes: str = "", **attributes: str | int | bool) -> TextElement:
    """An element with text: `tag("p", "Not yet.", "empty", id="none")`. The text is never taken for HTML.

    Args:
        name: of the element: p, a, h2, button, ...
        text: in it.
        classes: of the style sheet.
        attributes: of the element; `aria_label` is `aria-label`, `for_` is `for`.
    """
    made = TextElement(tag=name, text=text)
    made.classes(classes)
    made.props.update({key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()})
    return made


def heading(text: str, *, level: int = 2) -> TextElement:
    """A heading."""
    return tag(f"h{level}", text)
