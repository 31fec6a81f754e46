"""Asks one published checker of Python: `peers.py NAME`, one question a line in, one answer a line out.

Knows how each of them is asked and what its answer means. The time is that of the judgement: no start, no import, no line.
"""

import json
import sys
import time


def jsonsubschema():
    from jsonsubschema import isSubschema

    def judge(old, new):
        return ("compatible" if isSubschema(old, new) else "breaking"), None

    return judge


def jsoncompat():
    from jsoncompat import analyze_compat

    words = {"compatible": "compatible", "incompatible": "breaking", "unknown": "unknown"}

    # It reads 2020-12 and refuses a schema that names another draft.
    def unnamed(schema):
        if isinstance(schema, dict):
            schema = {key: value for key, value in schema.items() if key != "$schema"}
        return json.dumps(schema)

    # The new schema reads what was written under the old one: that is the role of a deserializer.
    def judge(old, new):
        result = analyze_compat(unnamed(old), unnamed(new), "deserializer")
        held = {"witness": result["counterexample"]} if "counterexample" in result else None
        return words[result["status"]], held

    return judge


def isjsonschemasubset():
    from isjsonschemasubset import JSONSchema, issubset, resolve

    def judge(old, new):
        sides = [resolve(JSONSchema(**schema)) for schema in (old, new)]
        return ("breaking" if any(True for _ in issubset(*sides)) else "compatible"), None

    return judge


def main():
    judge = {each.__name__: each for each in (jsonsubschema, jsoncompat, isjsonschemasubset)}[sys.argv[1]]()
    # Whatever a checker prints is no answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        pair = json.loads(line)
        begun = time.perf_counter_ns()
        try:
            verdict, held = judge(pair["old"], pair["new"])
        except Exception as fault:
            verdict, held = "refused", {"why": type(fault).__name__}
        answer = {"verdict": verdict, "us": (time.perf_counter_ns() - begun) / 1000, **(held or {})}
        print(json.dumps(answer), file=answers, flush=True)


main()
