"""HTTPS: the certificate must match the host name, although the connection goes to a checked address."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hubbub.outside import NotAllowed, Unreachable
from tests.outside.servers import PUBLIC, Names, a_fetcher, ok, redirecting_to, serving

pytestmark = pytest.mark.standalone


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a self-signed certificate for public.example."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "public.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("public.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def theirs(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


async def test_the_server_name_is_sent_and_checked(theirs: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    heard: list[str | None] = []
    theirs.sni_callback = lambda _, name, __: heard.append(name)
    async with serving(ok(b"hello"), ssl=theirs) as server:
        fetch = a_fetcher(tls=trusting)
        assert (await fetch(server.url(scheme="https"), ports={server.port})).body == b"hello"
    assert heard == ["public.example"]


async def test_the_certificate_of_another_name_is_refused(
    theirs: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async with serving(ok(b"hello"), ssl=theirs) as server:
        fetch = a_fetcher(Names(**{"other.example": [PUBLIC]}), tls=trusting)
        with pytest.raises(Unreachable, match="(?i)certificate|hostname"):
            await fetch(server.url(scheme="https", host="other.example"), ports={server.port})


async def test_a_self_signed_certificate_is_refused(theirs: ssl.SSLContext) -> None:
    async with serving(ok(b"hello"), ssl=theirs) as server:
        with pytest.raises(Unreachable, match="(?i)certificate"):
            await a_fetcher()(server.url(scheme="https"), ports={server.port})


async def test_a_redirect_from_https_to_http_is_not_followed(
    theirs: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async with serving(ok(b"hello")) as plain, serving(redirecting_to(plain.url()), ssl=theirs) as server:
        with pytest.raises(NotAllowed, match="https to http"):
            await a_fetcher(tls=trusting)(server.url(scheme="https"), ports={server.port, plain.port})
    assert plain.connections == 0
