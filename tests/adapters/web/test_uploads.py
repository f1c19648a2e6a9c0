"""The page that documents are brought to."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import ClientResponse, MultipartWriter, payload

from adapters.web.receiving import tell_apart
from bot.domain.links import UPLOADING_TIME, UploadPage
from bot.use_cases.secrets import hash_secret
from tests import builders as a
from tests.adapters.web.conftest import PDF, Site

PAGE = "/uploads/secret"
DUTCH = {"Accept-Language": "nl-NL,nl;q=0.9,en;q=0.8"}
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
MEGABYTE = b"x" * 1_000_000


def write(*files: tuple[str, bytes]) -> BytesIO:
    """The body of a form as browsers write it; for no file as they do when nothing was chosen."""
    parts = [
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="'
        + name.replace('"', "%22").encode()
        + b'"\r\nContent-Type: application/octet-stream\r\n\r\n'
        + content
        + b"\r\n"
        for name, content in files or (("", b""),)
    ]
    return BytesIO(b"".join(parts) + b"--b--\r\n")


async def send(site: Site, *files: tuple[str, bytes], page: str = PAGE, **headers: str) -> ClientResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await site.client.post(page, data=write(*files), headers=DUTCH | FORM | named)


async def names(site: Site) -> list[str]:
    return [item.name for item in await site.uploads()]


async def test_the_page_says_whose_dossier_it_is_and_for_whom(site: Site) -> None:
    answer = await site.client.get(PAGE, headers=DUTCH)
    page = await answer.text()
    assert answer.status == 200
    for seen in ("Dossier: 1001 · Haddad Bouw B.V.", "Sanne de Vries", "Van Dijk Accountants", "2 maart 2026 14:00"):
        assert seen in page
    assert '<html lang="nl">' in page
    assert '<input id="files" name="files" type="file" multiple required' in page
    assert (
        "This page is for Sanne de Vries"
        in await (await site.client.get(PAGE, headers={"Accept-Language": "en"})).text()
    )


async def test_nothing_of_the_page_is_kept_framed_or_from_elsewhere(site: Site) -> None:
    for answer in (await site.client.get(PAGE), await send(site, ("a.pdf", PDF)), await site.client.get("/uploads/x")):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not any("script" in each for each in policy)
    asking = (await site.client.get("/uploads/x")).headers["Content-Security-Policy"]
    assert asking.endswith("form-action 'none'")


async def test_what_is_sent_is_filed(site: Site) -> None:
    answer = await send(site, ("Jaarrekening 2025.pdf", PDF), ("Bijlage.xlsx", MEGABYTE * 3))
    page = await answer.text()
    assert answer.status == 200
    assert "Opgeslagen" in page
    assert "Andere documenten" in page
    assert "<li><bdi>Jaarrekening 2025.pdf</bdi></li><li><bdi>Bijlage.xlsx</bdi></li>" in page
    first, second = await site.uploads()
    assert (first.name, first.version.media_type, first.version.content.size) == (
        "Jaarrekening 2025.pdf",
        "application/pdf",
        len(PDF),
    )
    assert (second.name, second.version.content.size, second.version.added_by) == (
        "Bijlage.xlsx",
        3_000_000,
        "Sanne de Vries",
    )


async def test_it_works_once(site: Site) -> None:
    assert (await send(site, ("a.pdf", PDF))).status == 200
    again = await send(site, ("b.pdf", PDF))
    assert again.status == 404
    assert "al gebruikt" in await again.text()
    assert (await site.client.get(PAGE)).status == 404
    assert await names(site) == ["a.pdf"]


async def test_two_at_a_time_file_once(site: Site) -> None:
    answers = await asyncio.gather(*(send(site, (f"{number}.pdf", PDF)) for number in range(4)))
    statuses = sorted(answer.status for answer in answers)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {404, 409}
    assert len(await site.uploads()) == 1


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {}),
        ("GET", {"User-Agent": "Mozilla/5.0 SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com"}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
    ],
)
async def test_looking_does_not_use_it_up(site: Site, method: str, headers: dict[str, str]) -> None:
    for _ in range(3):
        answer = await site.client.request(method, PAGE, headers=headers)
        assert answer.status == (503 if len(headers) and "User-Agent" not in headers else 200)
    assert (await send(site, ("a.pdf", PDF))).status == 200


async def test_a_look_for_the_headers_tells_nothing(site: Site) -> None:
    known, unknown = await site.client.head(PAGE), await site.client.head("/uploads/unknown")
    assert (known.status, known.headers.keys()) == (unknown.status, unknown.headers.keys())


async def test_an_expired_page_says_so(site: Site) -> None:
    site.clock.move(UPLOADING_TIME)
    for answer in (await site.client.get(PAGE, headers=DUTCH), await send(site, ("a.pdf", PDF))):
        assert answer.status == 410
        assert "Deze uploadpagina is verlopen" in await answer.text()
    assert await site.uploads() == []
    site.clock.move(timedelta(seconds=-1))
    assert (await site.client.get(PAGE)).status == 200


@pytest.mark.parametrize("path", ["/uploads/unknown", "/uploads/%00", "/uploads/" + "x" * 3_000])
async def test_an_unknown_page_takes_nothing(site: Site, path: str) -> None:
    assert (await site.client.get(path)).status == 404
    assert (await send(site, ("a.pdf", MEGABYTE * 2), page=path)).status == 404
    assert await site.uploads() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "same-origin", "Origin": "null"}, 200),
        ({"Origin": "null"}, 200),
        ({"Origin": "here"}, 200),
        ({}, 200),
        ({"Sec_Fetch_Site": "cross-site", "Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "none"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://127.0.0.1"}, 403),
    ],
)
async def test_no_other_site_can_send(site: Site, headers: dict[str, str], status: int) -> None:
    told = {name: site.ports.public_url if value == "here" else value for name, value in headers.items()}
    answer = await send(site, ("a.pdf", PDF), **told)
    assert answer.status == status
    assert len(await site.uploads()) == (status == 200)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ((), "Er is geen bestand gekozen."),
        ((("leeg.pdf", b""),), "Het bestand leeg.pdf is leeg."),
        ((("goed.pdf", PDF), ("leeg.pdf", b"")), "Het bestand leeg.pdf is leeg."),
        (tuple((f"{number}.pdf", PDF) for number in range(11)), "Dit zijn meer dan 10 bestanden."),
        ((("groot.pdf", MEGABYTE * 25 + b"!"), ("goed.pdf", PDF)), "Het bestand groot.pdf is groter dan 25,0 MB."),
        (
            (("een.pdf", MEGABYTE * 25), ("twee.pdf", MEGABYTE * 25), ("drie.pdf", b"!")),
            "Samen zijn deze bestanden groter dan 50,0 MB.",
        ),
    ],
)
async def test_what_cannot_be_taken_leaves_everything_as_it_is(
    site: Site, files: tuple[tuple[str, bytes], ...], words: str
) -> None:
    answer = await send(site, *files)
    page = await answer.text()
    assert answer.status == 422
    assert f'<p role="alert">{words} Er is niets opgeslagen. Kies de bestanden opnieuw.</p>' in page
    assert 'type="file"' in page
    assert await site.uploads() == []
    assert (await send(site, ("a.pdf", PDF))).status == 200


async def test_as_much_as_may_be_is_taken(site: Site) -> None:
    answer = await send(site, ("een.bin", MEGABYTE * 25), ("twee.bin", MEGABYTE * 25))
    assert answer.status == 200
    assert [item.version.content.size for item in await site.uploads()] == [25_000_000, 25_000_000]


@pytest.mark.parametrize(
    ("name", "filed"),
    [
        ("../../etc/passwd", "..-..-etc-passwd"),
        ("<script>alert(1)</script>.pdf", "<script>alert(1)<-script>.pdf"),
        ("rekening_\u202efdp.exe", "rekening_fdp.exe"),
        ('a"b.pdf', 'a"b.pdf'),
        ("n" * 500 + ".pdf", "n" * 250 + "….pdf"),
        ("Özgür “€”.pdf", "Özgür “€”.pdf"),
        ("\u200b", "–"),
        ("x; filename=y.pdf", "x; filename=y.pdf"),
    ],
)
async def test_a_hostile_name_is_only_a_name(site: Site, name: str, filed: str) -> None:
    answer = await send(site, (name, PDF))
    page = await answer.text()
    assert answer.status == 200, page
    assert await names(site) == [filed]
    assert "<script" not in page


async def test_a_name_in_an_error_is_only_a_name(site: Site) -> None:
    answer = await send(site, ("<script>alert(1)<b>.pdf", b""))
    page = await answer.text()
    assert answer.status == 422
    assert "&lt;script&gt;alert(1)&lt;b&gt;.pdf" in page
    assert "<script" not in page


async def test_pictures_of_one_name_are_not_versions_of_each_other(site: Site) -> None:
    assert (await send(site, ("image.jpg", b"een"), ("image.jpg", b"twee"), ("IMAGE.jpg", b"drie"))).status == 200
    assert await names(site) == ["image.jpg", "image (2).jpg", "IMAGE (3).jpg"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["a", "a", "a"], ["a", "a (2)", "a (3)"]),
        ([".env", ".env"], [".env", ".env (2)"]),
        (["a.b.c", "a.b.c"], ["a.b.c", "a.b (2).c"]),
        (["a", "a (2)", "a"], ["a", "a (2)", "a (3)"]),
    ],
)
def test_names_are_told_apart(given: Iterable[str], told: list[str]) -> None:
    assert list(tell_apart(given)) == told


async def test_a_new_file_of_a_known_name_is_its_next_version(site: Site) -> None:
    await send(site, ("a.pdf", PDF))
    page = UploadPage(hash_secret("another"), a.OFFICE, a.CLIENT, a.a_party(), a.at(60))
    async with site.ports.store.transaction() as tx:
        await tx.upload_pages.add(page)
    assert (await send(site, ("a.pdf", PDF + b"\n"), page="/uploads/another")).status == 200
    (item,) = await site.uploads()
    assert item.version.number == 2


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", b"files=x"),
        ("application/x-www-form-urlencoded", b"files=x"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=b", b""),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nhalf',
        ),
        ("multipart/form-data; boundary=b", b"--other\r\n\r\nx\r\n--other--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\nx\r\n--b--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\nno colon\r\n\r\nx\r\n--b--\r\n"),
        ("multipart/form-data; boundary=" + "b" * 5_000, b"x"),
    ],
)
async def test_what_is_no_upload_is_refused_in_words(site: Site, content_type: str, body: bytes) -> None:
    answer = await site.client.post(PAGE, data=body, headers=DUTCH | {"Content-Type": content_type})
    assert answer.status == 422, await answer.text()
    assert 'role="alert"' in await answer.text()
    assert await site.uploads() == []


async def test_parts_inside_parts_are_refused(site: Site) -> None:
    with MultipartWriter("form-data") as outer, MultipartWriter("mixed") as inner:
        inner.append(payload.BytesPayload(b"x"))
        outer.append(inner)
    answer = await site.client.post(PAGE, data=outer, headers=DUTCH)
    assert answer.status == 422
    assert await site.uploads() == []


async def test_who_hangs_up_files_nothing(site: Site) -> None:
    begun = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n' + MEGABYTE
        begun.set()
        await asyncio.Event().wait()

    sending = asyncio.create_task(site.client.post(PAGE, data=half(), headers=FORM))
    await begun.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert (await send(site, ("b.pdf", PDF))).status == 200
    assert await names(site) == ["b.pdf"]


async def test_an_outage_is_told(site: Site) -> None:
    (site.folder.parent / "paraaf.db").rename(site.folder.parent / "away.db")
    (site.folder.parent / "paraaf.db").mkdir()
    await site.ports.store.dispose()  # type: ignore[attr-defined] # the store of these tests, so that it connects anew
    for answer in (await site.client.get(PAGE, headers=DUTCH), await send(site, ("a.pdf", PDF))):
        assert answer.status == 503
        assert "nu geen documenten" in await answer.text()
