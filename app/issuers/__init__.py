"""OpenID Connect issuers: from an access token to who bears it. Speaks to issuers, knows no tables."""
