//! How often everybody in a group was called on (I5).

use std::collections::HashMap;

use huan_core::{
    everybody::{Called, Room},
    id::{ChannelId, CollaborationId, WorkspaceId},
};
use jiff::civil::Date;

use crate::{
    conn::{Conn, Row},
    error::Result,
    statement::statements,
    tx::Tx,
    value::values,
};

statements! {
    CALL = "INSERT INTO everybody_call (workspace, channel, day, room, calls, withheld) VALUES ($1, $2, $3, $4, 1, 0)
        ON CONFLICT (workspace, channel, day, room) DO UPDATE SET calls = everybody_call.calls + 1
        WHERE everybody_call.calls < $5";
    WITHHOLD = "INSERT INTO everybody_call (workspace, channel, day, room, calls, withheld) VALUES ($1, $2, $3, $4, 0, 1)
        ON CONFLICT (workspace, channel, day, room) DO UPDATE SET withheld = everybody_call.withheld + 1";
    OF = "SELECT e.channel, e.room, e.calls, e.withheld FROM everybody_call e
        JOIN channel c ON c.workspace = e.workspace AND c.id = e.channel
        WHERE e.workspace = $1 AND c.collaboration = $2 AND e.day = $3";
    FORGET = "DELETE FROM everybody_call WHERE day < $1";
}

impl Conn {
    /// How often everybody was called on in the groups of a collaboration on a day. Groups where nobody was are left out.
    pub async fn everybody_called(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        day: Date,
    ) -> Result<HashMap<ChannelId, Called>> {
        let rows = self
            .list(OF, values![workspace, collaboration, day.to_string()], |row: &Row| {
                let counts = (row.get::<u32>("calls")?, row.get::<u32>("withheld")?);
                Ok((row.get::<ChannelId>("channel")?, row.get::<String>("room")?, counts))
            })
            .await?;
        let mut groups: HashMap<ChannelId, Called> = HashMap::new();
        for (channel, room, (calls, withheld)) in rows {
            let called = groups.entry(channel).or_default();
            called.withheld += withheld;
            match Room::from_name(&room) {
                Some(Room::Emergency) => called.emergency += calls,
                Some(Room::Ordinary) | None => called.ordinary += calls,
            }
        }
        Ok(groups)
    }
}

impl Tx {
    /// Counts a call on everybody in a group, where the day still has room for it: whether it has. Two that call at the same
    /// time get no more than there is.
    pub async fn call_everybody(
        &mut self,
        workspace: &WorkspaceId,
        channel: &ChannelId,
        day: Date,
        room: Room,
        limit: Option<u32>,
    ) -> Result<bool> {
        let day = day.to_string();
        let most = limit.map_or(i64::MAX, i64::from);
        if most > 0 && self.execute(CALL, values![workspace, channel, day.as_str(), room.name(), most]).await? > 0 {
            return Ok(true);
        }
        self.execute(WITHHOLD, values![workspace, channel, day.as_str(), room.name()]).await?;
        Ok(false)
    }

    /// Forgets the counts of days before `day`.
    pub async fn forget_everybody_calls(&mut self, day: Date) -> Result<u64> {
        self.execute(FORGET, values![day.to_string()]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn i5_everybody_is_called_on_no_oftener_than_the_day_has_room_for(db: Db) {
            let team = samples::team(&db).await;
            let (workspace, channel) = (&team.workspace, samples::channel(&team));
            let day = jiff::civil::date(2026, 11, 25);
            let mut tx = db.write().await.unwrap();
            tx.insert_channel(workspace, &channel).await.unwrap();
            let mut calls = Vec::new();
            for _ in 0..3 {
                calls.push(tx.call_everybody(workspace, &channel.id, day, Room::Ordinary, Some(2)).await.unwrap());
            }
            assert_eq!(calls, [true, true, false]);
            assert!(!tx.call_everybody(workspace, &channel.id, day, Room::Ordinary, Some(0)).await.unwrap());
            for _ in 0..4 {
                assert!(tx.call_everybody(workspace, &channel.id, day, Room::Emergency, None).await.unwrap());
            }
            let tomorrow = day.tomorrow().unwrap();
            assert!(tx.call_everybody(workspace, &channel.id, tomorrow, Room::Ordinary, Some(2)).await.unwrap());
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            let called = tx.everybody_called(workspace, &team.collaboration.id, day).await.unwrap();
            assert_eq!(called[&channel.id], Called { ordinary: 2, emergency: 4, withheld: 2 });
            assert_eq!(tx.forget_everybody_calls(tomorrow).await.unwrap(), 2);
            assert!(tx.everybody_called(workspace, &team.collaboration.id, day).await.unwrap().is_empty());
        }
    }
}
