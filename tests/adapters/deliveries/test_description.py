"""The description of the interface, held against what the interface does."""

import asyncio
from typing import Any

import pytest
import schemathesis
import schemathesis.generation.jsonschema.strategy  # Python 3.11 cannot parse it far down the stack
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, unsupported_method

from tests.adapters.deliveries.conftest import Doors

EXAMPLES = 20
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
]
OPERATIONS = [
    ("POST", "/deliveries"),
    ("GET", "/deliveries/{id}"),
    ("GET", "/envelopes/{id}"),
    ("GET", "/envelopes/{id}/proof"),
    ("GET", "/envelopes/{id}/document"),
]


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_it_does_what_it_says(doors: Doors, method: str, path: str, mode: GenerationMode) -> None:
    document = await (await doors.client.get("/api/v1/openapi.json")).json()
    url = str(doors.client.make_url("/api/v1"))
    operation = schemathesis.openapi.from_dict(document)[path][method]
    statuses = set[int]()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case[Any]) -> None:
        answer = case.call_and_validate(base_url=url, checks=CHECKS, headers={"Authorization": f"Bearer {doors.token}"})
        statuses.add(answer.status_code)

    await asyncio.to_thread(ask)
    assert statuses
    if mode is GenerationMode.POSITIVE:  # the others try without the token as well
        assert 401 not in statuses


@pytest.mark.parametrize("path", sorted({path for _, path in OPERATIONS}))
async def test_no_other_method_is_taken(doors: Doors, path: str) -> None:
    document = await (await doors.client.get("/api/v1/openapi.json")).json()
    schema = schemathesis.openapi.from_dict(document)
    operation = next(iter(schema[path].values()))
    cases = schema.iter_coverage_cases(
        operation,
        generation_modes=[GenerationMode.NEGATIVE],
        generation_config=schema.config.generation_for(operation=operation),
    )
    others = [case for case in cases if case.method not in {"OPTIONS", operation.method.upper()}]
    url = str(doors.client.make_url("/api/v1"))

    def ask() -> set[str]:
        for case in others:
            headers = {"Authorization": f"Bearer {doors.token}"}
            answer = case.call_and_validate(base_url=url, checks=[unsupported_method], headers=headers)
            assert answer.status_code == 405
        return {case.method for case in others}

    assert {"DELETE", "PATCH", "PUT", "TRACE"} <= await asyncio.to_thread(ask)


async def test_every_operation_is_held_against_its_description(doors: Doors) -> None:
    document = await (await doors.client.get("/api/v1/openapi.json")).json()
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == set(OPERATIONS)
