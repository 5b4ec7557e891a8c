"""The OpenAPI document describes each operation, its reply and its errors."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from hubbub import errors
from hubbub.models import Member
from hubbub.protocol import commands

OVER_HTTP = [kind for kind in commands.ALL if kind not in commands.SOCKET_ONLY]


@pytest.fixture(scope="module")
def answered() -> dict[str, Any]:
    return {}


@pytest.fixture
def schema(alice: Member, answered: dict[str, Any]) -> dict[str, Any]:
    """What the server answers, asked once for all tests: making it takes most of a second."""
    if not answered:
        answered |= Client().get("/api/openapi.json").json()
    return answered


def test_it_is_openapi_with_valid_references(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    assert schema["info"]["title"] == "Hubbub"
    references = list(references_in(schema))
    assert references
    for reference in references:
        found: Any = schema
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    ids = [operation["operationId"] for operation in operations(schema)]
    assert len(ids) == len(set(ids))


def test_it_lists_exactly_the_commands_of_http(schema: dict[str, Any]) -> None:
    assert set(schema["paths"]) == {f"/api/{commands.type_of(kind)}" for kind in OVER_HTTP}


@pytest.mark.parametrize("kind", OVER_HTTP, ids=commands.type_of)
def test_an_operation_describes_body_reply_and_errors(
    kind: type[commands.Command], schema: dict[str, Any]
) -> None:
    operation = schema["paths"][f"/api/{commands.type_of(kind)}"]["post"]
    assert operation["summary"]
    assert operation["security"]
    answers = operation["responses"]
    assert set(answers) == {"200", *(str(error.status) for error in errors.ALL)}
    assert named(answers["200"]) == kind.reply.__name__
    assert {named(answers[str(error.status)]) for error in errors.ALL} == {"Refusal"}
    body = schema["components"]["schemas"][named(operation["requestBody"])]
    assert set(body["properties"]) == set(kind.model_fields)
    assert body["additionalProperties"] is False
    assert "type" not in body.get("required", [])


def test_it_names_every_code(schema: dict[str, Any]) -> None:
    codes = schema["components"]["schemas"]["ErrorBody"]["properties"]["code"]["enum"]
    assert set(codes) == {*(error.code for error in errors.ALL), "internal"}


def test_its_page_loads_only_our_own_files(alice: Member) -> None:
    """It works behind a firewall, and no other server learns who reads it."""
    page = Client().get("/api/docs").content.decode()
    assert [url for url in re.findall(r"(?:src|href)=\"([^\"]+)\"", page) if not url.startswith("/")] == []


def references_in(part: Any) -> Any:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from references_in(value)


def operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in schema["paths"].values() for operation in path.values()]


def named(part: dict[str, Any]) -> str:
    reference: str = part["content"]["application/json"]["schema"]["$ref"]
    return reference.rpartition("/")[2]
