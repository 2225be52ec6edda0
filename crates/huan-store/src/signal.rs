//! Wake-up signals: a commit tells the workers that there is something to do.
//!
//! The scan is the truth, the signal is speed. A worker takes a [`Waiter`] **before** it queries, so that a commit between
//! its query and its sleep still wakes it; and it wakes by itself after a while in case a signal got lost.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

/// What a commit can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Something a platform delivered waits to be processed.
    Inbox,
    /// A message waits to be delivered.
    Outbox,
    /// A clock was started, stopped or moved.
    Clocks,
    /// The live event feed of the browsers grew.
    Live,
    /// A task waits to be brought into step with its platform.
    Sync,
    /// The people directory has something to read, to carry out or to hand over.
    Directory,
    /// A group waits to be made on a platform.
    Groups,
    /// A daily or weekly digest was planned, changed or is over.
    Digests,
    /// A mirror waits to be written.
    Mirror,
    /// A meeting was called, changed or is over.
    Meetings,
    /// What something on a platform is called waits to be asked.
    Titles,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 11] = [
        Self::Inbox,
        Self::Outbox,
        Self::Clocks,
        Self::Live,
        Self::Sync,
        Self::Directory,
        Self::Groups,
        Self::Digests,
        Self::Mirror,
        Self::Meetings,
        Self::Titles,
    ];

    fn letter(self) -> char {
        match self {
            Self::Inbox => 'i',
            Self::Outbox => 'o',
            Self::Clocks => 'c',
            Self::Live => 'l',
            Self::Sync => 's',
            Self::Directory => 'd',
            Self::Groups => 'g',
            Self::Digests => 'r',
            Self::Mirror => 'm',
            Self::Meetings => 'e',
            Self::Titles => 't',
        }
    }

    fn index(self) -> usize {
        match self {
            Self::Inbox => 0,
            Self::Outbox => 1,
            Self::Clocks => 2,
            Self::Live => 3,
            Self::Sync => 4,
            Self::Directory => 5,
            Self::Groups => 6,
            Self::Digests => 7,
            Self::Mirror => 8,
            Self::Meetings => 9,
            Self::Titles => 10,
        }
    }
}

/// A set of topics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Topics(u16);

impl Topics {
    /// Adds a topic.
    pub fn insert(&mut self, topic: Topic) {
        self.0 |= 1 << topic.index();
    }

    /// Adds all topics of another set.
    pub fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether a topic is in the set.
    pub fn contains(self, topic: Topic) -> bool {
        self.0 & (1 << topic.index()) != 0
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn letters(self) -> String {
        Topic::ALL.into_iter().filter(|topic| self.contains(*topic)).map(Topic::letter).collect()
    }

    pub(crate) fn from_letters(letters: &str) -> Self {
        let mut topics = Self::default();
        for topic in Topic::ALL {
            if letters.contains(topic.letter()) {
                topics.insert(topic);
            }
        }
        topics
    }
}

/// The signals of one database within this program.
#[derive(Debug, Clone)]
pub struct Signals {
    topics: Arc<[watch::Sender<u64>; Topic::ALL.len()]>,
    /// Topics committed here that the other nodes have not been told of yet (PostgreSQL).
    abroad: Arc<watch::Sender<Topics>>,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            topics: Arc::new(std::array::from_fn(|_| watch::Sender::new(0))),
            abroad: Arc::new(watch::Sender::new(Topics::default())),
        }
    }
}

impl Signals {
    /// Registers interest in a topic. Take it before the first query.
    pub fn waiter(&self, topic: Topic) -> Waiter {
        Waiter(self.topics[topic.index()].subscribe())
    }

    /// Wakes those who wait for these topics here.
    pub fn wake(&self, topics: Topics) {
        for topic in Topic::ALL {
            if topics.contains(topic) {
                self.topics[topic.index()].send_modify(|count| *count = count.wrapping_add(1));
            }
        }
    }

    /// Wakes those who wait here, and has the other nodes told.
    pub(crate) fn committed(&self, topics: Topics) {
        if topics.is_empty() {
            return;
        }
        self.wake(topics);
        self.abroad.send_modify(|waiting| waiting.extend(topics));
    }

    pub(crate) fn abroad(&self) -> watch::Receiver<Topics> {
        self.abroad.subscribe()
    }

    pub(crate) fn take_abroad(&self) -> Topics {
        let mut taken = Topics::default();
        self.abroad.send_if_modified(|waiting| {
            taken = std::mem::take(waiting);
            false
        });
        taken
    }
}

/// Somebody's interest in a topic. Signals given since the last [`Waiter::wait`] returned are not lost.
#[derive(Debug)]
pub struct Waiter(watch::Receiver<u64>);

impl Waiter {
    /// Waits for a signal, at most so long. Says whether there was one.
    pub async fn wait(&mut self, at_most: Duration) -> bool {
        match tokio::time::timeout(at_most, self.0.changed()).await {
            Ok(Ok(())) => true,
            // The database was closed: nothing will come, so keep the worker's pace.
            Ok(Err(_)) => {
                tokio::time::sleep(at_most).await;
                false
            }
            Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(topic: Topic) -> Topics {
        let mut topics = Topics::default();
        topics.insert(topic);
        topics
    }

    #[tokio::test]
    async fn a_signal_between_the_query_and_the_sleep_is_not_lost() {
        let signals = Signals::default();
        let mut waiter = signals.waiter(Topic::Inbox);
        signals.committed(only(Topic::Inbox));
        assert!(waiter.wait(Duration::from_secs(10)).await);
        assert!(!waiter.wait(Duration::from_millis(5)).await, "one signal wakes once");
        signals.committed(only(Topic::Outbox));
        assert!(!waiter.wait(Duration::from_millis(5)).await, "other topics do not wake");
    }

    #[test]
    fn letters_read_back() {
        let mut topics = only(Topic::Clocks);
        topics.insert(Topic::Live);
        assert_eq!(Topics::from_letters(&topics.letters()), topics);
    }
}
