//! Files of the library: what is given is kept as it came, and given back as a download.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    document::{DocumentError, Trashed},
    id::{CollaborationId, DocumentId, FileId, PersonId},
    level::Level,
    names::names,
};

names! {
    /// What a file is, told by how it begins. Whatever its name says, only pictures of these kinds are shown in a page.
    MediaKind {
        /// A picture, PNG.
        Png = "png",
        /// A picture, JPEG.
        Jpeg = "jpeg",
        /// A picture, GIF.
        Gif = "gif",
        /// A picture, WebP.
        Webp = "webp",
        /// A PDF document.
        Pdf = "pdf",
        /// Anything else.
        Other = "other",
    }
}

impl MediaKind {
    /// What the first bytes tell.
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::Webp,
            [b'%', b'P', b'D', b'F', b'-', ..] => Self::Pdf,
            _ => Self::Other,
        }
    }

    /// The media type under which it is given back. What is not known is never called something that a browser would run.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Other => "application/octet-stream",
        }
    }

    /// Whether a page may show it instead of having it saved.
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg | Self::Gif | Self::Webp)
    }
}

/// A file. What it holds never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// The id.
    pub id: FileId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The document it belongs to: whoever sees that sees the file, and nobody else.
    pub document: Option<DocumentId>,
    /// Its name, with its ending.
    pub name: String,
    /// What it is.
    pub kind: MediaKind,
    /// How long it is, in bytes.
    pub size: i64,
    /// The SHA-256 of what it holds, in hexadecimal.
    pub digest: String,
    /// Who may see it, where it belongs to no document.
    pub level: Level,
    /// Who gave it.
    pub created_by: PersonId,
    /// Who put it into the trash, and when.
    pub trashed: Option<Trashed>,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

impl File {
    /// Whether it can be changed.
    ///
    /// # Errors
    /// When it lies in the trash.
    pub fn require_kept(&self) -> Result<(), DocumentError> {
        if self.trashed.is_some() { Err(DocumentError::Trashed) } else { Ok(()) }
    }
}

/// A name that is safe on every system: without folders, control characters and what some systems do not take.
pub fn safe_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_direction(*c))
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    kept.trim().trim_start_matches('.').trim_end_matches(['.', ' ']).to_owned()
}

/// Signs that turn the direction of writing, by which «exe.txt» can be shown for «txt.exe».
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c3_what_a_file_is_is_told_by_how_it_begins() {
        assert_eq!(MediaKind::of(b"\x89PNG\r\n\x1a\n...."), MediaKind::Png);
        assert_eq!(MediaKind::of(b"\xff\xd8\xff\xe0"), MediaKind::Jpeg);
        assert_eq!(MediaKind::of(b"GIF89a"), MediaKind::Gif);
        assert_eq!(MediaKind::of(b"RIFF\0\0\0\0WEBPVP8 "), MediaKind::Webp);
        assert_eq!(MediaKind::of(b"%PDF-1.7"), MediaKind::Pdf);
        for other in
            [&b""[..], b"<svg xmlns=\"http://www.w3.org/2000/svg\">", b"<!doctype html>", b"GIF", b"PK\x03\x04"]
        {
            let kind = MediaKind::of(other);
            assert_eq!((kind.media_type(), kind.is_picture()), ("application/octet-stream", false));
        }
    }

    #[test]
    fn c3_a_name_leads_nowhere_and_hides_nothing() {
        for (given, safe) in [
            ("原型 V2.png", "原型 V2.png"),
            ("C:\\temp\\报价.xlsx", "报价.xlsx"),
            ("../../etc/passwd", "passwd"),
            ("a\u{202e}gpj.exe", "agpj.exe"),
            ("a\"b<c>.txt\r\nX: y", "a_b_c_.txtX_ y"),
            (".htaccess", "htaccess"),
            ("..", ""),
            ("", ""),
        ] {
            assert_eq!(safe_name(given), safe, "{given:?}");
        }
    }
}
