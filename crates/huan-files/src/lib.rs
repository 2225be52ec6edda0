//! Office files in and out, as pure functions. The first loop reads and writes none yet.
