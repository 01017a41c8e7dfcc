"""Validates scenarios against docs/scenario.schema.json with the Python package jsonschema."""

import datetime
import json
import pathlib
import re
import tomllib

import jsonschema

# Codes of mistakes that a schema can see; the others need the whole market.
SEEN = {"unknown_key", "bad_choice", "missing_unit", "wrong_type"}


def plain(value):
    """Dates as the text that an editor sees."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return value.isoformat()
    return value


def examples():
    """(code, is it right, TOML) of the entries of `warchest explain` that are variants."""
    text = pathlib.Path("crates/warchest/src/scenario/explain.md").read_text()
    for entry in text.split("\n## ")[1:]:
        code = entry.split("\n", 1)[0].removeprefix("scenario::")
        for kind, which, body in re.findall(r"```(toml(?: whole)?) (wrong|right)\n(.*?)```", entry, re.S):
            base = "" if kind.endswith("whole") else 'base = "small.toml"\n'
            yield code, which == "right", base + body


def main():
    schema = json.loads(pathlib.Path("docs/scenario.schema.json").read_text())
    validator = jsonschema.Draft7Validator
    validator.check_schema(schema)
    judge = validator(schema)
    sound = [*pathlib.Path("scenarios").glob("*.toml")]
    sound += [pathlib.Path("crates/warchest/src/scenario/small.toml")]
    sound += [pathlib.Path("crates/warchest-cli/tests/broken/sound.toml")]
    for path in sound:
        errors = [f"{e.json_path}: {e.message[:200]}" for e in judge.iter_errors(plain(tomllib.loads(path.read_text())))]
        assert not errors, (path, errors[:5])
    accepted, refused = 0, 0
    for code, right, text in examples():
        try:
            found = plain(tomllib.loads(text))
        except tomllib.TOMLDecodeError:
            assert code == "syntax" and not right, code
            continue
        valid = judge.is_valid(found)
        if right:
            assert valid, (code, text, next(judge.iter_errors(found)).message)
            accepted += 1
        elif code in SEEN:
            assert not valid, (code, text)
            refused += 1
    for text in [
        "[[firm]]\nname = 'A'\ncash = '1 GUSD'",
        "[meta]\nas_of = '2025-05-31'",
        "base = 'x.toml'\n[[firm]]\ncash = '1 GUSD'",
        "base = 'x.toml'\n[clock]\nstart = '2026-Q5'",
        "base = 'x.toml'\n[default.frim]\ncash = '1 GUSD'",
        "base = 'x.toml'\n[[firm]]\nname = 'A'\nquality = true",
    ]:
        assert not judge.is_valid(plain(tomllib.loads(text))), text
        refused += 1
    assert accepted >= 35 and refused >= 9, (accepted, refused)
    print(f"schema: {len(sound) + accepted + refused} passed, 0 failed")


main()
