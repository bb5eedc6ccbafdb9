"""Which submitted cell is which released cell: by id first, then by what it says."""

from dataclasses import dataclass, field

from glia_grader.intake.cells import RawCell
from glia_grader.intake.release import Release, ReleaseCell
from glia_grader.intake.source import Reading, read_source, same_source, tidy


@dataclass
class Matching:
    """The pairs, and what had to be done to find them.

    Attributes:
        of: Released cell for a submitted cell, by its index.
        by: Submitted cell for a released cell, by grade_id.
        readings: What each code cell says, by index.
        copies: Further submitted cells that carried an id already taken: index to grade_id.
        idle: Indices of untouched stubs that would undo an answer given elsewhere.
        repairs: Repairs in words.
        strangers: grade_ids that the assignment does not have.
    """

    of: dict[int, ReleaseCell] = field(default_factory=dict)
    by: dict[str, RawCell] = field(default_factory=dict)
    readings: dict[int, Reading] = field(default_factory=dict)
    copies: dict[int, str] = field(default_factory=dict)
    idle: set[int] = field(default_factory=set)
    repairs: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def pair(self, released: ReleaseCell, cell: RawCell) -> None:
        """Note that this submitted cell stands for that released one."""
        assert released.grade_id is not None
        self.of[cell.index] = released
        self.by[released.grade_id] = cell


def match(cells: list[RawCell], release: Release) -> Matching:
    """Pair submitted cells with the released cells that nbgrader knows.

    Args:
        cells: Clean cells.
        release: The notebook as handed out.

    Returns:
        The matching; every submitted and every released cell is in at most one pair.
    """
    found = Matching()
    found.readings = {c.index: read_source(c.source) for c in cells if c.cell_type == "code"}
    _by_id(cells, release, found)
    lost = [c for i, c in release.by_id.items() if i not in found.by]
    rescued = [c.grade_id for c in lost if _by_content(c, cells, release, found)]
    _answers_beside(cells, release, found)
    if rescued:
        names = ", ".join(str(name) for name in rescued[:6])
        more = f" and {len(rescued) - 6} more" if len(rescued) > 6 else ""
        found.repairs.append(f"nbgrader's marks were lost; recognised by content: {names}{more}")
    _idle_stubs(cells, release, found)
    return found


def _by_id(cells: list[RawCell], release: Release, found: Matching) -> None:
    groups: dict[str, list[RawCell]] = {}
    for cell in cells:
        if cell.grade_id is None:
            continue
        if cell.grade_id in release.by_id:
            groups.setdefault(cell.grade_id, []).append(cell)
        else:
            found.strangers.append(cell.grade_id)
    for grade_id, group in groups.items():
        released = release.by_id[grade_id]
        chosen = _best(released, group)
        found.pair(released, chosen)
        for cell in group:
            if cell is not chosen:
                found.copies[cell.index] = grade_id
        if len(group) > 1 and not released.restored:
            found.repairs.append(f"{grade_id} was there {len(group)} times; all of them are run")


def _best(released: ReleaseCell, group: list[RawCell]) -> RawCell:
    """The cell with an answer in it; of several, the last."""
    same = [c for c in group if same_source(c.source, released.source)]
    other = [c for c in group if c not in same]
    if released.restored:
        return same[0] if same else group[0]
    return other[-1] if other else group[-1]


def _by_content(
    released: ReleaseCell, cells: list[RawCell], release: Release, found: Matching
) -> bool:
    free = [c for c in cells if c.index not in found.of and c.index not in found.copies]
    code = [c for c in free if c.cell_type == "code"]
    chosen: list[RawCell] = []
    if released.role == "grade" and released.exercise is not None:
        chosen = [c for c in code if found.readings[c.index].graded == released.exercise]
    elif released.role == "solution":
        chosen = [c for c in code if found.readings[c.index].defines & released.defines]
    elif released.role == "written":
        chosen = _between(released, free, release, found)
    if not chosen:
        chosen = [c for c in free if same_source(c.source, released.source)]
    if not chosen:
        return False
    best = _best(released, chosen)
    found.pair(released, best)
    if released.restored:
        for cell in chosen:
            if cell is not best:
                found.copies[cell.index] = released.grade_id or ""
    return True


def _between(
    released: ReleaseCell, free: list[RawCell], release: Release, found: Matching
) -> list[RawCell]:
    """Text of the student's own, between the neighbours of a written answer's cell."""
    before = [c.index for c in found.by.values() if found.of[c.index].index < released.index]
    after = [c.index for c in found.by.values() if found.of[c.index].index > released.index]
    handed_out = {tidy(c.source) for c in release.cells if c.cell_type != "code"}
    prompt = next((c for c in reversed(release.cells[: released.index]) if c.role == "text"), None)
    asked = [c.index for c in free if prompt and same_source(c.source, prompt.source)]
    low = max([*before, *asked], default=-1)
    high = min(after, default=1 << 30)
    own = [
        c
        for c in free
        if low < c.index < high and c.cell_type != "code" and tidy(c.source) not in handed_out
    ]
    own = [c for c in own if tidy(c.source)]
    return [max(own, key=lambda c: len(c.source))] if own else []


def _answers_beside(cells: list[RawCell], release: Release, found: Matching) -> None:
    """A written answer in a new cell beside the untouched answer cell is the answer."""
    for grade_id, cell in list(found.by.items()):
        released = release.by_id[grade_id]
        if released.role != "written" or not same_source(cell.source, released.source):
            continue
        free = [c for c in cells if c.index not in found.of and c.index not in found.copies]
        own = _between(released, free, release, found)
        if own:
            del found.of[cell.index]
            found.pair(released, own[0])
            found.repairs.append(f"{grade_id} was left as it was; the text beside it is read")


def _idle_stubs(cells: list[RawCell], release: Release, found: Matching) -> None:
    """An untouched stub below the real answer would undo it: it is not run."""
    stubs = {tidy(c.source): c for c in release.cells if c.role == "solution"}
    for cell in cells:
        stub = stubs.get(tidy(cell.source)) if cell.cell_type == "code" else None
        if stub is None:
            continue
        answered = any(
            found.readings[c.index].defines & stub.defines
            for c in cells
            if c.cell_type == "code"
            and c.index < cell.index
            and tidy(c.source) != tidy(cell.source)
        )
        if answered:
            found.idle.add(cell.index)
            name = ", ".join(sorted(stub.defines))
            found.repairs.append(f"an untouched stub of {name} below an answer is not run")
