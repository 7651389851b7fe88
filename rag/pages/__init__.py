"""Readers of pages."""
