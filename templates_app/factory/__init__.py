"""The Python front door to templates: register a prototype, create objects of it, draw flows and run them."""

from __future__ import annotations

from templates_app.factory.flow import Flow
from templates_app.factory.metadata import ObjectMetadata
from templates_app.factory.objectfactory import ObjectFactory

__all__ = ["Flow", "ObjectFactory", "ObjectMetadata"]
