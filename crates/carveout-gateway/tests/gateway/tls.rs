//! Providers are reached over TLS, and only those whose certificate is trusted.
//!
//! `tls/` holds a test authority's certificate (its key was thrown away) and a server's key and certificate for
//! `localhost`, good until 2126.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    thread,
};

use carveout_ledger::Outcome;
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::kit::{
    CHAT, Kit, PERMITTED,
    provider::{OPENAI_REPLY, OPENAI_REPLY_CANONICAL, json_reply},
    settled,
};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/gateway/tls").join(name)
}

/// A provider that speaks TLS as `localhost`.
fn provider() -> SocketAddr {
    let certificates = vec![CertificateDer::from_pem_file(file("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut reader = BufReader::new(StreamOwned::new(connection, stream));
            let mut length = 0;
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            if reader.read_exact(&mut body).is_ok() && length > 0 {
                reader.get_mut().write_all(&json_reply(OPENAI_REPLY)).ok();
            }
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_trusted_by_its_certificate() {
    let port = provider().port();
    let cases = [
        ("trusted", format!("https://localhost:{port}/v1"), Some("ca.pem"), 200),
        ("another name", format!("https://127.0.0.1:{port}/v1"), Some("ca.pem"), 502),
        ("another authority", format!("https://localhost:{port}/v1"), None, 502),
        ("plain text to a TLS port", format!("http://localhost:{port}/v1"), None, 502),
    ];
    for (name, url, roots, status) in cases {
        let mut kit = Kit::new("127.0.0.1:1".parse().unwrap());
        kit.settings.providers[0].base_url = url.parse().unwrap();
        kit.settings.providers[0].ca_file = roots.map(file);
        let gateway = kit.start().await;
        let answer = gateway.chat(PERMITTED, CHAT).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        if status == 200 {
            assert_eq!(answer.text(), OPENAI_REPLY_CANONICAL);
        }
        let expected = match name {
            "trusted" => Outcome::Completed,
            "plain text to a TLS port" => Outcome::ProviderCut,
            _ => Outcome::ProviderUnreachable,
        };
        assert_eq!(settled(&gateway.events().await)[0].outcome, expected, "{name}");
    }
}
