//! Which things of Huan a text leads to: it names them by the addresses of their pages, `/tasks/tsk_…`.

use crate::history::Subject;

/// Letters of an id behind its prefix.
const BODY: usize = 26;

/// The things that a text leads to, each once, in order.
pub fn references(text: &str) -> Vec<Subject> {
    let mut found: Vec<Subject> = Vec::new();
    for (place, _) in text.match_indices('_') {
        // Three letters before, twenty-six behind: cut by bytes, so that nothing but ASCII fits.
        let (Some(from), to) = (place.checked_sub(3), place + 1 + BODY) else { continue };
        let is_start = from == 0 || !text.as_bytes()[from - 1].is_ascii_alphanumeric();
        let Some(id) = text.get(from..to).filter(|_| is_start) else { continue };
        if let Some(subject) = Subject::from_id(id).filter(is_referable)
            && !found.contains(&subject)
        {
            found.push(subject);
        }
    }
    found
}

/// Whether a document can be linked with such a thing.
pub fn is_referable(subject: &Subject) -> bool {
    matches!(
        subject,
        Subject::Task(_) | Subject::Record(_) | Subject::Problem(_) | Subject::Minutes(_) | Subject::Document(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{DocumentId, PersonId, TaskId};

    #[test]
    fn f4_a_text_leads_to_the_things_whose_addresses_it_holds() {
        let (task, document, person) = (TaskId::from_bits(7), DocumentId::from_bits(8), PersonId::from_bits(9));
        let text = format!(
            "见[#7 评估](/tasks/{task})，背景https://huan.example.com/documents/{document}。再看/tasks/{task}，{person}，a_b，任务_一"
        );
        assert_eq!(references(&text), [Subject::Task(task), Subject::Document(document)]);
        assert_eq!(references(""), []);
        assert_eq!(references("_tsk_"), []);
        assert_eq!(references("xtsk_00000000000000000000000007"), [], "no id begins within a word");
    }
}
