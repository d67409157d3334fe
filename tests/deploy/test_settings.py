"""Keys come from the environment or a file; production refuses public keys and open files."""

from base64 import b64encode
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.clock import SystemClock
from app.crypto import Keyring
from app.exchange.mail import mailer_of
from app.settings import DEVELOPMENT_SECRET, Settings

OWN = f"k1:{b64encode(bytes(32)).decode()}"
OTHER = f"k2:{b64encode(bytes([7] * 32)).decode()}"
RENAMED = DEVELOPMENT_SECRET.replace("dev:", "k9:")


def written(tmp_path: Path, text: str, mode: int) -> Path:
    path = tmp_path / "keys"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    "keys", [DEVELOPMENT_SECRET, RENAMED, f"{OWN},{DEVELOPMENT_SECRET}", f"{OWN},{RENAMED}"]
)
def test_production_refuses_the_public_key_wherever_it_stands(keys: str) -> None:
    with pytest.raises(ValidationError, match="built-in key is public"):
        Settings.model_validate({"environment": "production", "secret_keys": keys})


@pytest.mark.parametrize("keys", ["", "k1", "k1:short", f"{OWN},{OWN}", "a b:" + OWN[3:]])
def test_malformed_keys_are_refused_at_start_and_not_shown(keys: str) -> None:
    with pytest.raises(
        ValueError,
        match=r"^(A secret key|Secret keys|Incorrect padding|Non-base64|Only base64|Invalid base64)",
    ) as refused:
        Keyring(Settings.model_validate({"secret_keys": keys}).secret_keys.get_secret_value())
    assert OWN[3:] not in str(refused.value)


def test_keys_stand_in_a_file_one_per_line(tmp_path: Path) -> None:
    path = written(tmp_path, f"{OWN}\n{OTHER}\n", 0o640)
    settings = Settings.model_validate({"environment": "production", "secret_keys_file": path})
    assert settings.secret_keys.get_secret_value().split() == [OWN, OTHER]


@pytest.mark.parametrize("mode", [0o644, 0o602, 0o660])
def test_production_refuses_a_file_that_others_may_read_or_change(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path, OWN, mode)
    with pytest.raises(ValidationError, match="by others"):
        Settings.model_validate({"environment": "production", "secret_keys_file": path})
    assert Settings.model_validate({"secret_keys_file": path}).secret_keys_file == path


def test_a_file_and_a_variable_together_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, OWN, 0o600)
    with pytest.raises(ValidationError, match="not both"):
        Settings.model_validate({"secret_keys": OTHER, "secret_keys_file": path})


def test_production_never_calls_its_own_network() -> None:
    chosen = {"secret_keys": OWN, "allow_private_addresses": True}
    with pytest.raises(ValidationError, match="for development only"):
        Settings.model_validate({"environment": "production", **chosen})
    assert Settings.model_validate(chosen).allow_private_addresses


def test_what_is_called_is_called_by_https_and_nothing_by_default() -> None:
    assert not any(Settings().connector_urls.values())
    near = {"secret_keys": OWN, "directory_url": "http://127.0.0.1:8000"}
    assert Settings.model_validate(near).directory_url
    for wrong in ({**near, "environment": "production"}, {"communes_url": "http://geo.example"}):
        with pytest.raises(ValidationError, match=r"CLAUSES_(DIRECTORY|COMMUNES)_URL is no https address"):
            Settings.model_validate({"secret_keys": OWN, **wrong})


MAIL = {"smtp_host": "mail.exemple.fr", "mail_from": "a@exemple.fr", "public_url": "https://api.exemple.fr"}
SECRET = {"smtp_user": "service", "smtp_password": "secret"}


def test_mail_is_off_by_default_and_by_tls_where_it_is_on() -> None:
    assert mailer_of(Settings(), SystemClock()) is None
    settings = Settings.model_validate({"environment": "production", "secret_keys": OWN, **MAIL, **SECRET})
    assert (settings.smtp_port, settings.smtp_security) == (587, "starttls")
    assert mailer_of(settings, SystemClock()) is not None
    # Without a password a relay in one's own network may do without.
    Settings.model_validate(
        {**MAIL, "secret_keys": OWN, "environment": "production", "smtp_security": "none"}
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({**SECRET, "smtp_security": "none", "environment": "production"}, "password in clear"),
        ({"smtp_user": "service"}, "go together"),
        ({"smtp_password": "secret"}, "go together"),
        ({"mail_from": ""}, "needs CLAUSES_MAIL_FROM"),
        ({"public_url": ""}, "needs CLAUSES_MAIL_FROM and CLAUSES_PUBLIC_URL"),
        ({"public_url": "http://api.exemple.fr"}, "CLAUSES_PUBLIC_URL is no https address"),
        ({"mail_from": "a@exemple.fr\nBcc: b@exemple.fr"}, "should match pattern"),
        ({"smtp_security": "maybe"}, "starttls"),
    ],
)
def test_half_a_mail_server_is_refused_at_start_and_no_secret_shown(wrong: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told) as refused:
        Settings.model_validate({"secret_keys": OWN, **MAIL, **wrong})
    assert "secret" not in str(refused.value).replace("secret_keys", "")
