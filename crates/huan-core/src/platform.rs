//! Platforms and the opaque ids they give to things. Only a connector may look inside a foreign id.

use serde::{Deserialize, Serialize};

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as the platform gave it.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text as the platform gave it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

opaque! {
    /// The short name of a platform, as its connector's descriptor gives it: `dingtalk`, `feishu`, `telephone`.
    PlatformKey;
    /// A person's id on a platform.
    ForeignUser;
    /// A group's or direct conversation's id on a platform.
    ForeignConversation;
    /// A message's id on a platform.
    ForeignMessage;
    /// The id of one event that a platform delivered; the same event delivered twice has the same id.
    ForeignEvent;
    /// The id of an event in a calendar.
    ForeignCalendarEvent;
    /// A project's id on a task platform.
    ForeignProject;
    /// A task's id on a task platform.
    ForeignTaskId;
    /// The id of a comment on a task.
    ForeignComment;
    /// A space of pages on a platform.
    ForeignSpace;
    /// A page's id in its space.
    ForeignPage;
    /// The id of what a page holds: a document, or tables.
    ForeignContent;
    /// The id of a block of a document.
    ForeignBlock;
    /// The id of a table.
    ForeignTable;
    /// The id of a table's column.
    ForeignColumn;
    /// The id of a table's row.
    ForeignRow;
}
