"""The Teams app package: Microsoft's own schemas, what Teams wants of icons, and the same words as in Slack."""

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from manifest import icons
from manifest.slack import render_manifest as render_slack
from manifest.teams import build_package, render_manifest
from tests.npm import VALIDATORS, install

APP = "0a1b2c3d-0000-4000-8000-0123456789ab"
SCHEMAS = Path("node_modules/@microsoft/app-manifest/build/json-schemas/teams")
PACKAGE = Path(icons.__file__).parent


@pytest.fixture(scope="module")
def schemas() -> Path:
    return install(VALIDATORS / "manifest") / SCHEMAS


@pytest.fixture(params=[False, True], ids=["plain", "tabs"])
def package(request: pytest.FixtureRequest) -> dict[str, bytes]:
    """With and without tabs."""
    made = build_package(APP, "https://x.example/", has_tabs=request.param)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def find_faults(schemas: Path, name: str, content: object, version: str = "1.29") -> list[str]:
    schema = json.loads((schemas / f"v{version}" / f"MicrosoftTeams{name}.schema.json").read_text(encoding="utf-8-sig"))
    return [f"{'/'.join(map(str, each.path))}: {each.message}" for each in Draft4Validator(schema).iter_errors(content)]


def read_pixels(picture: bytes) -> tuple[int, list[tuple[int, ...]]]:
    """The pixels of a PNG file as `manifest.icons` writes them: RGBA, every row without a filter."""
    width, height, *kind = struct.unpack(">IIBBBBB", picture[16:29])
    assert (width, kind) == (height, [8, 6, 0, 0, 0])
    rows = zlib.decompress(picture[picture.index(b"IDAT") + 4 : picture.index(b"IEND") - 8])
    step = width * 4 + 1
    assert {rows[start] for start in range(0, len(rows), step)} == {0}
    plain = b"".join(rows[start + 1 : start + step] for start in range(0, len(rows), step))
    return width, [tuple(plain[start : start + 4]) for start in range(0, len(plain), 4)]


def strings(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        for each in part.values():
            yield from strings(each)
    elif isinstance(part, list):
        for each in part:
            yield from strings(each)
    elif isinstance(part, str):
        yield part


def test_the_package_is_what_microsoft_asks_for(schemas: Path, package: dict[str, bytes]) -> None:
    manifest = json.loads(package["manifest.json"])
    assert find_faults(schemas, "", manifest) == []
    assert find_faults(schemas, ".Localization", json.loads(package["nl.json"])) == []
    assert find_faults(schemas, ".Localization", json.loads(package["en.json"])) == []
    assert manifest["$schema"].endswith("/v1.29/MicrosoftTeams.schema.json")
    languages = manifest["localizationInfo"]
    named = {*manifest["icons"].values(), languages["defaultLanguageFile"]}
    named |= {each["file"] for each in languages["additionalLanguages"]}
    assert package.keys() == named | {"manifest.json"}


def test_the_schema_does_find_faults(schemas: Path, package: dict[str, bytes]) -> None:
    manifest = json.loads(package["manifest.json"])
    # The version that knows no slash commands refuses them, and nothing else.
    refused = find_faults(schemas, "", manifest, version="1.28")
    assert len(refused) == 3
    assert all("supportsTargetedMessages" in each or "triggers" in each for each in refused)
    assert find_faults(schemas, "", manifest | {"id": "x", "accentColor": "blue"})


def test_the_same_app_is_the_same_package() -> None:
    assert build_package(APP, "https://x.example") == build_package(APP, "https://x.example/")


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://x.example", "x.example"),
        ("https://x.example:8443/paraaf/", "x.example:8443"),
        ("https://bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_the_app_is_told_who_and_where_it_is(url: str, domain: str) -> None:
    manifest = render_manifest(APP, url)
    assert manifest["id"] == manifest["bots"][0]["botId"] == manifest["composeExtensions"][0]["botId"] == APP
    assert manifest["validDomains"] == [domain]
    assert manifest["developer"]["websiteUrl"] == url.rstrip("/") + "/"
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert not any("{" in text for text in strings(manifest))


def test_it_is_started_from_where_people_write() -> None:
    manifest = render_manifest(APP, "https://x.example")
    (command,) = manifest["composeExtensions"][0]["commands"]
    assert (command["type"], command["fetchTask"], command["context"]) == ("action", True, ["compose", "message"])
    assert (command["title"], command["triggers"]) == ("Document laten ondertekenen", ["slash"])
    (bot,) = manifest["bots"]
    assert bot["scopes"] == ["personal", "team", "groupChat"]
    assert bot["supportsFiles"]
    # Teams lists commands behind a slash for bots alone that take in messages which nobody else sees.
    assert bot["supportsTargetedMessages"]
    (listed,) = bot["commandLists"]
    assert listed["triggers"] == ["mention", "slash"]
    assert [each["title"] for each in listed["commands"]] == ["sign", "taken", "koppel", "log", "intake", "help"]


def test_it_asks_for_no_permission() -> None:
    manifest = render_manifest(APP, "https://x.example")
    assert not {"authorization", "webApplicationInfo", "permissions", "devicePermissions"} & manifest.keys()


def test_tabs_are_in_it_where_they_are_set_up() -> None:
    plain, manifest = (render_manifest(APP, "https://x.example:8443/p/", has_tabs=each) for each in (False, True))
    assert not {"staticTabs", "configurableTabs"} & plain.keys()
    own = {name: manifest.pop(name) for name in ("staticTabs", "configurableTabs", "webApplicationInfo")}
    assert manifest == plain
    (static,), (configurable,) = own["staticTabs"], own["configurableTabs"]
    filled_in = "?locale={locale}&theme={theme}"
    assert static["contentUrl"] == f"https://x.example:8443/p/teams/tab{filled_in}"
    assert configurable["configurationUrl"] == f"https://x.example:8443/p/teams/tab/configure{filled_in}"
    assert (static["scopes"], configurable["scopes"]) == (["personal"], ["team", "groupChat"])
    # The form that Microsoft documents for an app that has a bot as well as tabs.
    assert own["webApplicationInfo"] == {"id": APP, "resource": f"api://x.example:8443/botid-{APP}"}


def test_both_languages_say_everything(package: dict[str, bytes]) -> None:
    dutch, english = json.loads(package["nl.json"]), json.loads(package["en.json"])
    assert list(dutch) == list(english)
    # Names of commands are what one types, and so the same in every language; every other text is translated.
    translated = {text for name, text in dutch.items() if name != "$schema"}
    manifest = json.loads(package["manifest.json"])
    shown = [*strings([manifest[each] for each in ("name", "description", "bots", "composeExtensions")])]
    shown += [each["name"] for each in manifest.get("staticTabs", ())]
    assert translated <= set(shown)
    untranslated = {text for text in shown if " " in text} - translated
    assert untranslated == set()
    assert [name for name in dutch if dutch[name] == english[name]] == ["$schema", "name.short"]


def test_the_words_are_those_of_slack() -> None:
    teams, slack = render_manifest(APP, "https://x.example"), render_slack("https://x.example")
    shown = slack["display_information"]
    assert teams["name"]["short"] == shown["name"]
    assert teams["description"]["short"] in shown["description"]
    assert teams["accentColor"] == shown["background_color"]
    (listed,) = teams["bots"][0]["commandLists"]
    assert listed["commands"][0]["description"] == slack["features"]["slash_commands"][0]["description"]
    in_slack = shown["long_description"].split("\n\n")[0]
    in_teams = teams["description"]["full"].replace("@Paraaf sign", "/sign")
    assert in_teams == in_slack.replace("in de thread onder de kaart", "onder de kaart")


def test_the_icons_are_what_teams_asks_for(package: dict[str, bytes]) -> None:
    size, pixels = read_pixels(package["color.png"])
    assert size == 192
    assert {pixel[3] for pixel in pixels} == {255}
    assert pixels[0] == (*icons.PAPER, 255)
    assert 0.05 < sum(pixel[:3] == icons.INK for pixel in pixels) / len(pixels) < 0.3
    size, pixels = read_pixels(package["outline.png"])
    assert size == 32
    assert {pixel[:3] for pixel in pixels} == {(255, 255, 255)}
    assert {pixels[0][3], max(pixel[3] for pixel in pixels)} == {0, 255}


def test_the_icons_are_as_they_are_drawn() -> None:
    for name, draw in ((icons.COLOR, icons.draw_color), (icons.OUTLINE, icons.draw_outline)):
        assert read_pixels((PACKAGE / name).read_bytes()) == read_pixels(draw())
