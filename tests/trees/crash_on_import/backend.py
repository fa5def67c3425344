"""A backend that can't be imported."""

raise ImportError("this backend needs what isn't there")
