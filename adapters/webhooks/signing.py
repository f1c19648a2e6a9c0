"""The secrets of webhooks, and signatures made with them."""

import hmac
from base64 import b64encode
from datetime import datetime

from bot.domain.webhooks import Webhook
from storage.vault import Vault


def write_secret(vault: Vault, webhook: Webhook, generation: int | None = None) -> str:
    """A secret as the receiver keeps it, `whsec_` and 32 bytes in base64: the newest, unless another is asked."""
    return "whsec_" + b64encode(_derive(vault, webhook, generation or webhook.generation)).decode()


def sign(vault: Vault, webhook: Webhook, event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers: an HMAC-SHA256 of id, time and body for each secret that holds at this time."""
    seconds = int(at.timestamp())
    secrets = [_derive(vault, webhook, each) for each in webhook.list_generations(at)]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(make_signature(secret, event_id, seconds, body) for secret in secrets),
    }


def make_signature(secret: bytes, event_id: str, seconds: int, body: bytes) -> str:
    """The signature made with one secret."""
    signed = b".".join((event_id.encode(), str(seconds).encode(), body))
    return "v1," + b64encode(hmac.digest(secret, signed, "sha256")).decode()


def _derive(vault: Vault, webhook: Webhook, generation: int) -> bytes:
    return vault.derive("webhook", webhook.office, webhook.source, str(generation))
