"""Questions of notebook 00: how the course works, and what learning means."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "A program improves its score at sorting letters the more hand-sorted letters it sees. "
        "Which of these is the experience it learns from?",
        [
            Choice(
                "Putting each letter into the right pile",
                why="That is the task: what the program has to do, not what it learns from.",
            ),
            Choice(
                "The share of letters that end in the right pile",
                why="That is the performance measure: it tells whether the program does better.",
            ),
            Choice(
                "The letters that somebody sorted by hand",
                right=True,
                why="Yes. Labelled examples are the experience of supervised learning.",
            ),
            Choice(
                "The lines of code that somebody wrote",
                why="Those were written once. Learning is what changes afterwards, as data come.",
            ),
        ],
    ),
    Question(
        'You call check("sigmoid", sigmoid) and one of the checks does not pass. What happens to '
        "your marks?",
        [
            Choice(
                "Nothing: check is free, and you may call it as often as you like",
                right=True,
                why="Right. A check compares, explains and offers a hint. It keeps no count.",
            ),
            Choice(
                "Each failed check takes off a point",
                why="No point is ever lost by asking. Only the work you hand in is marked.",
            ),
            Choice(
                "The result is sent to your instructor",
                why="Nothing is sent anywhere: a check runs in your own kernel, on your machine.",
            ),
            Choice(
                "The question is locked until tomorrow",
                why="There is no waiting and no limit. Change your code and check again.",
            ),
        ],
    ),
    Question(
        "You edit a function in a cell, but the check still talks about the old version. What was "
        "forgotten?",
        [
            Choice(
                "Saving the notebook",
                why="Saving writes the file; the kernel does not read it. Run the cell instead.",
            ),
            Choice(
                "Running the edited cell again",
                right=True,
                why="Yes. The kernel knows what was run, not what is on the screen.",
            ),
            Choice(
                "Closing and reopening the browser",
                why="The kernel goes on living behind the browser and would remember the old one.",
            ),
            Choice(
                "Clearing the outputs",
                why="That empties the page but leaves the old function in the kernel's memory.",
            ),
        ],
    ),
    Question(
        "A chapter asks you to predict before you run a cell. Which prediction helps you most?",
        [
            Choice(
                "None: running the cell is quicker",
                why="Quicker, yes. But without a guess there is nothing for the answer to correct.",
            ),
            Choice(
                "Only one of which you are quite sure",
                why="A sure guess teaches little; it is the wrong one that shows you the gap.",
            ),
            Choice(
                "The one from the solution",
                why="Then you would be checking the solution, and not your own picture of things.",
            ),
            Choice(
                "Any honest one, written down, even if it turns out wrong",
                right=True,
                why="Just so. A guess that is proven wrong is the moment at which you learn.",
            ),
        ],
    ),
)
