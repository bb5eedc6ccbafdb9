"""A whole course in one folder: a class of students, some honest, some not, all graded."""
