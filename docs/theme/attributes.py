"""What the reference says of classes' attributes: their own text, never that of the class of their value,
which is all that inspection finds."""

import inspect

import griffe


class OwnTexts(griffe.Extension):
    """Takes the texts of values' classes away, and with them the attributes, but for the codes of errors."""

    def on_attribute_instance(self, *, node, attr, agent, **kwargs):
        """An attribute was found."""
        value = getattr(node, "obj", None)
        if attr.docstring is None or attr.docstring.value != inspect.getdoc(type(value)):
            return
        attr.docstring = griffe.Docstring("What `error.code` says.", parent=attr) if attr.name == "code" else None
