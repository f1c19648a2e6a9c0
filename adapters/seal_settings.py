"""What an operator decides about the seal of PDFs: where its key is, and what can be wrong with that."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_settings import NoDecode

from adapters.setting_checks import find_file

_File = Annotated[Path, AfterValidator(find_file)]


def _split(names: object) -> object:
    """Names with commas between them."""
    return tuple(each.strip() for each in names.split(",") if each.strip()) if isinstance(names, str) else names


class SealSettings(BaseModel):
    """The settings themselves, a part of `adapters.settings.Settings`."""

    seal_certificate: _File | None = Field(default=None, validation_alias="PARAAF_SEAL_CERTIFICATE")
    seal_key: _File | None = Field(default=None, validation_alias="PARAAF_SEAL_KEY")
    seal_pkcs12: _File | None = Field(default=None, validation_alias="PARAAF_SEAL_PKCS12")
    seal_password_file: _File | None = Field(default=None, validation_alias="PARAAF_SEAL_PASSWORD_FILE")
    seal_pkcs11: _File | None = Field(default=None, validation_alias="PARAAF_SEAL_PKCS11")
    seal_pkcs11_token: str | None = Field(default=None, validation_alias="PARAAF_SEAL_PKCS11_TOKEN")
    seal_pkcs11_label: str | None = Field(default=None, validation_alias="PARAAF_SEAL_PKCS11_LABEL")
    seal_pkcs11_environment: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(), validation_alias="PARAAF_SEAL_PKCS11_ENV"
    )
    seal_roots: _File | None = Field(default=None, validation_alias="PARAAF_SEAL_ROOTS")
    seal_trusted: _File | None = Field(default=None, validation_alias="PARAAF_SEAL_TRUSTED")

    def find_seal_faults(self) -> dict[str, str]:
        """What is wrong or missing, by the name of the setting; nothing where there is no seal."""
        faults = {}
        if self.seal_certificate and not self.seal_key:
            faults["PARAAF_SEAL_KEY"] = "missing; name the file with the private key of PARAAF_SEAL_CERTIFICATE"
        if self.seal_key and not self.seal_certificate:
            faults["PARAAF_SEAL_CERTIFICATE"] = "missing; name the file with the certificate of PARAAF_SEAL_KEY"
        if self.seal_pkcs11 and not (self.seal_pkcs11_token and self.seal_pkcs11_label):
            faults["PARAAF_SEAL_PKCS11"] = "needs PARAAF_SEAL_PKCS11_TOKEN and PARAAF_SEAL_PKCS11_LABEL"
        if sum(each is not None for each in (self.seal_key, self.seal_pkcs12, self.seal_pkcs11)) > 1:
            faults["PARAAF_SEAL_KEY"] = "only one of PARAAF_SEAL_KEY, _PKCS12 and _PKCS11 can be set: there is one seal"
        return faults
