"""glia_grader: instant checks for students, sandboxed grading for instructors."""
