"""Draw the two pictures of ``morton.md``: ``python docs/figures.py`` writes them beside itself.

Both show the plane onto which HEALPix projects the sphere (Calabretta and Roukema 2007, Monthly
Notices of the Royal Astronomical Society 381, 865): every cell is a square standing on its tip.
"""

from pathlib import Path

STEPS = {1: (0, -1), 2: (1, 0), 3: (-1, 0), 4: (0, 1)}  # south, east, west, north
FILLS = {True: "#fbd9b5", False: "#cfe3f7"}
INK, PATH = "#333333", "#c2410c"
MCMURDO = (143.2, -78.3)  # 77.85° S, 166.67° E in the plane


def place(morton):
    """Give the centre of a cell in the plane and half its diagonal, in degrees at the equator."""
    first, *path = map(int, str(abs(morton)))
    row, column = divmod(first - 1 + (6 if morton < 0 else 0), 4)
    x, y, half = 90 * column + (0 if row == 1 else 45), 45 - 45 * row, 45
    for digit in path:
        half /= 2
        x += half * STEPS[digit][0]
        y += half * STEPS[digit][1]
    return x, y, half


def inside(morton, depth):
    """Give the indices, `depth` orders finer, of the cells inside a cell, in the digits' order."""
    indices = [morton]
    for _ in range(depth):
        indices = [int(f"{index}{digit}") for index in indices for digit in STEPS]
    return indices


def polygon(points, style):
    return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" {style}/>'


def diamond(x, y, half, style):
    return polygon([(x, y - half), (x + half, y), (x, y + half), (x - half, y)], style)


def text(x, y, content, size, style=""):
    content = str(content).replace("-", "\N{MINUS SIGN}")  # as wide as a digit
    return (
        f'<text x="{x:.1f}" y="{y + 0.35 * size:.1f}" font-size="{size}" {style}>{content}</text>'
    )


def svg(width, height, title, shapes):
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" font-family="sans-serif" text-anchor="middle" fill="{INK}">'
    )
    back = f'<rect width="{width}" height="{height}" fill="white"/>'
    return "\n".join([head, f"<title>{title}</title>", back, *shapes, "</svg>\n"])


def base_cells():
    left, top, scale = 160, 30, 2

    def at(x, y):
        return left + scale * x, top + scale * (90 - y)

    shapes = []
    for base_cell in range(12):
        morton = base_cell + 1 if base_cell < 6 else 5 - base_cell
        x, y, half = place(morton)
        style = f'fill="{FILLS[morton < 0]}" stroke="white" stroke-width="3"'
        shapes.append(diamond(*at(x, y), scale * half, style))
        if base_cell > 7:  # 60° S lies at -61.5 in the plane, 28.5 above the tip
            tip = [at(x, -90), at(x - 28.5, -61.5), at(x + 28.5, -61.5)]
            shapes.append(polygon(tip, 'fill="#f4b074"'))
        shapes.append(text(*at(x, y + 8), morton, 34, 'font-weight="bold"'))
        shapes.append(text(*at(x, y - 10), f"base cell {base_cell}", 13))
    for y, name in (
        (90, "90° N"),
        (45, "41.8° N"),
        (0, "equator"),
        (-45, "41.8° S"),
        (-90, "90° S"),
    ):
        start, end = at(-45, y), at(360, y)
        dashes = f'stroke="{INK}" stroke-width="0.7" stroke-dasharray="2 5"'
        shapes.append(f'<path d="M{start[0]} {start[1]}H{end[0]}" {dashes}/>')
        shapes.append(text(start[0] - 8, start[1], name, 13, 'text-anchor="end"'))
    for x, name in ((0, "0°"), (90, "90° E"), (180, "180°"), (270, "90° W")):
        shapes.append(text(*at(x, -99), name, 13))
    x, y = at(*MCMURDO)
    shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{PATH}"/>')
    shapes.append(text(x + 8, y + 12, "McMurdo Station", 13, f'text-anchor="start" fill="{PATH}"'))
    legend = top + scale * 180 + 50
    for x, fill, label in (
        (160, FILLS[False], "index above 0"),
        (350, FILLS[True], "index below 0"),
        (540, "#f4b074", "index below 0, south of 60° S"),
    ):
        shapes.append(f'<rect x="{x}" y="{legend - 8}" width="24" height="16" fill="{fill}"/>')
        shapes.append(text(x + 32, legend, label, 13, 'text-anchor="start"'))
    return svg(890, legend + 24, "The twelve base cells and their indices", shapes)


def zoom():
    size, gap = 200, 16
    example = "-3241"
    shapes = []
    for depth in range(4):
        middle = 20 + size / 2 + depth * (size + gap)
        scale = size / 90
        x0, y0, _ = place(-3)

        def at(x, y, middle=middle, x0=x0, y0=y0, scale=scale):
            return middle + scale * (x - x0), 50 + size / 2 - scale * (y - y0)

        shapes.append(text(middle, 20, f"order {depth}", 16, 'font-weight="bold"'))
        chosen = int(example[: depth + 2])
        for morton in inside(-3, depth):
            x, y, half = place(morton)
            fill = PATH if morton == chosen else FILLS[True]
            style = f'fill="{fill}" stroke="white" stroke-width="{2 if depth < 3 else 1}"'
            shapes.append(diamond(*at(x, y), scale * half, style))
            if depth < 3:
                style = 'fill="white" font-weight="bold"' if morton == chosen else ""
                shapes.append(text(*at(x, y), morton, (34, 24, 12)[depth], style))
        shapes.append(text(middle, size + 72, chosen, 16, f'fill="{PATH}" font-weight="bold"'))
    line = " ".join("{:.1f},{:.1f}".format(*at(*place(m)[:2])) for m in inside(-3, 3))
    shapes.append(f'<polyline points="{line}" fill="none" stroke="{INK}" stroke-width="1"/>')
    return svg(888, size + 96, "Base cell 8 divided, down to the cell -3241", shapes)


PICTURES = {"base_cells.svg": base_cells, "zoom.svg": zoom}

if __name__ == "__main__":
    for name, draw in PICTURES.items():
        Path(__file__).with_name(name).write_text(draw(), encoding="utf-8")
