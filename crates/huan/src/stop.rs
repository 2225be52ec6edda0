//! Waiting to be told to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Returns when the process is told to stop, by SIGTERM or from the keyboard.
///
/// # Errors
/// When the system gives no signals.
pub(crate) async fn told() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
