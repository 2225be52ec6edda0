//! A word that is nearly a command.

use super::{
    Suggestion,
    sheet::{PieceKind, Sheet},
    words,
};
use crate::folded::is_chinese;

/// The command that the first word of the message nearly is.
pub(super) fn suggest(sheet: &Sheet<'_>) -> Option<Suggestion> {
    let is_space = |at: usize| matches!(sheet.folded.at(at), ' ' | '\n' | '/' | ',');
    let mut from = 0;
    while from < sheet.len() {
        match sheet.piece_end(from) {
            Some(end) => from = end.max(from + 1),
            None if is_space(from) => from += 1,
            None => break,
        }
    }
    let to = (from..sheet.len()).find(|at| sheet.word_ends(*at)).unwrap_or(sheet.len());
    let written: Vec<char> = sheet.folded.text(from, to).chars().collect();
    if !(2..=12).contains(&written.len()) {
        return None;
    }
    let chinese = written.iter().any(|char| is_chinese(*char));
    // Two Chinese characters that differ in one are another word more often than a slip: something must speak for it.
    let speaks = sheet.pieces(0, sheet.len()).any(|piece| !matches!(piece.kind, PieceKind::Robot));
    let (distance, meant, kind) = words::all()
        .filter_map(|(word, kind)| {
            let meant: Vec<char> = word.chars().collect();
            let allowed = match (chinese, meant.len()) {
                (true, 0..=1) => 0,
                (true, 2) => usize::from(speaks),
                (true, _) => 1,
                (false, 0..=3) => 0,
                (false, 4..=5) => 1,
                (false, _) => 2,
            };
            let distance = distance(&written, &meant);
            (distance > 0 && distance <= allowed).then_some((distance, word, kind))
        })
        .min_by_key(|(distance, word, _)| (*distance, word.chars().count().abs_diff(written.len())))?;
    (distance * 2 <= written.len()).then(|| Suggestion { written: sheet.text(from, to, &[]), meant, kind })
}

/// Insertions, removals, changes and swaps of neighbours from one word to the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for row in 0..=a.len() {
        for column in 0..=b.len() {
            table[row][column] = if row == 0 || column == 0 {
                row + column
            } else {
                let change = usize::from(a[row - 1] != b[column - 1]);
                let step = (table[row - 1][column] + 1)
                    .min(table[row][column - 1] + 1)
                    .min(table[row - 1][column - 1] + change);
                let swapped = row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1];
                if swapped { step.min(table[row - 2][column - 2] + 1) } else { step }
            };
        }
    }
    table[a.len()][b.len()]
}
