# SPDX-License-Identifier: GPL-2.0
"""
The questions that the benchmarks are to answer: what is wanted, and what the samples say.
"""
import statistics
from dataclasses import dataclass

# Bytes of a slot with an id of 16 bytes.
SLOT = 128

# One doubling of a large table.
DOUBLING = (5_000_000, 10_000_000)

BEST = "best"

LINE = "{:37} {:>10}{:>9}{:>7}{:>12}{:>4}"
HEADER = "question", "sessions", "wanted", "is", "least-most", ""


@dataclass
class Question:
    """
    @text:   the question
    @ours:   suite, workload, implementation, threads and metric of our figure
    @theirs: the same of the one beside it; with a sixth field, at so many sessions; None: the
             figure itself is asked for; BEST: by how much it is above the best of the others
    @wanted: by the number of sessions, or None for any number: a ratio at least, above 1
             devsess is better; of a figure itself the most; above the best, at least
    @scale:  the figure is told by so much
    @over:   from so many sessions to so many, in all of which ours is measured, taken together
             by @how
    """
    text: str
    ours: tuple
    theirs: object
    wanted: dict
    scale: float = 1
    over: tuple = None
    how: object = None


def beside(text, suite, workload, theirs, wanted, threads=1, metric="ns_per_op"):
    """Our figure and another implementation's."""
    return Question(text, (suite, workload, "devsess", threads, metric),
                    (suite, workload, theirs, threads, metric), wanted)


def threads(workload, wanted):
    """Two threads beside one."""
    figure = ("hosted", workload, "devsess")
    return Question(f"two threads beside one: {workload}", (*figure, 2, "ops_per_ms"),
                    (*figure, 1, "ops_per_ms"), wanted)


QUESTIONS = (
    beside("a hit beside rhashtable", "kernel", "hit", "rhashtable",
           {10_000: 1, 100_000: 1.25, 1_000_000: 1.5, 10_000_000: 1.7}),
    beside("an absent id beside rhashtable", "kernel", "absent", "rhashtable",
           {10_000: 1.2, 1_000_000: 2.2, 10_000_000: 3.5}),
    beside("a batch of 16 beside rhashtable", "kernel", "batch16", "rhashtable",
           {1_000_000: 4, 10_000_000: 5}),
    beside("an insert beside rhashtable", "kernel", "insert", "rhashtable",
           {100_000: 3, 1_000_000: 5, 10_000_000: 5}),
    beside("an update beside rhashtable", "kernel", "update", "rhashtable", {1_000_000: 2}),
    beside("a hit beside bpf-hash", "kernel", "hit", "bpf-hash",
           {10_000: 1.2, 1_000_000: 1.5, 10_000_000: 1.5}),
    beside("churn beside go-syncmap", "hosted", "churn", "go-syncmap", {1_000_000: 10}, 2,
           "ops_per_ms"),
    beside("churn beside go-sharded16", "hosted", "churn", "go-sharded16", {1_000_000: 2.5}, 2,
           "ops_per_ms"),
    beside("a hit beside go-syncmap", "hosted", "hit", "go-syncmap", {1_000_000: 2.5}, 2,
           "ops_per_ms"),
    threads("hit", {1_000_000: 1.9}),
    threads("update", {1_000_000: 1.8}),
    threads("churn", {1_000_000: 1.8}),
    Question("a hold of a lock at 99.9999 %, us",
             ("hosted", "churn-holds", "devsess", 2, "p999999_us"), None, {10_000_000: 100}),
    Question("most slots under a lock, as at 100k",
             ("hosted", "fill-holds", "devsess", 2, "lock_hold_max_slots"),
             ("hosted", "fill-holds", "devsess", 2, "lock_hold_max_slots", 100_000),
             {10_000_000: 1}),
    Question("slots written for a write",
             ("hosted", "turnover10", "devsess", 1, "write_amplification"), None,
             {100_000: 1.2}),
    Question("churn beside updates", ("kernel", "churn", "devsess", 1, "ns_per_op"),
             ("kernel", "update", "devsess", 1, "ns_per_op"),
             {10_000: 0.4, 100_000: 0.4, 1_000_000: 0.4, 10_000_000: 0.4}),
    Question("memory of a session, slots, mean",
             ("kernel", "insert", "devsess", 1, "bytes_per_session"), None,
             {10_000_000: 1.4}, SLOT, DOUBLING, statistics.mean),
    Question("memory of a session, slots, most",
             ("kernel", "insert", "devsess", 1, "bytes_per_session"), None,
             {10_000_000: 1.75}, SLOT, DOUBLING, max),
    Question("memory after deletes, beside new",
             ("kernel", "delete", "devsess", 1, "bytes_left_per_session"),
             ("kernel", "insert", "devsess", 1, "bytes_per_session", 500_000),
             {10_000_000: 0.5}),
    beside("load beside ipset restore", "vm", "load", "ipset", {None: 2}, 2, "ops_per_ms"),
    beside("save beside ipset save", "vm", "save", "ipset", {None: 1.5}, 2, "ops_per_ms"),
    beside("a hit beside one read of memory", "kernel", "hit", "limit", {10_000_000: 1 / 1.6}),
    beside("a kfunc's hit beside bpf-hash", "xdp", "hit", "bpf-hash",
           {10_000: 1, 1_000_000: 1}),
    beside("a kfunc's absent id beside bpf-hash", "xdp", "absent", "bpf-hash",
           {10_000: 1, 1_000_000: 1}),
    *(Question(f"points above the best cache: {load}", ("evict", load, "devsess", 1, "hit_ratio"),
               BEST, {1_000: -0.5, 10_000: -0.5})
      for load in ("zipf0.8", "zipf0.9", "zipf1.0", "zipf1.1", "zipf1.2", "scan")),
    Question("the last expired one is freed after, ms",
             ("kernel", "expire", "devsess", 1, "freed_ms"), None, {1_000_000: 1000}),
    Question("an insert with two listeners, us",
             ("kernel", "listen2", "devsess", 1, "ns_per_op"), None, {100_000: 10}, 1000),
    Question("an insert once listeners are gone",
             ("kernel", "listen-gone", "devsess", 1, "ns_per_op"),
             ("kernel", "listen0", "devsess", 1, "ns_per_op"), {100_000: 0.95}),
)


def number(x):
    """For a table."""
    return f"{x:.0f}" if x >= 1000 else f"{x:.3g}"


def spread(values):
    """(median, least, most), or None."""
    return (statistics.median(values), min(values), max(values)) if values else None


def ratio(ours, theirs, unit):
    """How much better we are, run by run: (median, least, most)."""
    pairs = zip(theirs, ours) if unit not in ("1/ms", "percent") else zip(ours, theirs)
    return spread([a / b for a, b in pairs if b])


def answer(question, figures, sessions):
    """(median, least, most) of what the samples say, or None if they say nothing."""
    suite, workload, impl, thread_count, metric = question.ours

    def figure(suite, workload, impl, thread_count, metric, sessions):
        return figures.get((suite, workload, impl, sessions, thread_count, metric), (None, []))

    unit, ours = figure(*question.ours, sessions)
    if question.over:
        first, last = question.over
        points = [values for (*of, n, t, m), (_, values) in figures.items()
                  if (*of, t, m) == (suite, workload, impl, thread_count, metric) and
                  first <= n <= last]
        ours = [question.how(run) for run in zip(*points)]
    if question.theirs == BEST:
        best = max((statistics.median(values) for (s, w, i, n, t, m), (_, values) in figures.items()
                    if (s, w, t, m, n) == (suite, workload, thread_count, metric, sessions) and
                    i != impl), default=None)
        return spread([value - best for value in ours]) if best is not None else None
    if not question.theirs:
        return spread([value / question.scale for value in ours])
    _, theirs = figure(*question.theirs[:5], (*question.theirs, sessions)[5])
    return ratio(ours, theirs, unit)


def table(samples):
    """A line for each question that the samples have an answer to."""
    figures = {figure[:6]: (figure[6], values) for figure, values in samples.items()}
    lines = []
    for question in QUESTIONS:
        wanted = question.wanted
        if None in wanted:
            wanted = {f[3]: wanted[None] for f in figures
                      if (*f[:3], *f[4:]) == question.ours}
        for sessions, want in wanted.items():
            is_ = answer(question, figures, sessions)
            if not is_:
                continue
            reached = is_[0] >= want if question.theirs else is_[0] <= want
            lines.append(LINE.format(question.text, f"{sessions:,}",
                                     f"{'>=' if question.theirs else '<='} {number(want)}",
                                     number(is_[0]), f"{number(is_[1])}-{number(is_[2])}",
                                     "yes" if reached else "no"))
    return [LINE.format(*HEADER), *lines] if lines else []
