"""Audits of our own models: fits of their recipe on random halves of the rows."""
