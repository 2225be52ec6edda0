//! Statements and their registration.
//!
//! Every fixed statement is declared with [`statements!`], which also lists it, so that one test can have both databases
//! prepare all of them: a misspelt column fails there, not in front of a user.

/// A fixed SQL statement, one text for both databases unless they differ.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// Its name, for errors and logs.
    pub name: &'static str,
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

/// Declares statements and lists them as `STATEMENTS` of the module.
///
/// ```ignore
/// statements! {
///     BY_ID = "SELECT name FROM person WHERE workspace = $1 AND id = $2";
///     NEXT = sqlite "SELECT … LIMIT 1", postgres "SELECT … LIMIT 1 FOR UPDATE SKIP LOCKED";
/// }
/// ```
macro_rules! statements {
    (@next [$($listed:ident)*]) => {
        /// Every statement of this module.
        #[allow(dead_code, reason = "tests have statements too, which nobody lists")]
        pub(crate) const STATEMENTS: &[$crate::statement::Statement] = &[$($listed),*];
    };
    (@next [$($listed:ident)*] $name:ident = sqlite $sqlite:expr, postgres $postgres:expr; $($rest:tt)*) => {
        const $name: $crate::statement::Statement = $crate::statement::Statement {
            name: concat!(module_path!(), "::", stringify!($name)),
            sqlite: $sqlite,
            postgres: $postgres,
        };
        $crate::statement::statements!(@next [$($listed)* $name] $($rest)*);
    };
    (@next [$($listed:ident)*] $name:ident = $sql:expr; $($rest:tt)*) => {
        $crate::statement::statements!(@next [$($listed)*] $name = sqlite $sql, postgres $sql; $($rest)*);
    };
    ($($rest:tt)*) => { $crate::statement::statements!(@next [] $($rest)*); };
}
pub(crate) use statements;
