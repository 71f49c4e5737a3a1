"""Audits of our own models: fits of their recipe with and without real rows."""
