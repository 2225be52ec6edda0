//! Messages of the long connection that come in several frames (Feishu §5.5).

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// Incomplete messages are dropped after this; Feishu sends them again.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most parts of a message.
const MOST_PARTS: usize = 256;
/// The most bytes of all incomplete messages together.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// The most incomplete messages.
const MOST_MESSAGES: usize = 64;

/// Collects the parts of split messages.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    messages: HashMap<String, Partial>,
}

#[derive(Debug)]
struct Partial {
    parts: Vec<Option<Vec<u8>>>,
    since: Instant,
}

/// A part that cannot be taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a part of a split message cannot be taken: {0}")]
pub(super) struct PartRefused(&'static str);

impl Assembly {
    /// Takes part `seq` of `sum` of message `id`; gives the whole message once its last missing part is here.
    pub(super) fn add(
        &mut self,
        id: &str,
        sum: usize,
        seq: usize,
        part: Vec<u8>,
        now: Instant,
    ) -> Result<Option<Vec<u8>>, PartRefused> {
        if sum == 0 || seq >= sum {
            return Err(PartRefused("its number is not below the count"));
        }
        if sum == 1 {
            return Ok(Some(part));
        }
        if sum > MOST_PARTS {
            return Err(PartRefused("there are too many parts"));
        }
        self.messages.retain(|_, partial| now.saturating_duration_since(partial.since) < PATIENCE);
        if self.held() + part.len() > MOST_BYTES {
            self.messages.remove(id);
            return Err(PartRefused("the parts are too long"));
        }
        if !self.messages.contains_key(id) && self.messages.len() >= MOST_MESSAGES {
            return Err(PartRefused("too many messages are incomplete"));
        }
        let partial =
            self.messages.entry(id.to_owned()).or_insert_with(|| Partial { parts: vec![None; sum], since: now });
        if partial.parts.len() != sum {
            self.messages.remove(id);
            return Err(PartRefused("the count changed"));
        }
        if let Some(place) = partial.parts.get_mut(seq) {
            *place = Some(part);
        }
        if partial.parts.iter().any(Option::is_none) {
            return Ok(None);
        }
        Ok(self.messages.remove(id).map(|partial| partial.parts.into_iter().flatten().flatten().collect()))
    }

    fn held(&self) -> usize {
        self.messages.values().flat_map(|partial| &partial.parts).flatten().map(Vec::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn s5_5_parts_are_joined_in_their_order() {
        let (mut assembly, now) = (Assembly::default(), Instant::now());
        assert_eq!(assembly.add("m", 3, 2, b"c".to_vec(), now), Ok(None));
        assert_eq!(assembly.add("m", 3, 0, b"a".to_vec(), now), Ok(None));
        assert_eq!(assembly.add("m", 3, 0, b"a".to_vec(), now), Ok(None));
        assert_eq!(assembly.add("other", 2, 0, b"x".to_vec(), now), Ok(None));
        assert_eq!(assembly.add("m", 3, 1, b"b".to_vec(), now), Ok(Some(b"abc".to_vec())));
        assert_eq!(assembly.messages.len(), 1);
    }

    #[test]
    fn s5_5_a_number_beyond_the_count_is_refused() {
        let mut assembly = Assembly::default();
        assert!(assembly.add("m", 2, 2, Vec::new(), Instant::now()).is_err());
        assert!(assembly.add("m", 0, 0, Vec::new(), Instant::now()).is_err());
        assert!(assembly.add("m", usize::MAX, 0, Vec::new(), Instant::now()).is_err());
    }

    #[test]
    fn s5_5_incomplete_messages_are_dropped() {
        let (mut assembly, start) = (Assembly::default(), Instant::now());
        assert_eq!(assembly.add("m", 2, 0, b"a".to_vec(), start), Ok(None));
        assert_eq!(assembly.add("m", 2, 1, b"b".to_vec(), start + PATIENCE), Ok(None));
        assert_eq!(assembly.add("m", 2, 0, b"a".to_vec(), start + PATIENCE), Ok(Some(b"ab".to_vec())));
    }

    #[test]
    fn memory_is_bounded() {
        let (mut assembly, now) = (Assembly::default(), Instant::now());
        for n in 0..MOST_MESSAGES {
            assert_eq!(assembly.add(&n.to_string(), 2, 0, vec![0; 1000], now), Ok(None));
        }
        assert!(assembly.add("one more", 2, 0, vec![0], now).is_err());
        assert!(assembly.add("0", 2, 1, vec![0; MOST_BYTES], now).is_err());
        assert!(assembly.held() <= MOST_BYTES);
    }

    proptest! {
        #[test]
        fn any_parts_in_any_order_never_panic(
            parts in proptest::collection::vec((0u8..3, 0usize..6, 0usize..6, 0usize..9), 0..60)
        ) {
            let (mut assembly, now) = (Assembly::default(), Instant::now());
            for (id, sum, seq, length) in parts {
                let _ = assembly.add(&id.to_string(), sum, seq, vec![1; length], now);
            }
        }
    }
}
