//! How the other side of an outgoing connection is trusted: the Mozilla roots, whatever the computer has installed.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// The TLS settings of every outgoing connection.
///
/// # Errors
/// When the TLS library cannot be set up.
pub(crate) fn client() -> Result<ClientConfig, rustls::Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
