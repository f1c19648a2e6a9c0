"""The proofs of what a log tells of, for staff to keep or to hand on."""

import structlog
from aiohttp import web

from adapters.web.log_refusals import tell_absence, tell_refusal
from adapters.web.pages import PRIVATE, read_texts
from adapters.web.signing.documents import write_disposition
from bot.domain.envelope import EnvelopeId
from bot.domain.errors import EvidenceUnavailable, LinkRefused, StoreUnavailable
from bot.domain.evidence import PROOF_SUFFIX
from bot.ports import Ports
from bot.use_cases.read_log import open_proof

ADDRESS = "/logs/{secret:[^./]+}/proofs/{envelope:[^/]+}" + PROOF_SUFFIX

_log = structlog.get_logger(__name__)


def serve_proofs(ports: Ports) -> web.RouteDef:
    """`GET` of the proof of a request, by the link to the log that it is in and for as long as that works."""

    async def send(request: web.Request) -> web.Response:
        texts, secret = read_texts(request), request.match_info["secret"]
        try:
            proof = await open_proof(ports, secret, EnvelopeId(request.match_info["envelope"]))
        except LinkRefused as refusal:
            return tell_refusal(refusal, texts)
        except (EvidenceUnavailable, StoreUnavailable) as away:
            _log.warning("proof_not_served", why=away.reason)
            return tell_absence(
                texts.say("The proof cannot be fetched right now. Please try again in a moment."), texts
            )
        # Not as text, or some phones would end its name in `.txt`.
        headers = {**PRIVATE, "Content-Disposition": write_disposition("attachment", proof.name)}
        return web.Response(body=proof.content, content_type="application/octet-stream", headers=headers)

    return web.get(ADDRESS, send)
