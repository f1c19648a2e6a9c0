"""The words of what the demo tells its reader: in Dutch and in English, with {places} for names and labels."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """The demo in one language: what comes first, each platform or why it is missing, deliveries, the evidence."""

    opening: str
    slack: str
    no_slack: str
    teams: str
    no_teams: str
    deliveries: str
    evidence: str


DUTCH = Story(
    opening="""
De demo draait, helemaal op deze computer. Stop met Ctrl-C; daarna begint alles opnieuw.
""",
    slack="""
Open Slack in uw browser: {slack}

U speelt twee mensen: rechtsboven, bij “Act as”, kiest u wie u bent.

1. U bent {sanne} van {office}, in het kanaal #{channel}. Typ /sign en druk op Enter. Kies de klant “{client}”
en druk op “{link}”.

2. Vink “{document}” aan, kies {karel} als ondertekenaar en druk op “{send}”. Paraaf vraagt één keer wie dat is:
kies {karel} en druk op “{confirm}”.

3. Kies bij “Act as” {karel}, de klant. Druk op de kaart op “{reject}”, typ een reden (zoals: De hypotheekrente
is 6.840 euro) en druk nog eens op “{reject}”.

4. Word weer {sanne}. Klik onder de kaart op “1 reply”: daar staat de reden. Druk er op “{resend}”, vink
“{corrected}” aan, kies {karel} en druk op “{send}”.

5. Word weer {karel}. Druk op de nieuwe kaart op “{approve}”, typ een plaats en druk op “{sign}”.

6. Stuur als {sanne} ook “{accounts}”, en kies of die geaccordeerd of vastgesteld wordt. Druk als {karel} op “{view}”
en dan op “{copy}” (de knop daarboven doet in deze Slack niets): daar leest u het document, zet u uw handtekening met
de muis of een vinger, en ondertekent u of keurt u af.

7. Druk op een kaart op “{log}”: wie, wat, wanneer en waar, ook als pagina, PDF en CSV. /sign log toont dat van het hele
dossier. Uw taken staan links bij “paraaf”, en /sign taken toont die van het gesprek.

8. Stuur nog een document. Vraag als {karel} met “{pass_on}” of {noor} het ondertekent; sta het als {sanne} toe onder
de kaart.

9. Laat een overeenkomst door twee mensen ondertekenen: vink als {sanne} “{agreement}” aan en kies “{certified}”. In
de volgende stap kiest u {karel} en {noor}. Hebben beiden op hun eigen pagina getekend, dan staat de verzegelde PDF
onder de kaart, met het transactiecertificaat achterin.

10. Probeer wat niet mag: als {noor} /sign typen, of op een kaart drukken die voor {karel} is.

Twee dingen kan deze Slack niet tonen; in het venster staan ze in rood: [multi_external_select] (zoeken in het
dossier) en [file_input] (uploaden). Wat alleen voor u is bedoeld, ziet hier iedereen.
""",
    no_slack="""
Slack ontbreekt: de client daarvoor kon niet worden opgehaald (de reden staat onderaan). Probeer make demo opnieuw
wanneer npm bereikbaar is.
""",
    teams="""
Hetzelfde in Teams. Open twee tabbladen voordat u begint, want elk toont alleen wat er gebeurt zolang het openstaat;
kies in beide links “{room}”.

{sanne}: {seat_sanne}

{karel}: {seat_karel}

1. Bij {sanne}: klik bij “Start a new post” op de + (“Trigger Message Extension App”), kies “Action Command”,
typ sign en druk op “Create”. In het echte Teams heet dit “{entry}”. Kies de klant, het document en {karel}, zoals in
Slack; sluit ten slotte het lege venster, wat het echte Teams vanzelf doet.

2. Bij {karel}: druk op de kaart op “{reject}”, typ een reden en druk nog eens op “{reject}”.

3. Bij {sanne}: de reden staat onder de kaart. Druk er op “{resend}” en stuur “{corrected}”.

4. Bij {karel}: druk op de nieuwe kaart op “{approve}”, typ een plaats en druk op “{sign}”.

5. Druk op een kaart op “{log}” of “{pass_on}”. Typ “@Paraaf taken”, “@Paraaf log” of “@Paraaf sign” in een bericht
(typ @Par en kies Paraaf), en probeer als {karel} wat niet mag.

“{view}” doet in dit Teams niets, omdat het geen vensters in een gesprek kent; het echte Teams toont daarin de pagina
die u in Slack ziet. Dit Teams toont iedereen dezelfde kaart, zoekt niet in het dossier, en toont aan iedereen wat
alleen voor u is bedoeld.
""",
    no_teams="""
Teams ontbreekt: de client daarvoor kon niet worden opgehaald (de reden staat onderaan). Probeer make demo opnieuw
wanneer npm bereikbaar is.
""",
    deliveries="""
Vanzelf: een bronpakket levert een aangifte. Leg die, in een tweede terminal, in de map van het pakket:

$ cp {delivered} {inbox}/

Binnen tien tellen staat de kaart in #{studio}, op naam van {mark}, gericht aan {iris}. Druk als {iris} op
“{approve}”: in deze terminal staat dan wat het bronpakket te horen krijgt, met het bewijs erbij. Klopt er iets niet,
dan vraagt Paraaf het in #{intake}. Probeer een klantnummer dat niet bestaat, en druk daar als {sanne} op “{choose}”:

$ cp {delivered} {inbox}/{unknown}
""",
    evidence="""
Het bewijs: elk besluit staat ook in een log buiten de database, dat alleen kan groeien: {evidence}. Op de kaart staat
waar. Open als {sanne} vanuit “{log}” de pagina om te printen en druk er op “{proof}”. Iedereen kan dat bestand
controleren op {paraaf}/verify, of in een terminal:

$ PARAAF_DATA_DIR={kept} .venv/bin/paraaf evidence keys > sleutel.txt
$ .venv/bin/paraaf verify BESTAND.tlog-proof --key sleutel.txt
""",
)

ENGLISH = Story(
    opening="""
The demo is running, all of it on this computer. Stop it with Ctrl-C; after that it begins anew.
""",
    slack="""
Open Slack in your browser: {slack}

You play two people: “Act as”, at the top right, says who you are. The screens speak Dutch.

1. You are {sanne} of the office {office}, in the channel #{channel}. Type /sign and press Enter. Choose the
client “{client}” and press “{link}” (link).

2. Tick “{document}”, choose {karel} as “{signer}” (signer) and press “{send}” (send). Paraaf asks once who that
is: choose {karel} and press “{confirm}” (confirm and send).

3. Act as {karel}, the client. On the card press “{reject}” (reject), type a reason (such as: De hypotheekrente
is 6.840 euro) and press “{reject}” once more.

4. Act as {sanne} again. Under the card click “1 reply”: there is the reason. Press “{resend}” (send a new
version) there, tick “{corrected}”, choose {karel} and press “{send}”.

5. Act as {karel} again. On the new card press “{approve}” (approve), type a place and press “{sign}” (sign).

6. As {sanne} send “{accounts}” too, and choose whether it is agreed with or adopted. As {karel} press “{view}”
(view), and then “{copy}” (the button above it does nothing in this Slack): there you read the document, draw your
signature with the mouse or a finger, and sign or reject.

7. Press “{log}” (transaction log) on a card: who, what, when and where, also as a page, PDF and CSV. /sign log shows
that of the whole dossier. Your tasks are at the left, at “paraaf”, and /sign taken shows those of the conversation.

8. Send one more document. As {karel} ask with “{pass_on}” (pass on) that {noor} signs it; as {sanne} allow it below
the card.

9. Let two people sign an agreement: as {sanne}, tick “{agreement}” and choose “{certified}” (with a certificate). In
the next step choose {karel} and {noor}. Once both signed on a page of their own, the sealed PDF is below the card,
with the certificate of the transaction at its end.

10. Try what is not allowed: type /sign as {noor}, or press a button of a card that is for {karel}.

Two things this Slack cannot show; the dialog has them in red: [multi_external_select] (search the dossier) and
[file_input] (upload). What is meant for you alone, everybody sees here.
""",
    no_slack="""
There is no Slack: the client for it could not be fetched (the reason is at the end). Try make demo again when npm can
be reached.
""",
    teams="""
The same in Teams. Open two tabs before you begin, since each shows only what happens while it is open; choose
“{room}” at the left in both.

{sanne}: {seat_sanne}

{karel}: {seat_karel}

1. As {sanne}: below “Start a new post” click the + (“Trigger Message Extension App”), choose “Action Command”, type
sign and press “Create”. The real Teams calls it “{entry}”. Choose the client, the document and {karel} as in Slack;
in the end close the empty dialog, which the real Teams does by itself.

2. As {karel}: on the card press “{reject}” (reject), type a reason and press “{reject}” once more.

3. As {sanne}: the reason is below the card. Press “{resend}” (send a new version) there and send “{corrected}”.

4. As {karel}: on the new card press “{approve}” (approve), type a place and press “{sign}” (sign).

5. Press “{log}” (transaction log) or “{pass_on}” (pass on) on a card. Type “@Paraaf taken” (tasks), “@Paraaf log” or
“@Paraaf sign” in a message (type @Par and choose Paraaf), and try as {karel} what is not allowed.

“{view}” (view) does nothing in this Teams, which knows no dialogs in a conversation; the real Teams shows in one the
page that you see in Slack. This Teams shows everybody the same card, does not search the dossier, and shows everybody
what is meant for you alone.
""",
    no_teams="""
There is no Teams: the client for it could not be fetched (the reason is at the end). Try make demo again when npm can
be reached.
""",
    deliveries="""
By itself: a source package delivers a return. Put it, in a second terminal, into the folder of that package:

$ cp {delivered} {inbox}/

Within ten seconds the card is in #{studio}, in the name of {mark}, addressed to {iris}. Press “{approve}” (approve)
as {iris}: in this terminal you then see what the source package is told, and the proof with it. Where something is in
doubt Paraaf asks in #{intake}. Try a client number that nobody has, and press “{choose}” (choose) there as {sanne}:

$ cp {delivered} {inbox}/{unknown}
""",
    evidence="""
The evidence: every decision stands in a log outside the database as well, which can only grow: {evidence}. The card
says where. As {sanne} open the page to print from “{log}” (transaction log), and press “{proof}” (download the proof)
there. Anybody can check that file at {paraaf}/verify, or in a terminal:

$ PARAAF_DATA_DIR={kept} .venv/bin/paraaf evidence keys > key.txt
$ .venv/bin/paraaf verify FILE.tlog-proof --key key.txt
""",
)
