//! How connections to a provider are made: TCP, and TLS unless the address is this machine's own.

use std::{path::Path, sync::Arc, time::Duration};

use http::Uri;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{client::legacy::connect::HttpConnector, service::TowerToHyperService};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::settings::{ProviderSettings, SettingsError};

/// Makes connections to one provider.
pub(super) type Connector = TowerToHyperService<HttpsConnector<HttpConnector>>;

/// A connector for the provider's address, which must be `https` unless it is loopback or marked insecure.
pub(super) fn connector(settings: &ProviderSettings, patience: Duration) -> Result<Connector, SettingsError> {
    let address = |problem| SettingsError::Address { provider: settings.id.clone(), problem };
    let encrypted = match settings.base_url.scheme_str() {
        Some("https") => true,
        Some("http") if settings.insecure || is_loopback(&settings.base_url) => false,
        Some("http") => {
            return Err(address(
                "plain HTTP is only for loopback addresses: use `https`, or set `insecure = true`",
            ));
        }
        _ => return Err(address("the address must start with `https://`")),
    };
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(patience));
    // A provider in plain text needs no roots, so a machine without any can still serve a local model.
    let roots = |problem: String| SettingsError::Roots { provider: settings.id.clone(), problem };
    let config = if encrypted { trusting(settings.ca_file.as_deref()) } else { trusting_nobody() };
    let config = config.map_err(roots)?;
    let schemes = HttpsConnectorBuilder::new().with_tls_config(config);
    let protocols = if encrypted { schemes.https_only() } else { schemes.https_or_http() };
    Ok(TowerToHyperService::new(protocols.enable_http1().wrap_connector(tcp)))
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Trusts the certificates in a file, or else the machine's.
pub(crate) fn trusting(ca_file: Option<&Path>) -> Result<ClientConfig, String> {
    let builder = versions()?;
    let builder = match ca_file {
        Some(file) => builder.with_root_certificates(read_roots(file)?),
        None => builder.with_native_roots().map_err(|error| error.to_string())?,
    };
    Ok(builder.with_no_client_auth())
}

/// For connections in plain text.
pub(crate) fn trusting_nobody() -> Result<ClientConfig, String> {
    Ok(versions()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn versions() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, String> {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())
}

fn read_roots(file: &Path) -> Result<RootCertStore, String> {
    let unreadable = |error: rustls::pki_types::pem::Error| format!("`{}`: {error}", file.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
        roots
            .add(certificate.map_err(unreadable)?)
            .map_err(|error| format!("`{}`: {error}", file.display()))?;
    }
    if roots.is_empty() { Err(format!("`{}` holds no certificate", file.display())) } else { Ok(roots) }
}
