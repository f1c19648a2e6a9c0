"""The Dutch words on the screen, written out once more, so that a change of one of them shows."""

LINK_TITLE, SEND_TITLE, WHO_TITLE = "Koppelen aan een klant", "Laten ondertekenen", "Wie is dit?"
ASKS_TITLE, ASKS, AGREE, ADOPT = "Jaarrekening", "Wat vraagt u?", "Het concept accorderen", "Vaststellen"
CLIENT, DOCUMENTS, SIGNER, CONTACT = "Klant", "Documenten uit het dossier", "Ondertekenaar", "Contact"
MESSAGE, DUE, PLACE, REASON = "Bericht", "Uiterste datum", "Plaats", "Reden"

VIEW, APPROVE, REJECT, DELEGATE = "Bekijken", "Goedkeuren", "Afkeuren", "Doorsturen"
REMIND, WITHDRAW, RESEND, LOG = "Herinner nu", "Intrekken", "Nieuwe versie sturen", "Transactielog"

WAITING, SIGNED, REJECTED, WITHDRAWN, SUPERSEDED = "Wacht op", "Ondertekend", "Afgekeurd", "Ingetrokken", "Vervangen"

MOMENT = r"\d{1,2} [a-z]+ \d{4} \d{2}:\d{2}"
"""A moment such as `24 november 2026 04:14`."""
