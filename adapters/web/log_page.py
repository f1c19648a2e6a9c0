"""The page of a log: to read on any screen, and to print on A4 with the heading on every sheet."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape

from aiohttp import web

from adapters.web.pages import PRIVATE
from bot.domain.evidence import PROOF_SUFFIX
from bot.domain.faults import InvalidInput
from bot.domain.log import LogFilter
from bot.texts import Texts
from bot.views.log_forms import PERSON, SINCE, STATE, UNTIL, read_days
from bot.views.log_sheet import Picture, Sheet, SheetRow
from bot.views.refusals import explain_faults
from cards.text import clean

_STYLE = (
    ":root{color-scheme:light dark;--line:color-mix(in srgb,CanvasText 22%,Canvas);"
    "--soft:color-mix(in srgb,CanvasText 70%,Canvas)}"
    "body{margin:0 auto;max-width:64rem;padding:1.25rem;font:1rem/1.5 system-ui,sans-serif;background:Canvas;"
    "color:CanvasText;overflow-wrap:anywhere}"
    "h1{margin:0;font-size:1.5rem}header p{margin:.125rem 0 1rem;color:var(--soft)}"
    "dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.25rem 1rem;margin:0 0 1rem}"
    "dt{color:var(--soft)}dd{margin:0;white-space:pre-line}"
    "form{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;align-items:end;"
    "padding:1rem;margin:0 0 1rem;border:1px solid var(--line);border-radius:.5rem}"
    "label{display:block;font-weight:600;font-size:.875rem}"
    "input,select,button{font:inherit;width:100%;box-sizing:border-box;min-height:2.75rem;margin-top:.25rem}"
    "button{border:0;border-radius:.5rem;background:#1d3557;color:#fff;font-weight:600;cursor:pointer}"
    "nav{display:flex;flex-wrap:wrap;gap:.5rem 1.25rem;margin:0 0 1rem}nav a{padding:.5rem 0}"
    "[role=alert],.warning{padding:.75rem 1rem;margin:0 0 1rem;border-left:.25rem solid #c1121f;"
    "background:color-mix(in srgb,#c1121f 12%,Canvas)}.warning{border-color:#b7791f;"
    "background:color-mix(in srgb,#b7791f 12%,Canvas)}"
    "table{width:100%;border-collapse:collapse;font-size:.9375rem}"
    "th{text-align:left;border-bottom:2px solid var(--line);padding:.5rem .75rem .5rem 0}"
    "td{vertical-align:top;border-bottom:1px solid var(--line);padding:.5rem .75rem .5rem 0}"
    "td[data-label]{overflow-wrap:normal}td span{display:block}footer,.proof{color:var(--soft);font-size:.875rem}"
    "blockquote{margin:.25rem 0;padding-left:.75rem;border-left:.1875rem solid var(--line);white-space:pre-line}"
    "img{display:block;max-width:min(100%,16rem);max-height:8rem;margin:.25rem 0;background:#fff;"
    "border:1px solid var(--line);border-radius:.25rem}"
    "@media screen and (max-width:44rem){thead{position:absolute;clip-path:inset(50%)}"
    "table,tbody,tr,td{display:block}td{border:0;padding:.125rem 0}tr{padding:.75rem 0;"
    "border-bottom:1px solid var(--line)}td[data-label]::before{content:attr(data-label) ': ';color:var(--soft)}}"
    "@page{size:A4;margin:16mm 14mm}"
    "@media print{:root{color-scheme:light}body{max-width:none;padding:0;font-size:9.5pt}form,nav,.screen{display:none}"
    "thead{display:table-header-group}tr,dl,header{break-inside:avoid}table,footer{font-size:8.5pt}}"
)
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


@dataclass(frozen=True, slots=True)
class FilterForm:
    """What a dossier's log can be filtered by; `people` and `states` are labels by value."""

    wanted: LogFilter
    people: Mapping[str, str]
    states: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Doors:
    """Where one can go from a page, each as a label with its address; and what is said of them.

    `proofs` is what the addresses of proofs begin with, before the id of the request; empty for who gets none.
    """

    links: tuple[tuple[str, str], ...]
    note: str
    proofs: str = ""


def show_log(
    sheet: Sheet, form: FilterForm | None, doors: Doors, invalid: InvalidInput | None, texts: Texts
) -> web.Response:
    """The page; everything that people wrote is escaped. `invalid` is what is wrong with the filter in its address."""
    complaint = " ".join(dict.fromkeys(explain_faults(invalid, texts).by_input.values())) if invalid else ""
    body = (
        f"<header><h1>{escape(sheet.title)}</h1><p>{_bdi(sheet.office)}</p></header>"
        + (f'<p role="alert">{escape(complaint)}</p>' if complaint else "")
        + f"<dl>{''.join(f'<dt>{escape(label)}</dt><dd>{_bdi(value)}</dd>' for label, value in sheet.facts)}</dl>"
        + (_ask_filter(form, texts) if form else "")
        + _show_doors(doors)
        + (f'<p class="warning">{escape(sheet.warning)}</p>' if sheet.warning else "")
        + _show_rows(sheet, doors.proofs, texts)
        + f"<footer>{''.join(f'<p>{escape(each)}</p>' for each in (*sheet.notes, clean(sheet.made)))}</footer>"
    )
    html = (
        f'<!doctype html><html lang="{sheet.language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(sheet.title)} · {escape(sheet.office)}</title><style>{_STYLE}</style>"
        f"<body><main>{body}</main></body></html>"
    )
    headers = {**PRIVATE, "Content-Security-Policy": _POLICY, "Vary": "Accept-Language"}
    status = 422 if invalid else 200
    return web.Response(status=status, text=html, content_type="text/html", charset="utf-8", headers=headers)


def _ask_filter(form: FilterForm, texts: Texts) -> str:
    first, last = read_days(form.wanted)
    fields = (
        (SINCE, texts.say("From day"), f'<input id="{SINCE}" name="{SINCE}" type="date" value="{first or ""}">'),
        (
            UNTIL,
            texts.say("Until and including"),
            f'<input id="{UNTIL}" name="{UNTIL}" type="date" value="{last or ""}">',
        ),
        (PERSON, texts.say("Person"), _choose(PERSON, form.people, form.wanted.person)),
        (STATE, texts.say("Status"), _choose(STATE, form.states, form.wanted.state or "")),
    )
    asked = "".join(f'<div><label for="{id_}">{escape(label)}</label>{field}</div>' for id_, label, field in fields)
    label = texts.say("Filter")
    return f'<form method="get">{asked}<button>{escape(label)}</button></form>'


def _choose(id_: str, options: Mapping[str, str], chosen: str) -> str:
    offered = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(clean(label))}</option>'
        for value, label in options.items()
    )
    return f'<select id="{id_}" name="{id_}">{offered}</select>'


def _show_doors(doors: Doors) -> str:
    links = "".join(f'<a href="{escape(address)}">{escape(label)}</a>' for label, address in doors.links)
    return f'<nav>{links}</nav><p class="screen">{escape(doors.note)}</p>'


def _show_rows(sheet: Sheet, proofs: str, texts: Texts) -> str:
    if not sheet.rows:
        nothing = texts.say("There is nothing here.")
        return f"<p>{escape(nothing)}</p>"
    heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in sheet.headings)
    rows = "".join(_show_row(row, sheet, proofs, texts) for row in sheet.rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _show_row(row: SheetRow, sheet: Sheet, proofs: str, texts: Texts) -> str:
    what = f"<strong>{escape(row.what)}</strong>" + "".join(f"<span>{_bdi(each)}</span>" for each in row.details)
    what += f"<blockquote>{_bdi(row.quote)}</blockquote>" if row.quote else ""
    what += _show_picture(row.picture) if row.picture else ""
    what += (
        f'<span class="proof">{escape(row.evidence)}{_offer_proof(row, proofs, texts)}</span>' if row.evidence else ""
    )
    when = "".join(f"<span>{escape(each)}</span>" for each in row.when)
    where = "".join(f"<span>{_bdi(each)}</span>" for each in row.where)
    cells = "".join(f"<td>{each}</td>" for each in (when, _bdi(row.who), what, where))
    # On a phone there is no heading above it, and a state alone would say nothing.
    label = f' data-label="{escape(sheet.headings[-1])}"' if row.state else ""
    return f"<tr>{cells}<td{label}>{escape(row.state)}</td></tr>"


def _offer_proof(row: SheetRow, proofs: str, texts: Texts) -> str:
    if not (row.proof and proofs):
        return ""
    label = texts.say("Download the proof")
    return f' <a class="screen" href="{escape(f"{proofs}/{row.proof}{PROOF_SUFFIX}")}">{escape(label)}</a>'


def _show_picture(picture: Picture) -> str:
    """In the page itself, so that a page that was saved or printed has it too."""
    return f'<img src="data:image/png;base64,{escape(picture.png)}" alt="{escape(picture.alt)}">'


def _bdi(words: str) -> str:
    return f"<bdi>{escape(words)}</bdi>"
