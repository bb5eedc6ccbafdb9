"""nbgrader's settings for this course; every nbgrader command run in this folder reads them.

Remove the block marked "sandbox" and nbgrader grades in the student's own kernel again: honest
work scores alike, dishonest work is no longer caught.
"""

from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader puts it here)

c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "glia"

# What students find in place of a solution: one line that says what is missing.
c.ClearSolutions.code_stub = {"python": "# Your code here.\nraise NotImplementedError"}
c.ClearSolutions.text_stub = "*Your answer here.*"

# Late work. "none" keeps the score, "zero" takes it all; or name a plugin
# of your own in AssignLatePenalties.plugin_class.
c.LateSubmissionPlugin.penalty_method = "none"

# Set to False to grade only students whom `nbgrader db student add` knows.
c.Autograde.create_student = True

# sandbox: `nbgrader autograde` reads damaged notebooks, runs student code behind walls, and marks
# it in a process that the student's code never sees; the same scores as `glia grade`.
c.Autograde.exporter_class = "glia_grader.nbgrader.SalvagingExporter"
c.Autograde.pre_convert_hook = "glia_grader.nbgrader.find_renamed"
c.Autograde.sanitize_preprocessors = ["glia_grader.nbgrader.Restore"]
c.Autograde.autograde_preprocessors = [
    "glia_grader.nbgrader.SandboxedGrade",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# What students wrote is shown without its scripts: the formgrader's pages can change every score.
c.HTMLExporter.filters = {"markdown2html": "glia_grader.formgrader.markdown2html"}
