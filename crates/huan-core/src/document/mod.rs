//! Documents of the library 「模板与资料库」: pages in Markdown, with versions (C3, I6).
//!
//! What a document says is an [`Edition`]; saving adds one, and editions are only ever added. Whoever saves names the edition that
//! they wrote over, so that of two editors who write at once the second is told instead of overwriting the first.

mod markdown;
mod object;
mod reference;
mod template;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    difference::{Kept, difference},
    id::{CollaborationId, DocumentId, PersonId},
    level::Level,
};

pub use markdown::html;
pub use object::{ObjectKind, PlatformObject, Titled, object, titled, titled_in};
pub use reference::{is_referable, references};
pub use template::{Template, shipped};

/// A page of the library. What it says is its newest edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The id.
    pub id: DocumentId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The short number that people type: `D3`.
    pub number: i64,
    /// Its title, that of the newest edition.
    pub title: String,
    /// Who may see it.
    pub level: Level,
    /// Whether it is a template of the collaboration, to be copied.
    pub template: bool,
    /// With whom it was shared beyond its level. Outside people may only read it.
    pub readers: Vec<PersonId>,
    /// Who began it.
    pub created_by: PersonId,
    /// Who wrote the newest edition.
    pub changed_by: PersonId,
    /// The number of the newest edition, from 1.
    pub edition: u32,
    /// Who put it into the trash, and when.
    pub trashed: Option<Trashed>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// That something was put into the trash. Nothing in there is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trashed {
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// What a document said at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// Its number, from 1.
    pub number: u32,
    /// The title.
    pub title: String,
    /// The text, in Markdown.
    pub text: String,
    /// What changed against the edition before, in the author's words; may be empty.
    pub note: String,
    /// How many lines were added against the edition before.
    pub added: u32,
    /// How many lines were removed against the edition before.
    pub removed: u32,
    /// Who wrote it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// Why something cannot be done with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It lies in the trash.
    #[error("the document is in the trash")]
    Trashed,
    /// Somebody else saved meanwhile: the edition that was written over is not the newest any more.
    #[error("another edition is the newest")]
    OtherEdition,
    /// Nothing changed since the newest edition.
    #[error("nothing changed")]
    Unchanged,
}

/// What is saved.
#[derive(Debug, Clone)]
pub struct Written {
    /// The title.
    pub title: String,
    /// The text, in Markdown.
    pub text: String,
    /// What changed, in the author's words.
    pub note: String,
}

impl Edition {
    /// The first edition of a document.
    pub fn first(written: Written, by: PersonId, now: Timestamp) -> Self {
        let added = count(written.text.lines().count());
        Self { number: 1, title: written.title, text: written.text, note: written.note, added, removed: 0, by, at: now }
    }
}

impl Document {
    /// The next edition, written over the one with the number `over`. `newest` is the newest one.
    ///
    /// # Errors
    /// When it lies in the trash, somebody else was faster, or nothing changed.
    pub fn save(
        &mut self,
        newest: &Edition,
        over: u32,
        written: Written,
        by: PersonId,
        now: Timestamp,
    ) -> Result<Edition, DocumentError> {
        self.require_kept()?;
        if over != newest.number {
            return Err(DocumentError::OtherEdition);
        }
        if written.title == newest.title && written.text == newest.text {
            return Err(DocumentError::Unchanged);
        }
        let lines = compare(&newest.text, &written.text);
        let of = |kind| count(lines.iter().filter(|(kept, _)| *kept == kind).count());
        let edition = Edition {
            number: newest.number.saturating_add(1),
            title: written.title,
            text: written.text,
            note: written.note,
            added: of(Kept::Added),
            removed: of(Kept::Removed),
            by: by.clone(),
            at: now,
        };
        self.title.clone_from(&edition.title);
        self.edition = edition.number;
        self.changed_by = by;
        self.updated_at = now;
        Ok(edition)
    }

    /// Puts it into the trash.
    ///
    /// # Errors
    /// When it lies there already.
    pub fn trash(&mut self, by: PersonId, now: Timestamp) -> Result<(), DocumentError> {
        self.require_kept()?;
        self.trashed = Some(Trashed { by, at: now });
        self.updated_at = now;
        Ok(())
    }

    /// Takes it out of the trash. Whether it lay there tells the answer.
    pub fn restore(&mut self, now: Timestamp) -> bool {
        if self.trashed.take().is_none() {
            return false;
        }
        self.updated_at = now;
        true
    }

    /// Whether it can be changed.
    ///
    /// # Errors
    /// When it lies in the trash.
    pub fn require_kept(&self) -> Result<(), DocumentError> {
        if self.trashed.is_some() { Err(DocumentError::Trashed) } else { Ok(()) }
    }
}

/// What changed between two texts, line by line.
pub fn compare(earlier: &str, later: &str) -> Vec<(Kept, String)> {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<String>>();
    difference(&lines(earlier), &lines(later))
}

fn count(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(bits: u128) -> PersonId {
        PersonId::from_bits(bits)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn written(title: &str, text: &str) -> Written {
        Written { title: title.into(), text: text.into(), note: String::new() }
    }

    fn begun() -> (Document, Edition) {
        let first = Edition::first(written("接口约定", "# 接口\n\n分页用游标\n"), person(1), at(0));
        let document = Document {
            id: DocumentId::from_bits(1),
            collaboration: CollaborationId::from_bits(1),
            number: 1,
            title: first.title.clone(),
            level: Level::Internal,
            template: false,
            readers: Vec::new(),
            created_by: person(1),
            changed_by: person(1),
            edition: 1,
            trashed: None,
            created_at: at(0),
            updated_at: at(0),
            version: 1,
        };
        (document, first)
    }

    #[test]
    fn i6_each_save_is_an_edition_that_tells_how_much_changed() {
        let (mut document, first) = begun();
        assert_eq!((first.added, first.removed), (3, 0));
        let again = written("接口约定", "# 接口\n\n分页用页码\n每页 50 条\n");
        let second = document.save(&first, 1, again.clone(), person(2), at(1)).unwrap();
        assert_eq!((second.number, second.added, second.removed), (2, 2, 1));
        assert_eq!((document.edition, &document.changed_by), (2, &person(2)));
        assert_eq!(document.save(&second, 2, again, person(2), at(2)), Err(DocumentError::Unchanged));
        let renamed = document.save(&second, 2, written("接口约定 V2", &second.text), person(1), at(2)).unwrap();
        assert_eq!((document.title.as_str(), renamed.added, renamed.removed), ("接口约定 V2", 0, 0));
    }

    #[test]
    fn i6_of_two_editors_the_second_does_not_write_over_the_first() {
        let (mut document, first) = begun();
        let second = document.save(&first, 1, written("接口约定", "甲写的"), person(1), at(1)).unwrap();
        let late = document.save(&second, 1, written("接口约定", "乙写的"), person(2), at(2));
        assert_eq!(late, Err(DocumentError::OtherEdition));
        assert_eq!(document.edition, 2);
    }

    #[test]
    fn c3_what_is_in_the_trash_stays_as_it_is_until_it_is_taken_out() {
        let (mut document, first) = begun();
        document.trash(person(2), at(1)).unwrap();
        assert_eq!(document.trash(person(2), at(2)), Err(DocumentError::Trashed));
        let late = document.save(&first, 1, written("x", "y"), person(1), at(2));
        assert_eq!(late, Err(DocumentError::Trashed));
        assert!(document.restore(at(3)));
        assert!(!document.restore(at(4)));
        assert_eq!(document.edition, 1);
    }
}
