"""Templates of fields."""

import pytest

from bot.domain.fields import Field, FieldKind, FieldTemplate


@pytest.mark.parametrize(("pages", "signers", "fits"), [(3, 2, True), (4, 5, True), (2, 2, False), (3, 1, False)])
def test_a_template_fits_where_its_pages_and_signers_are(pages: int, signers: int, *, fits: bool) -> None:
    box = (0.0, 0.0, 160.0, 45.0)
    fields = (Field(FieldKind.SIGNATURE, 0, 0, box), Field(FieldKind.NAME, 1, 2, box))
    assert FieldTemplate("Jaarrekening", fields).fits(pages, signers) is fits
