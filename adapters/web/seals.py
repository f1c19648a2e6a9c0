"""What came of judging a sealed PDF, as a page."""

from aiohttp import web

from adapters.seal_judgement import Finding, Judgement
from adapters.seal_verdicts import describe_check, describe_outcome, describe_seal
from adapters.web.html import NOTHING, Html, isolate, join, tag
from adapters.web.pages import lay_out
from bot.texts import Texts
from storage.evidence.verify import Outcome, Verdict


def tell_judgement(judged: Judgement, name: str, again: str, texts: Texts) -> web.Response:
    """The verdict on a file of that name, each check, and what every signature covers; `again` leads to the form."""
    # What stands in a file that was changed is not to be read as if it were not.
    known = () if judged.verdict is Verdict.FAILS else describe_seal(judged, texts)
    body = join(
        [
            tag("p", isolate(name)) if name else NOTHING,
            tag("ul", *(_tell_finding(each, texts) for each in judged.findings), class_="checks"),
            *(tag("p", tag("small", isolate(each))) for each in known),
            tag("p", tag("a", texts.say("Check another file"), href=again)),
        ]
    )
    return lay_out(200, describe_outcome(judged.verdict, texts), body, texts)


def _tell_finding(finding: Finding, texts: Texts) -> Html:
    if finding.outcome is Outcome.UNCHECKED:
        words = texts.say("This office's Paraaf has nothing to compare it with.")
        return tag("li", tag("strong", texts.say("Not checked")), ": ", words)
    mark = texts.say("Held") if finding.outcome is Outcome.HELD else texts.say("Failed")
    return tag("li", tag("strong", mark), ": ", describe_check(finding, texts))
