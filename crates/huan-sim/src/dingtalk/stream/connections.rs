//! Tickets, open connections, and who waits for which answer.

use std::collections::BTreeMap;

use tokio::sync::{mpsc, oneshot, watch};

use super::frame::{ALL_EVENTS, Ack, Frame, Kind};

/// A ticket lives this long and opens one connection (§5.1).
const TICKET_LIFETIME_MS: i64 = 90_000;

/// What a program wants to hear: type and topic.
pub(crate) type Subscription = (String, String);

/// What the task of a connection is told to do.
#[derive(Debug)]
pub(crate) enum Order {
    /// Send this frame.
    Send(Frame),
    /// Announce the end and close when the program does, or after ten seconds (§5.6).
    Announce,
    /// Cut the connection without a word.
    Cut,
}

/// All that is known about connections.
#[derive(Debug)]
pub(crate) struct Connections {
    tickets: BTreeMap<String, (i64, Vec<Subscription>)>,
    open: Vec<Open>,
    /// messageId to the connection the frame went to and whoever waits.
    waiting: BTreeMap<String, (String, oneshot::Sender<Ack>)>,
    opened: watch::Sender<u64>,
}

#[derive(Debug)]
struct Open {
    id: String,
    subscriptions: Vec<Subscription>,
    orders: mpsc::UnboundedSender<Order>,
    /// Its end has been announced; nothing new goes there.
    ending: bool,
}

impl Default for Connections {
    fn default() -> Self {
        Self { tickets: BTreeMap::new(), open: Vec::new(), waiting: BTreeMap::new(), opened: watch::Sender::new(0) }
    }
}

impl Connections {
    /// Notes a ticket.
    pub(crate) fn promise(&mut self, ticket: String, now_ms: i64, subscriptions: Vec<Subscription>) {
        self.tickets.retain(|_, (dies, _)| *dies > now_ms);
        self.tickets.insert(ticket, (now_ms + TICKET_LIFETIME_MS, subscriptions));
    }

    /// Uses a ticket up.
    pub(crate) fn redeem(&mut self, ticket: &str, now_ms: i64) -> Option<Vec<Subscription>> {
        let (dies, subscriptions) = self.tickets.remove(ticket)?;
        (dies > now_ms).then_some(subscriptions)
    }

    /// Adds a connection; the receiver belongs to its task.
    pub(crate) fn add(&mut self, id: String, subscriptions: Vec<Subscription>) -> mpsc::UnboundedReceiver<Order> {
        let (orders, receiver) = mpsc::unbounded_channel();
        self.open.push(Open { id, subscriptions, orders, ending: false });
        self.opened.send_modify(|count| *count += 1);
        receiver
    }

    /// Removes a connection. Whoever waits for an answer over it learns that none will come.
    pub(crate) fn remove(&mut self, id: &str) {
        self.open.retain(|open| open.id != id);
        self.waiting.retain(|_, (connection, _)| connection != id);
    }

    /// Changes whenever a connection is opened.
    pub(crate) fn opened(&self) -> watch::Receiver<u64> {
        self.opened.subscribe()
    }

    /// How many connections are open.
    pub(crate) fn count(&self) -> usize {
        self.open.len()
    }

    /// Sends a frame over one of the connections that subscribed to it; `choose` picks among so many. The receiver
    /// gets the answer, or an error when the connection ends before.
    pub(crate) fn send(&mut self, frame: &Frame, choose: impl Fn(u64) -> u64) -> Option<oneshot::Receiver<Ack>> {
        let wants = |open: &&Open| !open.ending && open.wants(frame);
        let candidates: Vec<&Open> = self.open.iter().filter(wants).collect();
        let chosen = candidates.get(usize::try_from(choose(candidates.len() as u64)).ok()?)?;
        let mut frame = frame.clone();
        frame.set("connectionId", &chosen.id);
        let message_id = frame.header("messageId").to_owned();
        let (sender, receiver) = oneshot::channel();
        let connection = chosen.id.clone();
        chosen.orders.send(Order::Send(frame)).ok()?;
        self.waiting.insert(message_id, (connection, sender));
        Some(receiver)
    }

    /// Sends a frame once more without waiting for another answer.
    pub(crate) fn send_again(&self, frame: &Frame) {
        if let Some(open) = self.open.iter().find(|open| !open.ending && open.wants(frame)) {
            let _ = open.orders.send(Order::Send(frame.clone()));
        }
    }

    /// Hands an answer to whoever waits for it.
    pub(crate) fn settle(&mut self, ack: Ack) {
        if let Some((_, waiting)) = self.waiting.remove(ack.message_id()) {
            let _ = waiting.send(ack);
        }
    }

    /// Announces the end of every connection; the answer is how many.
    pub(crate) fn announce_end(&mut self) -> usize {
        for open in &mut self.open {
            open.ending = true;
            let _ = open.orders.send(Order::Announce);
        }
        self.open.len()
    }

    /// Cuts every connection.
    pub(crate) fn cut(&mut self) {
        for open in &mut self.open {
            open.ending = true;
            let _ = open.orders.send(Order::Cut);
        }
    }
}

impl Open {
    fn wants(&self, frame: &Frame) -> bool {
        let topic = frame.header("topic");
        self.subscriptions.iter().any(|(kind, wanted)| match frame.kind {
            Kind::Event => kind == "EVENT" && (wanted == ALL_EVENTS || wanted == topic),
            Kind::Callback => kind == "CALLBACK" && wanted == topic,
            Kind::System => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::frame::{BOT_MESSAGE, CARD_CALLBACK};
    use super::*;

    fn subscription(kind: &str, topic: &str) -> Subscription {
        (kind.to_owned(), topic.to_owned())
    }

    fn frame(kind: Kind, topic: &str) -> Frame {
        Frame::new(kind, topic, "m1", 0, &json!({}))
    }

    #[test]
    fn a_ticket_lives_ninety_seconds_and_opens_one_connection() {
        let mut connections = Connections::default();
        connections.promise("a".into(), 0, Vec::new());
        connections.promise("b".into(), 0, Vec::new());
        assert!(connections.redeem("a", 89_999).is_some());
        assert!(connections.redeem("a", 89_999).is_none());
        assert!(connections.redeem("b", 90_000).is_none());
    }

    #[test]
    fn a_frame_goes_to_one_connection_that_subscribed() {
        let mut connections = Connections::default();
        let mut events = connections.add("1".into(), vec![subscription("EVENT", "*")]);
        let mut bots = connections.add("2".into(), vec![subscription("CALLBACK", BOT_MESSAGE)]);
        assert!(connections.send(&frame(Kind::Callback, BOT_MESSAGE), |_| 0).is_some());
        assert!(connections.send(&frame(Kind::Callback, CARD_CALLBACK), |_| 0).is_none());
        assert!(bots.try_recv().is_ok() && bots.try_recv().is_err() && events.try_recv().is_err());
        assert!(connections.send(&frame(Kind::Event, "*"), |_| 0).is_some());
        assert!(events.try_recv().is_ok());
    }

    #[tokio::test]
    async fn whoever_waits_learns_that_the_connection_ended() {
        let mut connections = Connections::default();
        let _orders = connections.add("1".into(), vec![subscription("EVENT", "*")]);
        let answer = connections.send(&frame(Kind::Event, "*"), |_| 0).unwrap();
        connections.remove("1");
        assert!(answer.await.is_err());
    }
}
