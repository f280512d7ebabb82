"""Every setting: its default, what is refused and how, where it is read, what is hidden."""

from pathlib import Path

import pytest

from cimento.settings import every
from cimento.settings.chat import ChatSettings
from cimento.settings.concern import ENV_FILE, Concern, SettingError
from cimento.settings.followup import FollowUpSettings
from cimento.settings.login import LoginSettings
from cimento.settings.on_call import OnCallSettings
from cimento.settings.paths import ROOT
from cimento.settings.servers import ServerSettings
from cimento.settings.sms import SmsSettings
from cimento.settings.storage import StorageSettings
from cimento.settings.worker import WorkerSettings

Patch = pytest.MonkeyPatch
KANNEL = {
    "CIMENTO_SMS_PROVIDER": "kannel",
    "CIMENTO_KANNEL_SEND_URL": "http://127.0.0.1:13013/cgi-bin/sendsms",
    "CIMENTO_KANNEL_USER": "cimento",
    "CIMENTO_KANNEL_PASSWORD": "password",
    "CIMENTO_KANNEL_SECRET": "a secret long enough",
    "CIMENTO_KANNEL_FROM": "38000",
    "CIMENTO_PUBLIC_URL": "http://127.0.0.1:5005/",
}


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: Patch) -> Path:
    """A file of settings, read by what is tested; what it sets is forgotten afterwards."""
    for name in every.variables(every.CONCERNS.values()):
        monkeypatch.setenv(name, "x")  # so that the patch restores what the file sets
        monkeypatch.delenv(name)
    file = tmp_path / "settings"
    monkeypatch.setenv(ENV_FILE, str(file))
    return file


def setenv(monkeypatch: Patch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("concern", every.CONCERNS.values())
def test_every_concern_has_defaults_and_explains_itself(concern: type[Concern]) -> None:
    concern.read()
    for field in concern.__fields__.values():
        assert field.field_info.description


def test_no_variable_belongs_to_two_concerns() -> None:
    names = every.variables(every.CONCERNS.values())
    assert len(names) == len(set(names)) > 40


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CIMENTO_ACTIONS_PORT", "ninety"),
        ("CIMENTO_ACTIONS_PORT", "0"),
        ("CIMENTO_PORT", "65536"),
        ("CIMENTO_PORT", "80 80"),
        ("CIMENTO_REST", "everybody"),
        ("CIMENTO_API_TOKEN", "short"),
        ("CIMENTO_SECRET", "hunter2"),
        ("CIMENTO_DATABASE_URL", "mysql://x"),
        ("CIMENTO_CONVERSATIONS_URL", "conversations.db"),
        ("CIMENTO_QUEUE_URL", "postgresql://x"),
        ("CIMENTO_RASA_URL", "localhost:5005"),
        ("CIMENTO_SMTP_URL", "smtp://x"),
        ("CIMENTO_ALERT_TO", "a@b.example"),
        ("CIMENTO_ALERT_REPEAT_MINUTES", "0"),
        ("CIMENTO_RETENTION_DAYS", "ninety"),
        ("CIMENTO_FOLLOWUP_PORT", "70000"),
        ("CIMENTO_CHAT_MAX_CHARACTERS", "0"),
        ("CIMENTO_CHAT_SESSION_PER_MINUTE", "many"),
        ("CIMENTO_CHAT_KEEP_DAYS", "-1"),
        ("CIMENTO_CHAT_PROXIES", "x"),
        ("CIMENTO_CHAT_ORIGINS", "www.example.org"),
        ("CIMENTO_CHAT_ORIGINS", "https://www.example.org/page"),
        ("CIMENTO_CHAT_ORIGINS", "*"),
        ("CIMENTO_SMS_PROVIDER", "ovh"),
        ("CIMENTO_SMS_PER_HOUR", "0"),
        ("CIMENTO_DEMO_PAUSE", "0"),
        ("CIMENTO_LOGIN", "ldap"),
        ("CIMENTO_LOGIN", "oidc"),
        ("CIMENTO_OIDC_ISSUER", "http://annuaire.example"),
        ("CIMENTO_OIDC_CLIENT_ID", "cimento"),
        ("CIMENTO_OIDC_SCOPE", "profile"),
        ("CIMENTO_OIDC_ROLES", "nurse"),
        ("CIMENTO_OIDC_ROLES", "chief=Cadres"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str, monkeypatch: Patch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=name):
        every.check_all()


def test_all_that_is_wrong_is_said_at_once(monkeypatch: Patch) -> None:
    wrong = {"CIMENTO_PORT": "x", "CIMENTO_REST": "x", "CIMENTO_SMS_PER_HOUR": "x"}
    setenv(monkeypatch, {**wrong, "CIMENTO_PROT": "5006"})
    with pytest.raises(SettingError) as refusal:
        every.check_all()
    said = str(refusal.value)
    assert all(name in said for name in wrong)
    assert "CIMENTO_PROT: there is no such setting. Did you mean CIMENTO_PORT?" in said


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: Patch) -> None:
    setenv(monkeypatch, {"CIMENTO_PORT": "", "CIMENTO_SMTP_URL": "", "CIMENTO_REST": ""})
    every.check_all()
    assert ServerSettings.read().port == 5005


def test_the_two_ports_must_differ(monkeypatch: Patch) -> None:
    monkeypatch.setenv("CIMENTO_PORT", "5055")
    with pytest.raises(SettingError, match="must differ"):
        ServerSettings.read()


@pytest.mark.parametrize("missing", [name for name in KANNEL if name != "CIMENTO_SMS_PROVIDER"])
def test_a_provider_says_what_it_lacks(missing: str, monkeypatch: Patch) -> None:
    setenv(monkeypatch, {**KANNEL, missing: ""})
    with pytest.raises(SettingError, match=missing):
        SmsSettings.read()


@pytest.mark.parametrize(
    ("name", "value"),
    [("CIMENTO_KANNEL_SECRET", "short"), ("CIMENTO_KANNEL_SEND_URL", "127.0.0.1:13013")],
)
def test_an_account_that_cannot_be_right_is_named(
    name: str, value: str, monkeypatch: Patch
) -> None:
    setenv(monkeypatch, {**KANNEL, name: value})
    with pytest.raises(SettingError, match=name):
        SmsSettings.read()


OIDC = {
    "CIMENTO_LOGIN": "oidc",
    "CIMENTO_OIDC_ISSUER": "https://annuaire.example",
    "CIMENTO_OIDC_CLIENT_ID": "cimento",
    "CIMENTO_OIDC_CLIENT_SECRET": "hidden",
}


@pytest.mark.parametrize("missing", [name for name in OIDC if name != "CIMENTO_LOGIN"])
def test_the_directory_says_what_it_lacks(missing: str, monkeypatch: Patch) -> None:
    setenv(monkeypatch, {**OIDC, missing: ""})
    with pytest.raises(SettingError, match=missing):
        LoginSettings.read()


def test_the_directory_stands_beside_no_accounts(monkeypatch: Patch) -> None:
    """What was set for it, and is not used, is no oversight that lets passwords in."""
    setenv(monkeypatch, {**OIDC, "CIMENTO_LOGIN": ""})
    with pytest.raises(SettingError, match="CIMENTO_LOGIN is local"):
        LoginSettings.read()


@pytest.mark.parametrize("url", ["", "https://suivi.example", "https://suivi.example/autre"])
def test_the_directory_must_know_the_way_back(url: str, monkeypatch: Patch) -> None:
    setenv(monkeypatch, {**OIDC, "CIMENTO_TEAM_URL": url})
    with pytest.raises(SettingError, match="CIMENTO_TEAM_URL"):
        LoginSettings.read().check()
    monkeypatch.setenv("CIMENTO_TEAM_URL", "https://suivi.example/equipe/a-faire")
    assert LoginSettings.read().address == "https://suivi.example"


def test_roles_are_called_as_the_directory_calls_them(monkeypatch: Patch) -> None:
    assert LoginSettings.read().role_names["nurse"] == {"nurse"}
    monkeypatch.setenv("CIMENTO_OIDC_ROLES", "nurse=CN=Soins,OU=CHU; nurse=Nuit ;reader=Externes;")
    names = LoginSettings.read().role_names
    assert names == {"nurse": {"CN=Soins,OU=CHU", "Nuit"}, "reader": {"Externes"}}


def test_what_is_derived_from_settings(monkeypatch: Patch) -> None:
    setenv(monkeypatch, KANNEL)
    monkeypatch.setenv("CIMENTO_CHAT_ORIGINS", "https://a.fr, http://b.fr:81")
    monkeypatch.setenv("CIMENTO_PORT", "5010")
    sms = SmsSettings.read()
    assert (sms.own_number, sms.public_url) == ("38000", "http://127.0.0.1:5005")
    assert ChatSettings.read().origins == {"https://a.fr", "http://b.fr:81"}
    assert FollowUpSettings.read().rasa_url == "http://127.0.0.1:5010"
    monkeypatch.setenv("CIMENTO_RASA_URL", "http://elsewhere:1/")
    assert FollowUpSettings.read().rasa_url == "http://elsewhere:1"


# The file


def test_the_file_is_read_as_it_is_written(env_file: Path, monkeypatch: Patch) -> None:
    env_file.write_text(
        "# a comment\nCIMENTO_PORT=5007\nCIMENTO_HOST=0.0.0.0\n"
        "CIMENTO_API_TOKEN=has#hash$HOME${X}and-more\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("CIMENTO_HOST", "127.0.0.2")
    settings = ServerSettings.read()
    assert settings.port == 5007
    assert settings.api_token == "has#hash$HOME${X}and-more"
    assert settings.host == "127.0.0.2", "the environment wins"


def test_several_files_are_read_and_those_that_are_not_there_are_not(
    env_file: Path, monkeypatch: Patch
) -> None:
    env_file.write_text("CIMENTO_PORT=6005\n", encoding="utf-8")
    other = env_file.with_name("other.env")
    other.write_text("CIMENTO_HOST=0.0.0.0\n", encoding="utf-8")
    monkeypatch.setenv("CIMENTO_ENV_FILE", f"{env_file}:{env_file}-missing:{other}")
    settings = ServerSettings.read()
    assert (settings.host, settings.port) == ("0.0.0.0", 6005)
    assert f"the environment and {env_file} and {other}" in every.in_force()


def test_an_unknown_name_in_the_file_is_refused(env_file: Path, monkeypatch: Patch) -> None:
    monkeypatch.setenv("CIMENTO_NOTHING", "x")  # so that the patch forgets it afterwards
    monkeypatch.delenv("CIMENTO_NOTHING")
    env_file.write_text("CIMENTO_NOTHING=1\n", encoding="utf-8")
    with pytest.raises(SettingError, match="CIMENTO_NOTHING"):
        every.check_all()


# Secrets

SECRETS = {
    "CIMENTO_DATABASE_URL": "postgresql://u:hidden@h/x",
    "CIMENTO_CONVERSATIONS_URL": "postgresql://u:hidden@h/y",
    "CIMENTO_QUEUE_URL": "redis://:hidden@h",
    "CIMENTO_API_TOKEN": "hidden-hidden-hidden",
    "CIMENTO_SECRET": "hidden-" * 6,
    "CIMENTO_SMTP_URL": "smtp://u:hidden@h",
    "CIMENTO_KANNEL_PASSWORD": "hidden",
    "CIMENTO_KANNEL_SECRET": "hidden-hidden-hidden",
    "CIMENTO_TWILIO_AUTH_TOKEN": "hidden",
    "CIMENTO_OIDC_CLIENT_SECRET": "hidden",
}


def test_secrets_are_shown_nowhere(monkeypatch: Patch) -> None:
    setenv(monkeypatch, {**OIDC, **SECRETS, "CIMENTO_ALERT_TO": "a@b.example"})
    shown = every.in_force()
    assert "hidden" not in shown
    for name in SECRETS:
        assert f"{name}=(set, not shown)" in shown
    for concern in every.CONCERNS.values():
        assert "hidden" not in repr(concern.read())


def test_a_wrong_secret_is_not_repeated(monkeypatch: Patch) -> None:
    wrong = {name: "hidden" for name in SECRETS if "KANNEL_P" not in name and "TWILIO" not in name}
    setenv(monkeypatch, wrong)
    with pytest.raises(SettingError) as refusal:
        every.check_all()
    assert "hidden" not in str(refusal.value)
    assert all(name in str(refusal.value) for name in wrong)


def test_a_process_gets_what_it_needs_and_no_more(monkeypatch: Patch) -> None:
    setenv(monkeypatch, {**SECRETS, "CIMENTO_PORT": "5010", "OTHER": "kept"})
    nothing = every.environment_for()
    assert [name for name in nothing if name.startswith("CIMENTO_")] == [ENV_FILE]
    assert nothing["OTHER"] == "kept"
    served = every.environment_for(ServerSettings, StorageSettings)
    assert served["CIMENTO_PORT"] == "5010"
    assert "CIMENTO_SMTP_URL" not in served and "CIMENTO_KANNEL_PASSWORD" not in served
    assert every.environment_for(WorkerSettings)["CIMENTO_SMTP_URL"] == "smtp://u:hidden@h"


# The documentation


def test_the_documentation_is_up_to_date() -> None:
    written = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert written == f"{every.document()}\n", "cimento config --document > docs/settings.md"


@pytest.mark.parametrize(
    "secret", ["secret", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all!"]
)
def test_a_secret_that_signs_nothing_is_refused_and_not_shown(
    monkeypatch: Patch, secret: str
) -> None:
    monkeypatch.setenv("CIMENTO_ON_CALL_SECRET", secret)
    with pytest.raises(SettingError, match="openssl rand") as refused:
        OnCallSettings.read()
    assert secret == "whsec_" or secret not in str(refused.value)
    monkeypatch.setenv("CIMENTO_ON_CALL_SECRET", "whsec_" + "QUJD" * 8)
    assert OnCallSettings.read().key == b"ABC" * 8
