//! What can be found.

use crate::{
    id::{
        DigestKind, DocumentKind, EmergencyKind, EntryKind, FileKind, Kind as IdKind, MessageKind, MinutesKind,
        ProblemKind, RecordKind, TaskKind,
    },
    names::names,
};

names! {
    /// A kind of thing that can be found.
    Kind {
        /// Something said on a platform.
        Message = "message",
        /// A row of the record table.
        Record = "record",
        /// A task.
        Task = "task",
        /// A problem.
        Problem = "problem",
        /// The fault report of an emergency.
        Emergency = "emergency",
        /// Minutes of a decision or a meeting.
        Minutes = "minutes",
        /// A daily or weekly digest that went out.
        Digest = "digest",
        /// A document of the library.
        Document = "document",
        /// An entry of the collaboration centre.
        Entry = "entry",
        /// A file of the library.
        File = "file",
    }
}

impl Kind {
    /// The prefix of the ids of such things.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Message => MessageKind::PREFIX,
            Self::Record => RecordKind::PREFIX,
            Self::Task => TaskKind::PREFIX,
            Self::Problem => ProblemKind::PREFIX,
            Self::Emergency => EmergencyKind::PREFIX,
            Self::Minutes => MinutesKind::PREFIX,
            Self::Digest => DigestKind::PREFIX,
            Self::Document => DocumentKind::PREFIX,
            Self::Entry => EntryKind::PREFIX,
            Self::File => FileKind::PREFIX,
        }
    }

    /// The kind of the thing with this id.
    pub fn of_id(id: &str) -> Option<Self> {
        let (prefix, _) = id.split_once('_')?;
        Self::ALL.iter().copied().find(|kind| kind.prefix() == prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{PersonId, TaskId};

    #[test]
    fn an_id_tells_its_kind() {
        assert_eq!(Kind::of_id(TaskId::from_bits(1).as_str()), Some(Kind::Task));
        assert_eq!(Kind::of_id(PersonId::from_bits(1).as_str()), None);
        assert_eq!(Kind::of_id(""), None);
    }
}
