//! What the process needs once.

/// Names the library that does the cryptography of TLS.
pub(crate) fn crypto() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("a TLS library was installed before"))
}
