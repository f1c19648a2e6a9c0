"""Entra as people's tokens come from it: per tenant metadata and keys, and tokens that Teams asks for in their name."""

import time
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.strict_teams.facts import Account, Json, make_guid
from tests.strict_teams.login import make_key, show_key, sign_token

CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of everybody's personal accounts, whose key Entra lists everywhere."""
TEAMS_WEB = "5e3ce6c0-2b1f-4285-8d4b-75ee78787346"
_OURS = RSAPrivateKey | bytes | str | None


@dataclass
class Entra:
    """`keys` are the keys that are told, by id, with the tenant that each is for; `{tenantid}` is any."""

    app_id: str
    url: str = ""
    signing: str = "entra-1"
    keys: dict[str, str] = field(default_factory=lambda: {"entra-1": "{tenantid}", "entra-consumers": CONSUMERS})

    def issuer(self, tenant: str) -> str:
        """Who makes the tokens of a tenant."""
        return f"{self.url}/{tenant}/v2.0"

    def tell_metadata(self, tenant: str) -> Json:
        return {"issuer": self.issuer(tenant), "jwks_uri": f"{self.url}/{tenant}/discovery/v2.0/keys"}

    def tell_keys(self) -> Json:
        told = []
        for name, tenant in self.keys.items():
            key = show_key(name)
            told.append(key | {"issuer": self.issuer(tenant)})
        return {"keys": told}

    def sign(
        self,
        account: Account,
        tenant: str,
        *,
        age: float = 10,
        key: _OURS = "",
        head: Json | None = None,
        claims: Json | None = None,
    ) -> str:
        """A token of a person in a tenant that was made `age` seconds ago and is good for an hour and five minutes.

        `key` signs in place of the one in use, by its id or itself; a claim of None is left out.
        """
        made = int(time.time() - age)
        usual = {
            "aud": self.app_id, "iss": self.issuer(tenant), "iat": made, "nbf": made, "exp": made + 3_900,
            "azp": TEAMS_WEB, "azpacr": "0", "name": account.name, "oid": account.object_id,
            "preferred_username": account.principal, "scp": "access_as_user", "sub": make_guid("sub", account.key),
            "tid": tenant, "ver": "2.0",
        }  # fmt: skip
        told = {name: value for name, value in (usual | (claims or {})).items() if value is not None}
        signing = key if isinstance(key, str) and key else self.signing
        private = make_key(signing) if isinstance(key, str) else key
        return sign_token(told, private, {"alg": "RS256", "kid": signing, **(head or {})})
