"""``python -m glia_grader``: the ``glia`` command where no script is installed."""

from glia_grader.cli import main

if __name__ == "__main__":
    main()
