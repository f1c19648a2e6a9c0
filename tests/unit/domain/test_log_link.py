"""Which envelopes a link to a log shows."""

from dataclasses import replace

import pytest

from bot.domain.log import DossierLog, EnvelopeLog, LogLink, LogScope, SignerLog
from bot.domain.people import ClientId, OfficeId
from tests import builders as a

ENVELOPE, KARIM = a.an_envelope(), a.a_party("Karim Haddad", a.an_account())
SCOPES: tuple[LogScope, ...] = (EnvelopeLog(ENVELOPE.id), DossierLog(a.CLIENT), SignerLog(KARIM.account, a.a_place()))


def a_link(scope: LogScope, *, as_staff: bool) -> LogLink:
    return LogLink("0" * 64, a.OFFICE, scope, KARIM, as_staff, a.at(60))


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("as_staff", [True, False])
def test_it_shows_its_own_and_nothing_of_another_office(scope: LogScope, as_staff: bool) -> None:  # noqa: FBT001 - parametrized
    link = a_link(scope, as_staff=as_staff)
    assert link.shows(ENVELOPE)
    assert not link.shows(replace(ENVELOPE, office=OfficeId("office-2")))


@pytest.mark.parametrize("scope", SCOPES)
def test_who_signs_no_more_is_shown_nothing_as_a_signer(scope: LogScope) -> None:
    passed_on = replace(ENVELOPE, signers=(a.a_signer(a.an_account("U0MILA")),))
    assert not a_link(scope, as_staff=False).shows(passed_on)


def test_it_shows_no_other_envelope_dossier_or_conversation() -> None:
    others = (
        a.an_envelope("envelope-2"),
        replace(ENVELOPE, client=ClientId("client-2")),
        replace(ENVELOPE, conversation=a.a_place("C0OTHER")),
    )
    for scope, other in zip(SCOPES, others, strict=True):
        assert not a_link(scope, as_staff=True).shows(other)
