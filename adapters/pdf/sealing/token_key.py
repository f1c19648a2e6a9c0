"""The key of a seal in a PKCS#11 token, which it never leaves. Needs the extra `pkcs11`."""

import asyncio
from importlib.util import find_spec

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, load_der_x509_certificate
from pyhanko.sign import Signer

from adapters.pdf.sealing.errors import SealRefused
from adapters.pdf.sealing.keys import OfficeSeal, Token, check_certificate

_TRIAL = b"paraaf\n"


def load_token(token: Token) -> OfficeSeal:
    """The seal whose key and certificate have this label in the token with that name.

    Not to be called where an event loop runs. Raises `SealRefused`.
    """
    if find_spec("pkcs11") is None:
        raise SealRefused("PKCS#11 is not installed: pip install 'paraaf[pkcs11]'")
    # They need what was just looked for.
    from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415 - see above
    from pyhanko.config.pkcs11 import TokenCriteria  # noqa: PLC0415 - see above
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session  # noqa: PLC0415 - see above

    named, label = TokenCriteria(label=token.name), token.label
    try:
        session = open_pkcs11_session(str(token.module), token_criteria=named, user_pin=_read_pin(token.pin))
        signer = PKCS11Signer(session, cert_label=label, key_label=label)
        certificate = load_der_x509_certificate(signer.signing_cert.dump())
        check_certificate(certificate)
        _try_out(signer, certificate)
    except PKCS11Error as error:
        raise SealRefused(f"the token {token.name} does not give the key {label} ({type(error).__name__})") from error
    return OfficeSeal(signer, certificate, origin=token)


def _read_pin(pin: bytes | None) -> str | None:
    return None if pin is None else pin.decode()


def _try_out(signer: Signer, certificate: Certificate) -> None:
    """Sign once: nothing else tells whether the key belongs to the certificate."""
    signature = asyncio.run(signer.async_sign_raw(_TRIAL, "sha256"))
    public = certificate.public_key()
    try:
        match public:
            case RSAPublicKey():
                public.verify(signature, _TRIAL, PKCS1v15(), SHA256())
            case EllipticCurvePublicKey():
                public.verify(signature, _TRIAL, ECDSA(SHA256()))
            case _:
                raise AssertionError(public)
    except InvalidSignature:
        raise SealRefused("the private key does not belong to the certificate") from None
