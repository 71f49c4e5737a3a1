"""Values that look like something and name nobody: codes of goods, amounts, measurements, versions, counts."""

from __future__ import annotations

from .draw import Draw
from .national import Maker, checked


def _sku(draw: Draw) -> str:
    if draw.split == "learn":
        return draw.written(draw.fill("SKU-#####"), draw.fill("??-###-?"), draw.fill("#######"), draw.fill("10####"))
    return draw.written(draw.fill("###.###.##"), draw.fill("A##?####"), draw.fill("ART######"), draw.fill("B0######??"))


def _amount(draw: Draw) -> str:
    value = draw.rng.lognormvariate(4.2, 1.4)
    if draw.split == "learn":
        return draw.written(f"{value:.2f}", f"{value:.2f}", f"${value:,.2f}", str(round(value)))
    return draw.written(
        f"{value:.2f}", f"{value:,.2f} zł".replace(",", " "), f"€ {value:.2f}".replace(".", ","), f"{value:.3f}"
    )


def _version(draw: Draw) -> str:
    major, minor, patch = draw.whole(0, 12), draw.whole(0, 20), draw.whole(0, 30)
    if draw.split == "learn":
        return draw.written(
            f"{major}.{minor}.{patch}", f"v{major}.{minor}", f"{major}.{minor}.{patch}.{draw.whole(0, 255)}"
        )
    dated = f"20{18 + major % 7}.{minor % 12 + 1}"
    return draw.written(f"{major}.{minor}.{patch}-rc{patch % 4}", dated, f"{major}.{minor}.{patch}.{patch}")


def _scaled(decimals: int) -> Maker:
    """Return a maker of measurements whose size and spread are the column's own."""

    def make(draw: Draw) -> str:
        mean = (0.4, 3.5, 18.0, 140.0, 900.0, 7200.0)[draw.start % 6]
        return f"{abs(draw.rng.gauss(mean, mean / 4)):.{(draw.start // 6) % (decimals + 1)}f}"

    return make


def _count(draw: Draw) -> str:
    top = (4, 12, 60, 400, 9000, 250_000)[draw.start % 6]
    return str(int(draw.rng.betavariate(1, 4) * top))


def _trap_share(draw: Draw) -> str:
    value = draw.rng.betavariate(6, 2)
    return draw.written(f"{value:.3f}", str(round(value * 100)), f"{value * 100:.1f}%")


def _percent(draw: Draw) -> str:
    value = draw.rng.uniform(0, 100)
    return draw.written(f"{value:.1f}", f"{value:.0f}%", f"{value / 100:.4f}", f"{value:.2f} %")


def _score(draw: Draw) -> str:
    return draw.written(
        str(draw.whole(1, 5)), str(draw.whole(0, 10)), f"{draw.rng.uniform(1, 10):.1f}", str(draw.whole(0, 100))
    )


def _hash(draw: Draw) -> str:
    return draw.fill("~" * draw.written(40, 7, 32, 64))


MAKERS: dict[str, Maker] = {
    "upc": checked(lambda d: d.digits(11, d.pick(("0360", "0123", "7120"))), "ean"),
    "ean": checked(lambda d: d.digits(12, d.pick(("400", "590", "761", "501"))), "ean"),
    "isbn": checked(lambda d: d.digits(12, d.pick(("9780", "9781", "9788"))), "isbn"),
    "sku": _sku,
    "amount": _amount,
    "cents": lambda d: str(int(d.rng.lognormvariate(8 + d.start % 4, 1.2))),
    "percent": _percent,
    "loinc": lambda d: f"{d.whole(1000, 98000)}-{d.whole(0, 9)}",
    "version": _version,
    "measure": _scaled(3),
    "lab_float": _scaled(2),
    "count": _count,
    "trap_count": _count,
    "trap_share": _trap_share,
    "hex_colour": lambda d: "#" + (d.fill("~~~~~~") if d.form < 0.6 else d.fill("~~~~~~").upper()),
    "score": _score,
    "temperature": lambda d: f"{d.rng.gauss(18, 11):.{1 if d.form < 0.6 else 0}f}",
    "sensor": lambda d: d.written(
        f"{d.rng.gauss(0, 1):.6f}", f"{d.rng.gauss(512, 90):.0f}", f"{d.rng.gauss(1e-3, 2e-4):.3e}"
    ),
    "git_hash": _hash,
    "duration": lambda d: d.written(
        str(int(d.rng.expovariate(0.05))), f"{d.rng.expovariate(0.2):.1f}", f"{d.whole(0, 5)}:{d.fill('5#')}"
    ),
    "rank": lambda d: str(d.whole(1, 3 + d.start % 8)),
}
