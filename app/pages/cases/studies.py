"""The case studies of section 5.3: what the paper claims of them, and how to look for it here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Study:
    """A guided page. `actions` are tags: every video that has one of them belongs to the case.

    `claim` is the paper's, `look` says what to look at, `tries` are views of a video's own page to
    open next: what to do there, and its query string.
    """

    slug: str
    title: str
    actions: tuple[str, ...]
    figures: str
    claim: str
    look: str
    tries: tuple[tuple[str, str], ...]


SIX = ("Six frames for every method: do the others take the run-up?", "budget=6")
ONE = ("A single frame for every method: which one is it?", "budget=1")
OWN = ("Each method's own number of frames", "")

STUDIES = (
    Study(
        "run-up",
        "Run-up against flight",
        ("LongJump", "PoleVault"),
        "Figures 15 and 16",
        "In more than 60 % of their durations the players are monotonously running, a sub-action "
        "shared by many categories. Most of the repeated motion at the beginning is not selected, "
        "fewer than 6 frames are preserved, and running makes up less than 30 % of them.",
        "How many keyframes there are, and which share of them lies in the run-up; then the shares "
        "of the other methods at the same number.",
        (OWN, SIX, ONE),
    ),
    Study(
        "which-stream",
        "Which stream decides",
        ("ApplyEyeMakeup", "ApplyLipstick"),
        "Figure 15",
        "The motion of the two is much alike and small, so the T-Net alone takes them for one "
        "another. The S-Net is more reliable here, and as the learned weight favours it, the "
        "network as a whole is right.",
        "What each stream alone makes of the clip, and the weight w_f that fuses them. The paper "
        "gives its weight as that of the S-Net (0.733); here w_f is the T-Net's, to the S-Net's 1.",
        (OWN, ("Discarded steps mixed back in: below the film, under Action", "")),
    ),
    Study(
        "distribution",
        "Where the attention lies",
        ("Archery",),
        "Figure 17",
        "The attention spots are sparsely distributed over the time steps.",
        "How uneven the bars are: how many steps hold half of the attention.",
        (OWN, ("Four frames for every method", "budget=4")),
    ),
    Study(
        "moments",
        "The moments that define an action",
        ("TaiChi", "Diving", "FrontCrawl"),
        "Figure 18",
        "The selected moments agree with our notion of an action: they match the definitions of "
        "the actions well, although nobody pointed at them.",
        "Whether the keyframes show what the action's name says, and where they fall among the "
        "phases that are known of a rendered scene.",
        (OWN, ("Three frames for every method", "budget=3")),
    ),
)

ACTIONS = tuple(action for study in STUDIES for action in study.actions)


def study_of(slug: str) -> Study | None:
    """The study of this slug."""
    return next((study for study in STUDIES if study.slug == slug), None)
