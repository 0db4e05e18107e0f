"""Compares what schemathesis objected to with the reasons that are written down.

judge.py CONTRACT EVENTS.ndjson REASONS.toml; exit code 1 when an objection has no reason, or a reason no objection.
"""

import base64
import json
import re
import sys
import tomllib
from urllib.parse import unquote


def text(part):
    """A body as schemathesis records it."""
    return base64.b64decode(part["$base64"]).decode("utf-8", "replace") if part else ""


def objections(path):
    """Every failed check with the request that it failed on, and every error of the tool itself."""
    tested = 0
    finished = False
    found = []
    with open(path, encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            finished |= "EngineFinished" in event
            if "NonFatalError" in event or "FatalError" in event:
                found.append({"code": "tool-error", "operation": "", "request": "", "message": line[:400]})
            if "ScenarioFinished" not in event:
                continue
            recorder = event["ScenarioFinished"]["recorder"]
            tested += len(recorder["interactions"])
            for case, checks in recorder["checks"].items():
                for check in checks:
                    if check["status"] == "success":
                        continue
                    sent = recorder["interactions"].get(case, {}).get("request", {})
                    address = unquote(re.sub(r"^https?://[^/]+", "", sent.get("uri", "")))
                    failure = (check.get("failure_info") or {}).get("failure") or {}
                    found.append({
                        "code": failure.get("code") or check["name"],
                        "operation": recorder["label"],
                        "request": f"{sent.get('method', '')} {address} {text(sent.get('body'))}".strip(),
                        "message": " ".join(str(failure.get("message", "")).split()),
                    })
    return found, tested, finished


def explains(reason, objection):
    return (
        reason["code"] == objection["code"]
        and reason["operation"] == objection["operation"]
        and re.search(reason["request"], objection["request"]) is not None
    )


def main():
    contract, events, reasons = sys.argv[1:]
    with open(reasons, "rb") as file:
        reasons = [reason for reason in tomllib.load(file).get("reasons", []) if reason["contract"] == contract]
    vague = [reason for reason in reasons if len(reason.get("reason", "").strip()) < 20]
    found, tested, finished = objections(events)
    unexplained = [one for one in found if not any(explains(reason, one) for reason in reasons)]
    stale = [reason for reason in reasons if not any(explains(reason, one) for one in found)]

    shown = {}
    for one in unexplained:
        shown.setdefault((one["code"], one["operation"]), []).append(one)
    for (code, operation), ones in shown.items():
        print(f"unexplained {code} on {operation}, {len(ones)} times, first:\n  {ones[0]['request'][:600]}\n  {ones[0]['message'][:300]}")
    for reason in stale:
        print(f"stale reason: {reason['code']} on {reason['operation']}: {reason['reason']}")
    for reason in vague:
        print(f"a reason without a reason: {reason['code']} on {reason['operation']}")
    if not finished or tested == 0:
        print("schemathesis did not finish, or sent nothing")
    print(f"{contract}: {tested} requests, {len(found)} objections, {len(unexplained)} unexplained, {len(stale)} stale reasons")
    return 0 if finished and tested and not (unexplained or stale or vague) else 1


sys.exit(main())
