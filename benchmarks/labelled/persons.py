"""What is about a person: names, contact, places, times and text with or without identifiers."""

from __future__ import annotations

import datetime as dt
import unicodedata
from functools import cache
from typing import Any

from .draw import OUTSIDE, Draw, Split, word_sets
from .identifiers import MAKERS as IDENTIFIERS
from .national import MAKERS as NATIONAL
from .national import Maker

LEARN_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "BR", "NL", "IN", "AU", "CA", "MX", "US", "US")
HOLD_REGIONS = ("PL", "SE", "TR", "RO", "KE", "NG", "PH", "ID", "VN", "UA", "GR", "HU", "PK", "ET", "NZ", "US")
TITLES = {"learn": ("Dr.", "Mr.", "Mrs.", "Ms."), "hold": ("Prof", "Sr.", "Eng.", "Mx")}
DOMAINS = {
    "learn": (
        "gmail.com",
        "yahoo.com",
        "hotmail.com",
        "example.com",
        "web.de",
        "orange.fr",
        "acme-corp.com",
        "outlook.com",
    ),
    "hold": (
        "wp.pl",
        "telia.se",
        "mynet.com",
        "proton.me",
        "kenyaweb.co.ke",
        "icloud.com",
        "unhcr.example",
        "seznam.cz",
    ),
}


DATE_FORMS: dict[Split, tuple[str, ...]] = {
    "learn": ("%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d", "%d/%m/%Y", "%Y-%m-%d 00:00:00"),
    "hold": ("%Y-%m-%d", "%d-%b-%Y", "%Y/%m/%d", "%d-%m-%Y", "%m/%d/%y", "%B %d, %Y", "%d %b %Y"),
}


def ascii_word(text: str) -> str:
    """Return the letters of a text as plain lower-case ones; ``user`` where none has a plain form."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(sign for sign in folded.lower() if sign.isalnum()) or "user"


def _full(draw: Draw) -> str:
    who = draw.person
    return draw.written(
        f"{who.first} {who.last}", f"{who.first} {who.last}", f"{who.last}, {who.first}", f"{who.last.upper()} {who.first}",
        f"{draw.pick(TITLES[draw.split])} {who.first} {who.last}", f"{who.first} {who.middle[:1]}. {who.last}",
        f"{who.first} {who.middle} {who.last}", f"{who.first} {who.last}".upper(),
    )  # fmt: skip


def _cased(text: str, draw: Draw) -> str:
    return draw.written(text, text, text, text.upper(), text, text.lower())


def _user(draw: Draw) -> str:
    first, last = ascii_word(draw.person.first), ascii_word(draw.person.last)
    number = str(draw.person.number % 100)
    return draw.written(
        first[:1] + last + number, f"{first}.{last}", first + number, f"{last}_{first}", f"@{first}{last[:3]}"
    )


def _email(draw: Draw) -> str:
    first, last = ascii_word(draw.person.first), ascii_word(draw.person.last)
    local = draw.pick((f"{first}.{last}", f"{first[:1]}{last}", f"{first}{draw.whole(1, 99)}", f"{last}_{first[:1]}"))
    return f"{local}@{draw.pick(DOMAINS[draw.split])}"


@cache
def _example(region: str, mobile: bool) -> Any:
    import phonenumbers

    kind = phonenumbers.PhoneNumberType.MOBILE if mobile else phonenumbers.PhoneNumberType.FIXED_LINE
    return phonenumbers.example_number_for_type(region, kind)


def _phone(draw: Draw) -> str:
    import phonenumbers
    from phonenumbers import PhoneNumberFormat as Form

    if draw.form > 0.8 and draw.locale != OUTSIDE:
        return draw.faked("phone_number")
    regions = LEARN_REGIONS if draw.split == "learn" else HOLD_REGIONS
    region = regions[draw.start % len(regions)] if draw.chance(0.93) else draw.pick(regions)
    example = _example(region, draw.chance(0.7))
    text = str(example.national_number)
    number = phonenumbers.PhoneNumber(
        country_code=example.country_code, national_number=int(text[:-5] + draw.fill("#####"))
    )
    form = draw.form / 0.8
    if form > 0.8:
        return str(number.national_number)
    style = (Form.E164, Form.INTERNATIONAL, Form.NATIONAL, Form.NATIONAL)[min(3, int(form * 5))]
    return str(phonenumbers.format_number(number, style))


def _street(draw: Draw) -> str:
    if draw.locale != OUTSIDE and draw.form < 0.8:
        return draw.faked("street_address" if draw.form < 0.55 else "address")
    if draw.split == "learn":
        kind = draw.pick(("St", "Ave", "Blvd", "Lane", "Rd", "Drive"))
        return f"{draw.whole(1, 9800)} {draw.person.last} {kind}{draw.pick(('', '', ' Apt 4', ', Unit 12B'))}"
    place = draw.pick(
        ("Kenyatta Avenue", "Bole Road", "Mirpur Road", "Aba Street", "Tom Mboya St", "Rustaveli Ave", "Queen St")
    )
    start = draw.pick(("Plot", "House No.", "P.O. Box", "Flat 3,", "Lot"))
    return f"{start} {draw.whole(1, 900)}, {place}"


def _url(draw: Draw) -> str:
    user = ascii_word(draw.person.first) + ascii_word(draw.person.last)
    if draw.split == "learn":
        return draw.written(
            f"https://www.facebook.com/{user}", f"http://{user}.com", f"https://github.com/{user}", f"www.{user}.org"
        )
    return draw.written(
        f"https://{user}.blog/about",
        f"linkedin.com/in/{user}",
        f"https://vk.example/{user}?ref=1",
        f"http://{user}.co.ke/",
    )


def _ip(draw: Draw) -> str:
    if draw.form > 0.85:
        return "2001:db8:" + ":".join(draw.fill("~~~~") for _ in range(6))
    start = draw.pick((10, 172, 192, 8, 81, 203, 45, 157))
    return f"{start}." + ".".join(str(draw.whole(0, 255)) for _ in range(3))


def _mac(draw: Draw) -> str:
    return (
        draw.written(":", ":", "-").join(draw.fill("~~") for _ in range(6)).upper()
        if draw.form < 0.5
        else ":".join(draw.fill("~~") for _ in range(6))
    )


def _postcode(draw: Draw) -> str:
    if draw.split == "learn":
        return draw.written(
            draw.fill("#####"), draw.fill("#####"), draw.fill("#####-####"), draw.fill("?## #??"), draw.fill("?#? #?#"),
            draw.fill("#####-###"), draw.fill("#### ??"), draw.fill("####"),
        )  # fmt: skip
    shapes = ("##-###", "### ##", "0####", "######", "??## #??", "#####")
    return draw.fill(draw.written(*shapes))


def _point(draw: Draw) -> tuple[float, float]:
    lat, lon = ((38.0, -97.0), (49.0, 8.0), (-23.0, -47.0)) [draw.start % 3] if draw.split == "learn" else (
        (0.5, 36.0), (52.0, 20.0), (39.0, 33.0))[draw.start % 3]  # fmt: skip
    return lat + draw.rng.uniform(-4, 4), lon + draw.rng.uniform(-6, 6)


def _coords(draw: Draw) -> str:
    lat, lon = _point(draw)
    if draw.split == "hold" and draw.form > 0.7:
        return f"POINT ({lon:.5f} {lat:.5f})"
    return draw.written(f"{lat:.5f}, {lon:.5f}", f"({lat:.4f}, {lon:.4f})", f"{lat:.6f},{lon:.6f}")


def _date_text(day: dt.date, draw: Draw) -> str:
    return day.strftime(draw.written(*DATE_FORMS[draw.split]))


def _datetime(draw: Draw) -> str:
    moment = dt.datetime.combine(draw.day(), dt.time(draw.whole(0, 23), draw.whole(0, 59), draw.whole(0, 59)))
    if draw.split == "learn":
        return moment.strftime(
            draw.written("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S.%f")
        )
    return moment.strftime(
        draw.written("%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S+02:00", "%Y/%m/%d %I:%M %p", "%a %b %d %H:%M:%S %Y")
    )


def _epoch(draw: Draw) -> str:
    seconds = draw.whole(1_262_300_000, 1_730_000_000)
    return draw.written(str(seconds), str(seconds), f"{seconds}{draw.fill('###')}")


def _age(draw: Draw) -> str:
    years = 2024 - draw.person.born.year - draw.start % 18
    return str(years) if draw.form < 0.85 else f"{years // 10 * 10}-{years // 10 * 10 + 9}"


PHRASES = {
    "learn": (
        "Spoke with {name}, call back at {phone}.", "{name} asked to be contacted at {email} about the bill.",
        "Pt {name} DOB {dob} seen today, next visit in two weeks.", "Customer {name} gave SSN {ssn} for verification.",
        "Bitte {name} unter {phone} zurückrufen wegen der Rechnung.", "Enviar factura a {email}, atención {name}.",
        "Refund to card {card} requested, case closed.", "Home visit at {street}, nobody there.", "Account {iban} was debited twice.",
    ),
    "hold": (
        "Her brother {name} answers on {phone} in the evenings.", "Write to {email} before Friday please, thanks a lot!",
        "Interviewed {name} (born {dob}) near the water point.", "Proszę o kontakt z {name}, tel. {phone}.",
        "{name} mailade från {email} om fakturan.", "Payment expected from {iban}, sender {name}.",
        "Driver {name} delivered to {street} instead.", "Wrong card on file, new one is {card}.", "Caller's social is {ssn}, please fix.",
    ),
}  # fmt: skip


def _finances(draw: Draw) -> str:
    exact, thousands = f"{draw.rng.lognormvariate(10.3, 0.6):.2f}", f"${draw.whole(18, 210)},{draw.fill('###')}"
    return draw.written(exact, str(draw.whole(12, 180) * 500), thousands, str(draw.whole(300, 850)))


def planted(draw: Draw) -> str:
    """Return a sentence that holds an identifier."""
    form, draw.form = draw.form, draw.rng.random() * 0.5
    values = {
        "name": f"{draw.person.first} {draw.person.last}", "phone": _phone(draw), "email": _email(draw), "street": _street(draw),
        "dob": _date_text(draw.person.born, draw), "ssn": NATIONAL["us_ssn"](draw), "card": IDENTIFIERS["card"](draw),
        "iban": IDENTIFIERS["iban"](draw),
    }  # fmt: skip
    draw.form = form
    return draw.pick(PHRASES[draw.split]).format(**values)


def plain_note(draw: Draw) -> str:
    """Return a sentence or two without an identifier."""
    sentences = word_sets(draw.split)["note"][0][1]
    return draw.pick(sentences) if draw.chance(0.6) else f"{draw.pick(sentences)} {draw.pick(sentences)}"


def _note_pii(draw: Draw) -> str:
    share = (0.1, 0.4, 0.9)[draw.start % 3]
    note = plain_note(draw)
    return f"{note} {planted(draw)}" if draw.chance(share) or draw.row == 0 else note


MAKERS: dict[str, Maker] = {
    "full_name": _full,
    "first_name": lambda d: _cased(d.person.first, d),
    "last_name": lambda d: _cased(d.person.last, d),
    "email": _email,
    "phone": _phone,
    "street": _street,
    "url": _url,
    "ip": _ip,
    "mac": _mac,
    "username": _user,
    "note": plain_note,
    "note_pii": _note_pii,
    "postcode": _postcode,
    "coords": _coords,
    "latitude": lambda d: f"{_point(d)[0]:.5f}",
    "longitude": lambda d: f"{_point(d)[1]:.5f}",
    "date": lambda d: _date_text(d.day(), d),
    "datetime": _datetime,
    "epoch": _epoch,
    "birth_date": lambda d: _date_text(d.person.born, d),
    "birth_year": lambda d: str(d.person.born.year),
    "age": _age,
    "finances": _finances,
}  # fmt: skip
