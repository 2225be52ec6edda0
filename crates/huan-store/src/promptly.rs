//! Waiting for SQLite's thread.
//!
//! Every connection to SQLite has a thread of its own, which answers a statement within some ten microseconds and hands its
//! rows over one by one. To fall asleep and be woken for each of them takes longer than the row: so the wait begins with a
//! few turns for others and looks again after each.

use std::{future::poll_fn, pin::pin, task::Poll};

/// So many turns are given before the wait falls asleep: about a tenth of a millisecond when nobody else has work. A statement
/// that takes longer does not notice being woken.
const TURNS: usize = 100;

/// Waits for an answer of SQLite's thread.
pub(crate) async fn promptly<F: Future>(answer: F) -> F::Output {
    let mut answer = pin!(answer);
    for _ in 0..TURNS {
        let looked = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
        if let Poll::Ready(answer) = looked {
            return answer;
        }
        tokio::task::yield_now().await;
    }
    answer.await
}
