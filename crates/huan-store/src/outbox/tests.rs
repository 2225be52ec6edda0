//! The outbox on both databases.

use huan_core::{
    id::{AccountId, AttemptId, DeliveryId, PersonId, WorkspaceId},
    platform::ForeignMessage,
};

use super::{Delivery, DeliveryFilter, DeliveryState, NewDelivery, Outcome, Resting, Settlement, Undeliverable};
use crate::{
    Db, both_databases,
    error::{Error, Result},
    samples,
    select::Page,
    signal::Topic,
};

fn new(bits: u128) -> NewDelivery {
    NewDelivery {
        id: DeliveryId::from_bits(bits),
        account: AccountId::from_bits(1),
        lane: "app".into(),
        target_lane: Some("user:ou_1".into()),
        urgency: 2,
        order_key: format!("person {bits}"),
        merge_key: None,
        subject: Some("tsk_1".into()),
        collaboration: None,
        person: Some(PersonId::from_bits(2)),
        channel: None,
        what: "task_card".into(),
        message: "{}".into(),
        idempotency_key: format!("key{bits}"),
        ready_at: samples::at(0),
        created_at: samples::at(0),
    }
}

async fn queue(db: &Db, workspace: &WorkspaceId, new: impl IntoIterator<Item = NewDelivery>) {
    let mut tx = db.write().await.unwrap();
    for new in new {
        tx.enqueue(workspace, new);
    }
    tx.commit().await.unwrap();
}

async fn ready(db: &Db, now: i64, full: &[(AccountId, String)]) -> Vec<Delivery> {
    let mut conn = db.read().await.unwrap();
    let ready = conn.ready_deliveries(samples::at(now), full, 50).await.unwrap();
    ready.into_iter().map(|(_, delivery)| delivery).collect()
}

fn keys(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.idempotency_key.as_str()).collect()
}

async fn begin(db: &Db, workspace: &WorkspaceId, delivery: &mut Delivery, attempt: u128, now: i64) -> Result<()> {
    let mut tx = db.write().await.unwrap();
    tx.take_outbox_turn().await.unwrap();
    let attempt = AttemptId::from_bits(attempt);
    tx.begin_attempt(workspace, delivery, &attempt, samples::at(now), samples::at(now + 30)).await?;
    tx.commit().await
}

async fn settle(db: &Db, workspace: &WorkspaceId, delivery: &Delivery, attempt: u128, settlement: Settlement) {
    let mut tx = db.write().await.unwrap();
    let attempt = AttemptId::from_bits(attempt);
    tx.settle(workspace, delivery, Some(&attempt), &settlement, samples::at(5)).await.unwrap();
    tx.commit().await.unwrap();
}

both_databases! {
    async fn a_delivery_goes_from_queued_to_read(db: Db) {
        let workspace = samples::workspace(&db).await;
        let mut waiter = db.waiter(Topic::Outbox);
        queue(&db, &workspace, [new(1)]).await;
        assert!(waiter.wait(std::time::Duration::from_secs(5)).await);
        let mut delivery = ready(&db, 0, &[]).await.remove(0);
        assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Queued, 0));
        begin(&db, &workspace, &mut delivery, 1, 1).await.unwrap();
        assert_eq!(ready(&db, 2, &[]).await, [], "it is in hand");
        let message = ForeignMessage::new("om_1");
        settle(&db, &workspace, &delivery, 1, Settlement::Sent { message: Some(message.clone()) }).await;

        let account = AccountId::from_bits(1);
        let mut tx = db.write().await.unwrap();
        assert_eq!(tx.subject_of_message(&workspace, &account, &message).await.unwrap().as_deref(), Some("tsk_1"));
        assert!(tx.delivery_arrived(&workspace, &account, &message, samples::at(6)).await.unwrap());
        assert!(tx.delivery_was_read(&workspace, &account, &message, samples::at(7)).await.unwrap());
        assert!(!tx.delivery_was_read(&workspace, &account, &message, samples::at(8)).await.unwrap(), "once");
        assert!(tx.delivery_was_answered(&workspace, &account, &message, samples::at(9)).await.unwrap());
        assert!(!tx.delivery_arrived(&workspace, &account, &message, samples::at(9)).await.unwrap(), "never back");
        let read = tx.delivery(&workspace, &delivery.id).await.unwrap().unwrap();
        assert_eq!(read.state, DeliveryState::Answered);
        assert_eq!(read.foreign_message, Some(message));
        assert_eq!([read.sent_at, read.delivered_at, read.read_at, read.answered_at], [5, 6, 7, 9].map(|at| Some(samples::at(at))));
        let attempts = tx.attempts(&workspace, &delivery.id).await.unwrap();
        assert_eq!(attempts.len(), 1);
        assert_eq!(attempts[0].outcome, Some(Outcome::Sent));
        assert_eq!(tx.deliveries_open().await.unwrap(), 0);
    }

    async fn an_order_is_kept_and_the_pressing_pass(db: Db) {
        let workspace = samples::workspace(&db).await;
        let of = |bits, urgency| NewDelivery { order_key: "cid1".into(), urgency, ..new(bits) };
        // Ids fall while the deliveries follow one another.
        queue(&db, &workspace, [of(9, 2), of(8, 2), of(7, 0)]).await;
        let mut first = ready(&db, 0, &[]).await;
        assert_eq!(keys(&first), ["key7", "key9"], "the pressing one first; key8 waits for key9");
        let mut delivery = first.remove(1);
        begin(&db, &workspace, &mut delivery, 1, 0).await.unwrap();
        assert_eq!(keys(&ready(&db, 1, &[]).await), ["key7"], "key8 waits while key9 is in hand");
        let later = Settlement::Later { at: samples::at(100), outcome: Outcome::Failed, reason: "r".into(), detail: "d".into() };
        settle(&db, &workspace, &delivery, 1, later).await;
        assert_eq!(keys(&ready(&db, 1, &[]).await), ["key7"], "key8 waits while key9 is to be tried again");
        assert_eq!(db.read().await.unwrap().next_delivery_at(samples::at(1)).await.unwrap(), Some(samples::at(100)));
        let again = ready(&db, 100, &[]).await;
        assert_eq!(keys(&again), ["key7", "key9"]);
        assert_eq!(again[1].reason.as_deref(), Some("r"));
        let mut tx = db.write().await.unwrap();
        let dropped = Settlement::Dropped { reason: "answered".into() };
        tx.settle(&workspace, &again[1], None, &dropped, samples::at(100)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(keys(&ready(&db, 100, &[]).await), ["key7", "key8"]);
    }

    async fn one_worker_takes_a_delivery(db: Db) {
        let workspace = samples::workspace(&db).await;
        queue(&db, &workspace, [new(1)]).await;
        let mut one = ready(&db, 0, &[]).await.remove(0);
        let mut other = one.clone();
        begin(&db, &workspace, &mut one, 1, 0).await.unwrap();
        assert!(matches!(begin(&db, &workspace, &mut other, 2, 0).await, Err(Error::Stale { .. })));
        // The worker dies; the next one sees that it was being sent.
        let mut taken = ready(&db, 31, &[]).await.remove(0);
        assert_eq!(taken.state, DeliveryState::Sending);
        begin(&db, &workspace, &mut taken, 3, 31).await.unwrap();
        let mut tx = db.write().await.unwrap();
        let sent = Settlement::Sent { message: None };
        let late = tx.settle(&workspace, &one, Some(&AttemptId::from_bits(1)), &sent, samples::at(32)).await;
        assert!(matches!(late, Err(Error::Stale { .. })));
    }

    async fn a_message_with_the_same_merge_key_takes_the_place_of_the_queued_one(db: Db) {
        let workspace = samples::workspace(&db).await;
        let merged = |bits, message: &str| NewDelivery {
            merge_key: Some("card om_1".into()),
            message: message.into(),
            ..new(bits)
        };
        queue(&db, &workspace, [merged(1, "a"), merged(2, "b")]).await;
        queue(&db, &workspace, [NewDelivery { urgency: 1, ..merged(3, "c") }]).await;
        let mut only = ready(&db, 0, &[]).await;
        assert_eq!(only.len(), 1);
        assert_eq!((only[0].message.as_str(), only[0].urgency), ("c", 1));
        // Once it is in hand, the next one is another.
        begin(&db, &workspace, &mut only[0], 1, 0).await.unwrap();
        queue(&db, &workspace, [merged(4, "d")]).await;
        let mut conn = db.read().await.unwrap();
        assert_eq!(conn.deliveries_open().await.unwrap(), 2);
        assert_eq!(conn.deliveries_under_way(samples::at(0)).await.unwrap(), 2);
        let before = samples::at(0) - jiff::SignedDuration::from_secs(1);
        assert_eq!(conn.deliveries_under_way(before).await.unwrap(), 1, "what is in hand, not what is held");
        drop(conn);
    }

    async fn the_attempts_tell_what_a_lane_has_used(db: Db) {
        let workspace = samples::workspace(&db).await;
        let group = |bits| NewDelivery { target_lane: Some("group:cid1".into()), ..new(bits) };
        queue(&db, &workspace, [new(1), group(2), group(3)]).await;
        for (n, delivery) in ready(&db, 0, &[]).await.iter_mut().enumerate() {
            begin(&db, &workspace, delivery, n as u128, i64::try_from(n).unwrap() * 10).await.unwrap();
        }
        let account = AccountId::from_bits(1);
        let mut conn = db.read().await.unwrap();
        let mut starts = async |lane: &str, since| {
            let uses = conn.lane_uses(&workspace, &account, lane, samples::at(since)).await.unwrap();
            uses.into_iter().map(|one| one.started_at).collect::<Vec<_>>()
        };
        assert_eq!(starts("app", -1).await, [samples::at(0), samples::at(10), samples::at(20)]);
        assert_eq!(starts("group:cid1", -1).await, [samples::at(10), samples::at(20)]);
        assert_eq!(starts("group:cid1", 10).await, [samples::at(20)]);
        assert_eq!(starts("hook", -1).await, []);
    }

    async fn full_and_resting_lanes_are_left_out(db: Db) {
        let workspace = samples::workspace(&db).await;
        let account = AccountId::from_bits(1);
        let plain = NewDelivery { target_lane: None, lane: "hook".into(), ..new(3) };
        queue(&db, &workspace, [new(1), NewDelivery { target_lane: Some("group:cid1".into()), ..new(2) }, plain]).await;
        assert_eq!(keys(&ready(&db, 0, &[(account.clone(), "group:cid1".into())]).await), ["key1", "key3"]);
        assert_eq!(keys(&ready(&db, 0, &[(account.clone(), "app".into())]).await), ["key3"]);
        let mut rest = Resting { account: account.clone(), lane: "app".into(), until: samples::at(50), reason: "throttled".into() };
        let mut tx = db.write().await.unwrap();
        tx.rest_lane(&workspace, &rest).await.unwrap();
        let shorter = Resting { until: samples::at(20), ..rest.clone() };
        tx.rest_lane(&workspace, &shorter).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(keys(&ready(&db, 49, &[]).await), ["key3"]);
        rest.until = samples::at(50);
        assert_eq!(db.read().await.unwrap().resting_lanes(&workspace, samples::at(49)).await.unwrap(), [rest]);
        assert_eq!(keys(&ready(&db, 50, &[]).await), ["key1", "key2", "key3"]);
    }

    async fn a_failed_delivery_can_be_tried_again_by_hand(db: Db) {
        let workspace = samples::workspace(&db).await;
        queue(&db, &workspace, [new(1), new(2)]).await;
        for (n, delivery) in ready(&db, 0, &[]).await.iter_mut().enumerate() {
            begin(&db, &workspace, delivery, n as u128, 0).await.unwrap();
            let (reason, detail) = ("delivery.reason.x".to_owned(), "403".to_owned());
            let end = if n == 0 { Settlement::Failed { reason, detail } } else { Settlement::Uncertain { reason, detail } };
            settle(&db, &workspace, delivery, n as u128, end).await;
        }
        let filter = DeliveryFilter { states: vec![DeliveryState::Failed, DeliveryState::Uncertain], ..DeliveryFilter::default() };
        let page = Page::first(10);
        let failed = db.read().await.unwrap().deliveries(&workspace, &filter, &page).await.unwrap().rows;
        assert_eq!(keys(&failed), ["key2", "key1"]);
        assert_eq!(failed[1].detail.as_deref(), Some("403"));
        let mut tx = db.write().await.unwrap();
        for delivery in &failed {
            tx.requeue_delivery(&workspace, &delivery.id, samples::at(9)).await.unwrap();
        }
        assert!(tx.requeue_delivery(&workspace, &failed[0].id, samples::at(9)).await.is_err(), "it is queued already");
        tx.commit().await.unwrap();
        let again = ready(&db, 9, &[]).await;
        assert_eq!(again.len(), 2);
        assert!(again.iter().all(|delivery| delivery.reason.is_some()), "their last attempts were not cut off");
    }

    async fn a_message_that_nobody_can_deliver_is_seen(db: Db) {
        let workspace = samples::workspace(&db).await;
        let mut tx = db.write().await.unwrap();
        tx.note_undeliverable(&workspace, Undeliverable {
            id: DeliveryId::from_bits(1),
            subject: Some("tsk_1".into()),
            collaboration: None,
            person: Some(PersonId::from_bits(2)),
            what: "task_card".into(),
            message: "{}".into(),
            reason: "delivery.reason.unreachable".into(),
            created_at: samples::at(0),
        });
        tx.commit().await.unwrap();
        let mut tx = db.write().await.unwrap();
        let shown = tx.deliveries_about(&workspace, "tsk_1").await.unwrap();
        assert_eq!((shown[0].state, shown[0].account.clone()), (DeliveryState::Failed, None));
        assert!(tx.was_told(&workspace, "tsk_1", &PersonId::from_bits(2)).await.unwrap());
        assert!(!tx.was_told(&workspace, "tsk_1", &PersonId::from_bits(3)).await.unwrap());
        assert!(tx.requeue_delivery(&workspace, &shown[0].id, samples::at(1)).await.is_err(), "no account, no try");
    }

    async fn an_answer_settles_what_was_asked(db: Db) {
        let workspace = samples::workspace(&db).await;
        queue(&db, &workspace, [new(1), NewDelivery { subject: Some("tsk_2".into()), ..new(2) }]).await;
        for (n, delivery) in ready(&db, 0, &[]).await.iter_mut().enumerate() {
            begin(&db, &workspace, delivery, n as u128, 0).await.unwrap();
            settle(&db, &workspace, delivery, n as u128, Settlement::Sent { message: None }).await;
        }
        let mut tx = db.write().await.unwrap();
        let person = PersonId::from_bits(2);
        assert_eq!(tx.deliveries_were_answered(&workspace, "tsk_1", &person, samples::at(9)).await.unwrap(), 1);
        assert_eq!(tx.deliveries_about(&workspace, "tsk_2").await.unwrap()[0].state, DeliveryState::Sent);
        assert_eq!(tx.prune_attempts(&workspace, samples::at(1)).await.unwrap(), 2);
    }
}
