import json
from pathlib import Path

import jsonschema
import pytest

from stagewright.model.proof import Proof
from stagewright.report.proof_json import document, to_json
from tests.unit.report.proofs import EMPTY, FULL

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schema/proof.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("proof", [EMPTY, FULL], ids=["empty", "full"])
def test_the_document_follows_the_published_schema(proof: Proof) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(to_json(proof)), SCHEMA)


def test_the_schema_refuses_what_it_does_not_know() -> None:
    strange = {**json.loads(to_json(FULL)), "surprise": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(strange, SCHEMA)


def test_the_parts_that_others_read_are_there() -> None:
    printed = document(FULL)
    expected = {"verdict", "reasons", "scope", "before", "after", "accounting", "configuration", "rules"}
    assert expected | {"probes", "candidates", "files"} <= printed.keys()
    sides = {"size", "size_compressed", "size_above_base", "build_seconds", "rebuild_seconds"}
    assert json.loads(to_json(FULL))["after"].keys() == sides | {"healthy", "user"}
    accounting = json.loads(to_json(FULL))["accounting"]
    assert accounting["sources"]["the original"] == {"count": 10, "bytes": 1000}
    assert accounting["unexplained"] == [{"path": "/app/x", "what": "missing", "detail": "12 bytes"}]
    reasons = ["behaviour, stdout: a → c", "ports"]
    assert json.loads(to_json(FULL))["given_up"] == [{"hardening": "gate", "reasons": reasons}]
    assert json.loads(to_json(FULL))["files"] == [{"path": "Dockerfile", "content": "FROM scratch\n"}]
