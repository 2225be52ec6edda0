//! What is printed: results on standard output, everything else in the log or on standard error.

use std::io::Write as _;

/// Prints a line on standard output.
pub(crate) fn line(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Whether the program ends because nobody reads what it prints any more, as in `huan config | head`.
pub(crate) fn reader_has_gone(error: &anyhow::Error) -> bool {
    let broken = |cause: &std::io::Error| cause.kind() == std::io::ErrorKind::BrokenPipe;
    error.downcast_ref::<std::io::Error>().is_some_and(broken)
}

/// Prints why the program ends.
pub(crate) fn problem(error: &anyhow::Error) {
    // Nothing is left to be done when standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "huan: {error:#}");
}
