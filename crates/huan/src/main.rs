//! Huan (环): the program. Everything it does lives in the library, so that tests can assemble the same parts.

use std::process::ExitCode;

fn main() -> ExitCode {
    huan::main()
}
