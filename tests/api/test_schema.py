"""How the API describes itself."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from jsonschema import Draft202012Validator

from fashionsite.api import urls
from fashionsite.api.problems import CODES, CONTENT_TYPE
from fashionsite.api.views import described

pytestmark = pytest.mark.django_db
ROW = re.compile(r"^\| `([A-Z]+ /api/v1/[^`]*)` \| (.*) \| (\w+) \|$", re.MULTILINE)


@pytest.fixture
def schema() -> dict:
    return described()


def operations(schema: dict) -> list[tuple[str, str, dict]]:
    return [
        (method.upper(), path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def table(schema: dict) -> list[tuple[str, str, str]]:
    """The rows of docs/api.md."""
    return [
        (f"{method} {path}", operation["summary"], operation["x-scope"])
        for method, path, operation in operations(schema)
    ]


def test_the_documentation_has_every_operation(schema):
    text = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
    rows = "\n".join(f"| `{name}` | {summary} | {scope} |" for name, summary, scope in table(schema))
    assert ROW.findall(text) == table(schema), f"the table is to be\n{rows}"


def test_every_operation_has_examples_of_what_it_answers_and_of_every_problem(schema):
    assert schema["openapi"].startswith("3.1")
    for method, path, operation in operations(schema):
        for status, answer in operation["responses"].items():
            if status in ("204", "304"):
                continue
            kinds = answer["content"]
            assert list(kinds) == ["application/json" if status[0] == "2" else CONTENT_TYPE], (method, path, status)
            (content,) = kinds.values()
            assert content["examples"], (method, path, status)
            for name, example in content["examples"].items():
                if status[0] != "2":
                    assert example["value"]["code"] == name
                    assert CODES[name][0] == int(status)


def test_every_example_is_as_the_schema_says(schema):
    def check(described: dict, example: object) -> None:
        # What it refers to lies in the components of the whole.
        Draft202012Validator({**described, "components": schema["components"]}).validate(example)

    for _, _, operation in operations(schema):
        bodies = [*operation["responses"].values(), operation.get("requestBody", {})]
        for content in (content for body in bodies for content in body.get("content", {}).values()):
            for example in content.get("examples", {}).values():
                check(content["schema"], example["value"])


def test_every_resource_says_who_may(schema):
    for pattern in urls.version_1:
        one = getattr(pattern.callback, "view_class", None)
        if one is None:
            continue
        methods = {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(one, name)}
        assert methods == set(one.scopes), one


def test_the_schema_and_the_documentation_ask_nothing_of_others(client):
    page = client.get("/api/docs/").content.decode()
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert 'data-api-schema="/api/v1/schema/"' in page
    answer = client.get("/api/v1/schema/")
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["openapi"].startswith("3.1")
