"""Turn the results of pytest-benchmark into tables and a picture.

Usage: ``python report.py FOLDER RESULTS.json...`` writes the section on speed of FOLDER/README.md,
FOLDER/benchmarks/results.md and FOLDER/benchmarks/norm2mort.svg. ``nox -s benchmarks`` does it all.
"""

import json
import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from makers import HEALPY, LIMIT, NATIVE

BEGIN, END = "<!-- written by nox -s benchmarks -->\n", "<!-- end -->\n"


class Results(dict):
    """The minimum of all rounds and turns, in seconds, by the labels of the case."""

    def __init__(self, files):
        self.first = {}
        for file in files:
            content = json.loads(Path(file).read_text(encoding="utf-8"))
            self.cpu = content["machine_info"]["cpu"]
            for benchmark in content["benchmarks"]:
                if not hasattr(self, "kernel"):  # the first file is that of the fastest
                    self.kernel = benchmark["extra_info"].get("kernel")
                self._add(benchmark["extra_info"], benchmark["stats"]["min"])

    def _add(self, labels, seconds):
        if labels["case"] == "first":
            self.first.setdefault(labels["maker"], []).append(labels)
        else:
            key = frozenset(labels.items())
            self[key] = min(seconds, self.get(key, seconds))

    def find(self, **labels):
        """Give the one result whose labels include these, or None."""
        found = [seconds for key, seconds in self.items() if labels.items() <= dict(key).items()]
        return found[0] if found else None


def table(header, rows):
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def ratio(seconds, limit):
    return "" if seconds is None else f"{seconds / limit:.2f}"


def makers_table(results):
    measured = {labels["n"] for labels in map(dict, results) if labels["case"] == "sizes"}
    n = min(10**6, max(measured))
    limit = results.find(case="sizes", maker=LIMIT, n=n)
    rows = []
    for maker, first in results.first.items():
        seconds = results.find(case="sizes", maker=maker, n=n)
        one, two = (results.find(case="threads", maker=maker, threads=count) for count in (1, 2))
        best = {key: min(labels[key] for labels in first) for key in ("first_call", "memory")}
        rows.append(
            [
                maker,
                f"{seconds * 1e3:.2f}",
                f"{seconds / limit:.1f}",
                f"{one / two:.2f}",
                f"{best['first_call'] * 1e3:,.0f}" if maker != LIMIT else "",
                f"{best['memory'] / 1024:.1f}",
            ]
        )
    header = [f"{n:,} pixels of order 18", "ms", "× np.add", "× faster on 2 threads"]
    return table([*header, "import and first call, ms", "further memory, MiB"], rows)


def calls_table(results):
    kernels = [
        name
        for name in ("avx512", "avx2", "neon", "scalar")
        if results.find(case="calls", kernel=name)
    ]
    sizes = (1_200_000, 20_000_000)
    calls = dict.fromkeys(
        labels["call"] for labels in map(dict, results) if labels["case"] == "calls"
    )
    rows = [
        [
            call,
            *(
                ratio(
                    results.find(case="calls", call=call, size=size, kernel=kernel),
                    results.find(case="calls", call=LIMIT, size=size, kernel=kernel),
                )
                for kernel in kernels
                for size in sizes
            ),
        ]
        for call in calls
        if call != LIMIT
    ]
    columns = [f"{kernel}, {size / 1e6:g} M" for kernel in kernels for size in sizes]
    return table(["× np.add, by kernel and number of pixels", *columns], rows)


# What each way from bench_latlon.py is compared with.
WAYS = {
    "points to pixels": HEALPY,
    "points to indices": HEALPY,
    "centres": HEALPY,
    "indices": LIMIT,
}
PLACES = ("sphere", "Antarctica")


def ways(results, way):
    """Give the makers of one way, ours on each kernel, and their seconds in each place."""
    rows = {}
    for labels in map(dict, results):
        if labels["case"] == way:
            maker = labels["maker"]
            if maker not in (HEALPY, LIMIT) and labels["kernel"] != results.kernel:
                maker += f", {labels['kernel']}"
            elif labels["kernel"] != results.kernel:
                continue
            rows[maker] = [
                results.find(
                    **{key: labels[key] for key in ("case", "maker", "kernel", "n")}, where=where
                )
                for where in PLACES
            ]
    return rows


def ways_table(results, way):
    peer = "points to pixels" if way == "points to indices" else way
    limits = ways(results, peer)[WAYS[way]]
    n = next(labels["n"] for labels in map(dict, results) if labels["case"] == way)
    rows = [
        [
            maker,
            *(f"{value / n * 1e9:.2f}" for value in seconds),
            *(
                f"{limit / value:.1f}" if WAYS[way] == HEALPY else f"{value / limit:.2f}"
                for value, limit in zip(seconds, limits, strict=True)
            ),
        ]
        for maker, seconds in sorted(ways(results, way).items(), key=lambda row: row[1])
    ]
    name = "× faster than healpy.ang2pix" if WAYS[way] == HEALPY else "× np.add"
    if way == "centres":
        name = "× faster than healpy.pix2ang"
    header = [f"{way}, {n:,} of order 18", *(f"{where}, ns each" for where in PLACES)]
    return table([*header, *(f"{where}, {name}" for where in PLACES)], rows)


def summary_table(results):
    """Give one row for each kind of work: ours, and the best of the others."""
    n = 10**6 if results.find(case="sizes", maker=LIMIT, n=10**6) else 1000
    work = {
        "pixels to indices": {
            maker: results.find(case="sizes", maker=maker, n=n) / n for maker in results.first
        }
    }
    for way in ("points to indices", "centres"):
        count = next(labels["n"] for labels in map(dict, results) if labels["case"] == way)
        pixels = ways(results, "points to pixels") if way == "points to indices" else {}
        makers = {**pixels, **ways(results, way)}
        work[way] = {maker: sphere / count for maker, (sphere, _) in makers.items()}
    rows = []
    for name, makers in work.items():
        others = {
            maker: seconds
            for maker, seconds in makers.items()
            if maker != LIMIT and not maker.startswith(NATIVE) and "fallback" not in maker
        }
        best = min(others, key=others.get)
        ours, theirs = 1e9 * makers[NATIVE], 1e9 * others[best]
        rows.append([name, f"{ours:.2f}", best, f"{theirs:.1f}", f"{theirs / ours:.1f}"])
    header = ["order 18, over the sphere", "mortie, ns each", "best of the others", "ns each"]
    return table([*header, "× faster"], rows)


def layouts_table(results):
    layouts = {}
    for labels in map(dict, results):
        if labels["case"] == "layouts":
            layouts[labels["layout"]] = [
                results.find(case="layouts", layout=labels["layout"], maker=maker)
                for maker in (NATIVE, LIMIT)
            ]
    rows = [[layout, ratio(*pair)] for layout, pair in layouts.items()]
    return table(["VaexNorm2Mort, inputs laid out", "× np.add on the same"], rows)


def small_table(results):
    pairs = {"VaexNorm2Mort": "np.add", "fastNorm2Mort": "np.clip's ufunc"}
    values = ("scalars", "0-d arrays", "10 elements")
    rows = [
        [
            f"{call} against {peer}",
            *(
                ratio(
                    results.find(case="small", call=call, values=value),
                    results.find(case="small", call=peer, values=value),
                )
                for value in values
            ),
        ]
        for call, peer in pairs.items()
    ]
    return table(["small calls, ratio of times", *values], rows)


BARS = {
    "centres": "to centres",
    "points to indices": "to indices",
    "points to pixels": "to pixels",
}


def picture(results, path):
    figure = Figure(figsize=(7.5, 8.5), layout="constrained")
    axes, bars = figure.subplots(2)
    for maker in results.first:
        points = sorted(
            (labels["n"], results.find(case="sizes", maker=maker, n=labels["n"]))
            for labels in map(dict, results)
            if labels["case"] == "sizes" and labels["maker"] == maker
        )
        style = {
            LIMIT: {"color": "black", "linestyle": "--", "label": f"{LIMIT}: the memory limit"},
            NATIVE: {"linewidth": 3, "label": NATIVE},
        }.get(maker, {"label": maker, "marker": "."})
        axes.loglog(*zip(*points, strict=True), **style)
    axes.set(xlabel="pixels in a call", ylabel="seconds a call", title="fastNorm2Mort, order 18")
    axes.grid(alpha=0.3)
    axes.legend()
    names = []
    for way, title in BARS.items():
        for maker, (seconds, _) in sorted(ways(results, way).items(), key=lambda row: -row[1][0]):
            names.append(f"{title}: {maker}")
            n = next(labels["n"] for labels in map(dict, results) if labels["case"] == way)
            color = "C0" if maker.startswith(NATIVE + ",") or maker == NATIVE else "0.7"
            bar = bars.barh(len(names), seconds / n * 1e9, color=color)
            bars.bar_label(bar, fmt=" %.1f")
    bars.set_yticks(range(1, len(names) + 1), names)
    bars.set(xscale="log", xlim=(1, 1000), xlabel="nanoseconds a point")  # room for the labels
    bars.set_title("Points over the sphere, order 18")
    with mpl.rc_context({"svg.hashsalt": "mortie"}):  # the same results give the same file
        figure.savefig(path, metadata={"Date": None})


def main(folder, *files):
    results = Results(files)
    folder = Path(folder)
    cpu = results.cpu
    machine = f"{cpu['brand_raw']} (family {cpu.get('family', '?')}), {cpu['count']} cores"
    measured = f"Measured on {machine}, minimum of many calls:\n"
    makers = makers_table(results)
    by_way = {way: ways_table(results, way) for way in WAYS}

    readme = folder / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    shown = "\n".join([measured, summary_table(results)])
    readme.write_text(f"{before}{BEGIN}\n{shown}\n{END}{after}", encoding="utf-8")

    tables = [
        *("# Benchmarks\n", measured, makers, *by_way.values(), "![](norm2mort.svg)\n"),
        *(calls_table(results), layouts_table(results), small_table(results)),
    ]
    (folder / "benchmarks" / "results.md").write_text("\n".join(tables), encoding="utf-8")
    picture(results, folder / "benchmarks" / "norm2mort.svg")


if __name__ == "__main__":
    main(*sys.argv[1:])
