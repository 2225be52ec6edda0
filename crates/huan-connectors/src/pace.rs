//! Keeping under a platform's limits when much is asked at once, and asking again what may be asked again.

use std::{collections::VecDeque, time::Duration};

use huan_connect::{Retry, SendError};
use tokio::{sync::Mutex, time::Instant};

/// How often something is asked before it counts as failed.
const TRIES: u32 = 6;
/// The longest rest that is kept within one reading.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// So many calls within so long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) calls: usize,
    pub(crate) within: Duration,
}

/// Lets calls of one interface through as its limits allow. Limits protect the platform in real time, so that is what is
/// counted here.
#[derive(Debug)]
pub(crate) struct Pace {
    limits: &'static [Limit],
    made: Mutex<VecDeque<Instant>>,
}

impl Pace {
    pub(crate) fn new(limits: &'static [Limit]) -> Self {
        Self { limits, made: Mutex::default() }
    }

    /// Returns when a call may be made. Whoever waits keeps their place.
    pub(crate) async fn turn(&self) {
        let mut made = self.made.lock().await;
        loop {
            let now = Instant::now();
            let longest = self.limits.iter().map(|limit| limit.within).max().unwrap_or_default();
            while made.front().is_some_and(|first| now.duration_since(*first) > longest) {
                made.pop_front();
            }
            let free_at = self.limits.iter().filter_map(|limit| {
                let place = made.len().checked_sub(limit.calls)?;
                made.get(place).map(|call| *call + limit.within)
            });
            match free_at.max().filter(|at| *at > now) {
                Some(at) => tokio::time::sleep_until(at + Duration::from_millis(1)).await,
                None => {
                    made.push_back(now);
                    return;
                }
            }
        }
    }
}

/// Asks again, with growing rests or as long as the platform says, what can be asked again. Only for what changes nothing.
pub(crate) async fn patiently<T, F>(pace: &Pace, mut ask: impl FnMut() -> F) -> Result<T, SendError>
where
    F: Future<Output = Result<T, SendError>>,
{
    let mut tries = 1;
    loop {
        pace.turn().await;
        let error = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let rest = match error.retry {
            Retry::After(rest) => rest.min(LONGEST_REST),
            Retry::Transient => Duration::from_millis(500) * 2_u32.pow(tries),
            Retry::Never => return Err(error),
        };
        if tries == TRIES {
            return Err(error);
        }
        tries += 1;
        tokio::time::sleep(rest).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_connect::Certainty;

    const LIMITS: &[Limit] = &[
        Limit { calls: 3, within: Duration::from_millis(40) },
        Limit { calls: 8, within: Duration::from_millis(200) },
    ];

    #[tokio::test]
    async fn no_window_ever_holds_more_calls_than_its_limit() {
        let pace = Pace::new(LIMITS);
        let start = Instant::now();
        let mut calls = Vec::new();
        for _ in 0..20 {
            pace.turn().await;
            calls.push(start.elapsed());
        }
        for limit in LIMITS {
            for window in calls.windows(limit.calls + 1) {
                assert!(window[limit.calls] - window[0] >= limit.within, "{window:?}");
            }
        }
    }

    #[tokio::test]
    async fn what_can_be_asked_again_is_asked_again() {
        let pace = Pace::new(LIMITS);
        let refuse = |retry| SendError {
            certainty: Certainty::NotSent,
            retry,
            reason_key: "delivery.reason.throttled",
            detail: String::new(),
        };
        let later = Retry::After(Duration::from_millis(1));
        let mut asked = 0;
        let answer = patiently(&pace, || {
            asked += 1;
            std::future::ready(if asked < 4 { Err(refuse(later)) } else { Ok(asked) })
        });
        assert_eq!(answer.await, Ok(4));
        for (retry, times) in [(Retry::Never, 1), (later, TRIES)] {
            let mut asked = 0;
            let refused = patiently(&pace, || {
                asked += 1;
                std::future::ready(Err::<(), _>(refuse(retry)))
            });
            assert!(refused.await.is_err());
            assert_eq!(asked, times);
        }
    }
}
