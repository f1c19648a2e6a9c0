"""The dashboard and the alert rules in `docs` speak of metrics that there are."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from adapters.web.metrics import Metrics

DOCS = Path(__file__).parents[3] / "docs"
FUNCTIONS = {"absent", "count", "histogram_quantile", "increase", "max", "rate", "sum"}
WORDS = FUNCTIONS | {"by", "or", "and"}
# What Prometheus knows of every target, and the label that a histogram's buckets have.
TARGET = {"up": {"job", "instance"}}

_STRING = re.compile(r'"[^"]*"')
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABELS = re.compile(r"by \(([^)]*)\)|\{([^}]*)\}")


def find_labels() -> dict[str, set[str]]:
    """The labels of every metric that a process shows from its start."""
    found: dict[str, set[str]] = dict(TARGET)
    for family in text_string_to_metric_families(generate_latest(Metrics().registry).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def panels() -> list[dict[str, object]]:
    board = json.loads((DOCS / "grafana" / "paraaf.json").read_text())
    assert board["uid"] == "paraaf"
    return list(board["panels"])


def rules() -> list[dict[str, object]]:
    (group,) = yaml.safe_load((DOCS / "alerts.yml").read_text())["groups"]
    return list(group["rules"])


def expressions() -> Iterator[str]:
    for rule in rules():
        yield str(rule["expr"])
    for panel in panels():
        targets = panel["targets"]
        assert isinstance(targets, list)
        assert targets, panel["title"]
        for target in targets:
            yield target["expr"]


def find_faults(expression: str) -> list[str]:
    """Names in a PromQL expression that mean nothing here."""
    known = find_labels()
    bare = _STRING.sub("", expression.replace("[$__rate_interval]", "[5m]"))
    labels = [name for group in _LABELS.findall(bare) for part in group for name in _NAME.findall(part)]
    names = [
        name
        for name in _NAME.findall(re.sub(r"\[\d+[smhd]\]", "", _LABELS.sub(" ", bare)))
        if name not in WORDS and not re.fullmatch(r"e\d+", name)
    ]
    if not names:
        return ["no metric"]
    faults = [name for name in names if name not in known]
    given = {"job", "instance"}.union(*(known.get(name, set()) for name in names))
    faults += [label for label in labels if label not in given]
    if expression.count("(") != expression.count(")"):
        faults.append("parentheses")
    return faults


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_every_metric_and_label_is_there(expression: str) -> None:
    assert find_faults(expression) == []


def test_what_is_not_there_is_found() -> None:
    assert find_faults("max(paraaf_outbox_dept) > 3") == ["paraaf_outbox_dept"]
    assert find_faults('sum by (errant) (rate(paraaf_deliveries_total{outcom="x"}[5m]))') == ["errant", "outcom"]
    assert find_faults("sum(rate(paraaf_decisions_total[5m])") == ["parentheses"]
    assert find_faults("1 > 2") == ["no metric"]


def test_every_metric_of_ours_is_on_the_dashboard_or_watched() -> None:
    told = " ".join(expressions())
    ours = {re.sub("_(bucket|sum|count|total|created)$", "", name) for name in find_labels() if "paraaf_" in name}
    assert [name for name in sorted(ours) if name not in told] == []


def test_every_rule_says_what_is_wrong_and_how_bad_it_is() -> None:
    for rule in rules():
        assert set(rule) >= {"alert", "expr", "labels", "annotations"}
        assert rule["labels"] in ({"severity": "page"}, {"severity": "warn"})
        assert re.fullmatch(r"\d+[mh]", str(rule.get("for", "0m")))
        annotations = rule["annotations"]
        assert isinstance(annotations, dict)
        assert annotations["summary"].endswith((".", "?"))
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)


def test_no_panel_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        assert isinstance(at, dict)
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
