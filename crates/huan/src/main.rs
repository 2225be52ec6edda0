//! Huan (环): the program. Everything it does lives in the library, so that tests can assemble the same parts.

use std::process::ExitCode;

/// See ADR 12.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    huan::main()
}
