from __future__ import annotations

import pytest

from templates_app.factory import Flow, ObjectFactory
from tests.factory.routines import DataProcessor, DataValidator, process_data_logic, register_all

register_all()  # before the test database is made, so that migrating it makes their root prototypes


@pytest.fixture
def factory(db: None) -> ObjectFactory:
    return ObjectFactory.get_instance()


@pytest.fixture
def processor() -> DataProcessor:
    return DataProcessor().set_config(timeout=30, retries=3).set_logic(process_data_logic)


@pytest.fixture
def base_flow(processor: DataProcessor) -> Flow:
    """processor -> validator"""
    flow = Flow()
    flow.add_routine(processor, "processor")
    flow.add_routine(DataValidator(), "validator")
    flow.connect("processor", "output", "validator", "input")
    return flow
