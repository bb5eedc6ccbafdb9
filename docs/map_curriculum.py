"""Map the curriculum: row, notebook cell, widget or figure, exercise, problem set.

`python docs/map_curriculum.py` writes `docs/curriculum.md`; with `--check` it writes nothing and
fails if a row has a gap or the page is out of date. CI runs the check through the tests.
"""

import json
import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLAN, PAGE = ROOT / "docs" / "curriculum.toml", ROOT / "docs" / "curriculum.md"
WIDGETS, NOTEBOOKS = ROOT / "lib" / "glia" / "widgets", ROOT / "notebooks"
EXERCISES = ROOT / "autograder" / "glia_grader" / "exercises"
SETS = ROOT / "course" / "source"

HEADER = """# The curriculum, row by row

Where each row is taught, what shows it, and what practises it. `docs/map_curriculum.py` writes
this page from `curriculum.toml`, the notebooks and the problem sets; a test fails when a row has a
gap.

| row | what | where | widget or figure | exercises |
| --- | --- | --- | --- | --- |
"""


@dataclass
class Shown:
    """What the notebooks have for one row."""

    places: list[str] = field(default_factory=list)
    widgets: list[str] = field(default_factory=list)
    figures: int = 0


def plan() -> list[dict]:
    """The rows, in the order of the course."""
    return tomllib.loads(PLAN.read_text(encoding="utf8"))["row"]


def widget_names() -> set[str]:
    """Classes of `glia.widgets`, read from its door without importing it."""
    door = (WIDGETS / "__init__.py").read_text(encoding="utf8")
    imports = re.findall(r"^from glia\.widgets\.\w+ import (.+)$", door, re.M)
    names = {name for line in imports for name in line.split(", ")}
    return names - {"Choice", "Question", "Quiz", "Explorer"}


def level(cell: dict) -> int:
    """Depth of the heading that a text cell begins with, 0 if it begins with none."""
    if cell["cell_type"] != "markdown":
        return 0
    return len(re.match(r"#*", "".join(cell["source"]))[0])


def taught() -> dict[str, Shown]:
    """Walk the notebooks: a tagged heading owns the cells up to the next heading as high as it."""
    known, rows = widget_names(), {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        owners: list[tuple[int, list[str]]] = []
        for cell in json.loads(path.read_text(encoding="utf8"))["cells"]:
            source = "".join(cell["source"])
            if depth := level(cell):
                owners = [owner for owner in owners if owner[0] < depth]
            tagged = cell["metadata"].get("glia", {}).get("rows", [])
            if tagged:
                within = {row for _, above in owners for row in above}
                owners.append((depth or 9, tagged))
                heading = source.splitlines()[0].lstrip("# ").split(" · ")[-1]
                for row in [row for row in tagged if row not in within]:
                    place = f"[{heading}](../notebooks/{path.name})"
                    rows.setdefault(row, Shown()).places.append(place)
            if cell["cell_type"] != "code":
                continue
            used = [name for name in known if re.search(rf"\b{name}\(", source)]
            for row in {row for _, tagged in owners for row in tagged}:
                shown = rows[row]
                shown.widgets += [name for name in sorted(used) if name not in shown.widgets]
                shown.figures += len(re.findall(r"\bshow\(|\.graph\(", source))
    return rows


def practised() -> dict[str, list[str]]:
    """Exercise -> the problem sets whose graded cells name it."""
    sets: dict[str, list[str]] = {}
    for path in sorted(SETS.glob("*/*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf8"))["cells"]:
            for name in re.findall(r'\bgrade\("(\w+)"', "".join(cell["source"])):
                sets.setdefault(name, []).append(path.stem)
    return sets


def bundled() -> set[str]:
    """Names of the exercises that the grader has."""
    files = EXERCISES.glob("*/*.py")
    return {path.stem for path in files if "\nEXERCISE = " in path.read_text(encoding="utf8")}


def gaps() -> list[str]:
    """What is missing, a sentence each; empty when the course keeps its plan."""
    found, sets, have = taught(), practised(), bundled()
    words = []
    for row in plan():
        name, shown = row["row"], found.get(row["row"], Shown())
        if not shown.places:
            words.append(f"row {name} ({row['title']}): no heading of a notebook is tagged with it")
        if row.get("show") and not (shown.widgets or shown.figures):
            words.append(f"row {name} ({row['title']}): no widget and no figure below its heading")
        for exercise in row.get("exercises", []):
            if exercise not in have:
                words.append(f"row {name}: the exercise {exercise} is not in glia_grader/exercises")
            elif exercise not in sets:
                words.append(f"row {name}: no problem set grades the exercise {exercise}")
    planned = {exercise for row in plan() for exercise in row.get("exercises", [])}
    rows = {row["row"] for row in plan()}
    words += [f"the exercise {name} belongs to no row" for name in sorted(have - planned)]
    words += [
        f"a notebook is tagged {name}, which is no row" for name in sorted(found.keys() - rows)
    ]
    return words


def page() -> str:
    """The table as Markdown."""
    found, sets = taught(), practised()
    lines = []
    for row in plan():
        shown = found.get(row["row"], Shown())
        pictures = [f"`{name}`" for name in shown.widgets]
        if shown.figures:
            pictures.append(f"{shown.figures} figure{'s' * (shown.figures > 1)}")
        exercises = [
            f"`{name}` ({', '.join(sets.get(name, ['nowhere']))})"
            for name in row.get("exercises", [])
        ]
        cells = (row["row"], row["title"], "; ".join(shown.places))
        lines.append(f"| {' | '.join(cells)} | {', '.join(pictures)} | {', '.join(exercises)} |")
    return HEADER + "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or check it; say what is missing."""
    missing = gaps()
    if "--check" in sys.argv:
        if not PAGE.is_file() or PAGE.read_text(encoding="utf8") != page():
            missing.append("docs/curriculum.md is out of date: run python docs/map_curriculum.py")
    else:
        PAGE.write_text(page(), encoding="utf8")
    for words in missing:
        print(words)
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main())
