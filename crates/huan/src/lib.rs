//! The program: configuration, wiring, and the commands of the command line.

pub mod platforms;
pub mod simulated_company;
