"""What PowerDNS refuses of a change to a zone, in its own words."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

TYPES = ("A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "TXT")
NAMES_ONLY = ("CNAME", "NS", "PTR")  # their content is a name
OF_RRSET = {"name", "type", "changetype", "ttl", "records", "comments"}
OF_RECORD = {"content", "disabled", "set-ptr", "modified_at"}
NAME = re.compile(r"(?!.{255})([A-Za-z0-9_]([A-Za-z0-9_/-]{0,61}[A-Za-z0-9_])?\.)+")
MOST_SECONDS = 2**31 - 1


class Change(StrEnum):
    """What is done with the records of a name and a type."""

    REPLACE = "REPLACE"
    DELETE = "DELETE"


def what_is_wrong(sent: Any, zone: str) -> str:
    """Why a change is refused as a whole; empty when it is not."""
    rrsets = sent.get("rrsets") if isinstance(sent, dict) else None
    if not isinstance(rrsets, list) or not rrsets:
        return "No rrsets given in update request"
    return next(filter(None, (_of_rrset(rrset, zone) for rrset in rrsets)), "")


def _of_rrset(rrset: Any, zone: str) -> str:
    if not isinstance(rrset, dict) or set(rrset) - OF_RRSET:
        return "RRset holds keys that are not known"
    name, kind, change = (rrset.get(key) for key in ("name", "type", "changetype"))
    if not isinstance(name, str) or not name.endswith("."):
        return f"DNS Name '{name}' is not canonical"
    if not NAME.fullmatch(name):
        return f"Unable to parse DNS Name '{name}'"
    if kind not in TYPES:
        return f"RRset {name} IN {kind}: unknown type given"
    if not f".{name}".endswith(f".{zone}"):
        return f"RRset {name} IN {kind}: Name is out of zone"
    if change == Change.DELETE:
        return ""
    return _of_replacement(rrset, f"{name} IN {kind}") if change == Change.REPLACE else "Changetype not understood"


def _of_replacement(rrset: Mapping[str, Any], which: str) -> str:
    life, records = rrset.get("ttl"), rrset.get("records")
    if isinstance(life, bool) or not isinstance(life, int) or not 0 <= life <= MOST_SECONDS:
        return "Key 'ttl' is not an Integer or not present"
    if not isinstance(records, list) or not records:
        return f"RRset {which}: no records given"
    contents = [record.get("content") if isinstance(record, dict) else None for record in records]
    if len(set(map(str, contents))) < len(contents):
        return f"RRset {which} has duplicate records"
    return next(filter(None, (_of_record(record, rrset["type"], which) for record in records)), "")


def _of_record(record: Any, kind: str, which: str) -> str:
    if not isinstance(record, dict) or set(record) - OF_RECORD:
        return "Record holds keys that are not known"
    content = record.get("content")
    if not isinstance(content, str) or not content:
        return "Key 'content' not present or not a String"
    if not isinstance(record.get("disabled", False), bool):
        return "Key 'disabled' is not a Bool"
    if kind in NAMES_ONLY and not NAME.fullmatch(content):
        parsed = content if content.endswith(".") else f"{content}."
        return f"Record {which} '{content}': Not in expected format (parsed as '{parsed}')"
    return ""
