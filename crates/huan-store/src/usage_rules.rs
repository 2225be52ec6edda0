//! The usage rules of collaborations, and who has confirmed having read them.

use huan_core::{
    id::{CollaborationId, PersonId, RulesReadingId, WorkspaceId},
    usage_rules::{RulesReading, UsageRules},
};

use crate::{
    conn::{Conn, Row},
    error::Result,
    select::Select,
    statement::statements,
    tx::Tx,
    value::values,
};

macro_rules! columns {
    () => {
        "id, collaboration, person, revision, asked_at, confirmed_at"
    };
}

statements! {
    RULES = "SELECT collaboration, text, revision, announced_at, version FROM usage_rules
        WHERE workspace = $1 AND collaboration = $2";
    INSERT_RULES = "INSERT INTO usage_rules (workspace, collaboration, text, revision, announced_at, version)
        VALUES ($1, $2, $3, $4, $5, $6)";
    UPDATE_RULES = "UPDATE usage_rules SET text = $3, revision = $4, announced_at = $5, version = version + 1
        WHERE workspace = $1 AND collaboration = $2 AND version = $6";
    BY_ID = concat!("SELECT ", columns!(), " FROM rules_reading WHERE workspace = $1 AND id = $2");
    OF_COLLABORATION = concat!("SELECT ", columns!(), " FROM rules_reading WHERE workspace = $1 AND collaboration = $2
        ORDER BY id");
    OF_MEMBER = concat!("SELECT ", columns!(), " FROM rules_reading WHERE workspace = $1 AND collaboration = $2 AND person = $3");
    OF_PERSON = concat!("SELECT ", columns!(), " FROM rules_reading WHERE workspace = $1 AND person = $2 ORDER BY id");
    UNREAD_LED_BY = "SELECT r.id, r.collaboration, r.person, r.revision, r.asked_at, r.confirmed_at FROM rules_reading r
        JOIN membership m ON m.workspace = r.workspace AND m.collaboration = r.collaboration
        JOIN collaboration c ON c.workspace = r.workspace AND c.id = r.collaboration
        WHERE r.workspace = $1 AND m.person = $2 AND m.role IN ('initiator', 'assistant') AND c.state = 'running'
            AND r.confirmed_at IS NULL
        ORDER BY r.collaboration, r.id";
    INSERT = "INSERT INTO rules_reading (workspace, id, collaboration, person, revision, asked_at, confirmed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    UPDATE = "UPDATE rules_reading SET revision = $3, asked_at = $4, confirmed_at = $5 WHERE workspace = $1 AND id = $2";
    REMOVE = "DELETE FROM rules_reading WHERE workspace = $1 AND id = $2";
}

fn rules(row: &Row) -> Result<UsageRules> {
    Ok(UsageRules {
        collaboration: row.get("collaboration")?,
        text: row.get("text")?,
        revision: row.get("revision")?,
        announced_at: row.get("announced_at")?,
        version: row.get("version")?,
    })
}

fn reading(row: &Row) -> Result<RulesReading> {
    Ok(RulesReading {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        person: row.get("person")?,
        revision: row.get("revision")?,
        asked_at: row.get("asked_at")?,
        confirmed_at: row.get("confirmed_at")?,
    })
}

impl Conn {
    /// The usage rules of a collaboration; none where nobody has written any.
    pub async fn usage_rules(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
    ) -> Result<Option<UsageRules>> {
        self.find(RULES, values![workspace, collaboration], rules).await
    }

    /// What a member has to read, by id.
    pub async fn rules_reading(
        &mut self,
        workspace: &WorkspaceId,
        id: &RulesReadingId,
    ) -> Result<Option<RulesReading>> {
        self.find(BY_ID, values![workspace, id], reading).await
    }

    /// These readings, in no particular order.
    pub async fn rules_readings_by_id(
        &mut self,
        workspace: &WorkspaceId,
        ids: &[RulesReadingId],
    ) -> Result<Vec<RulesReading>> {
        let mut select = Select::new("rules_readings_by_id", concat!("SELECT ", columns!(), " FROM rules_reading"));
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, reading).await
    }

    /// What the members of a collaboration have to read, or have read.
    pub async fn rules_readings(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
    ) -> Result<Vec<RulesReading>> {
        self.list(OF_COLLABORATION, values![workspace, collaboration], reading).await
    }

    /// What one member has to read, or has read.
    pub async fn rules_reading_of(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        person: &PersonId,
    ) -> Result<Option<RulesReading>> {
        self.find(OF_MEMBER, values![workspace, collaboration, person], reading).await
    }

    /// What a person has to read, or has read, in all their collaborations.
    pub async fn rules_readings_of_person(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
    ) -> Result<Vec<RulesReading>> {
        self.list(OF_PERSON, values![workspace, person], reading).await
    }

    /// What members have still to read in the running collaborations that a person leads, by collaboration.
    pub async fn rules_unread_led_by(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
    ) -> Result<Vec<RulesReading>> {
        self.list(UNREAD_LED_BY, values![workspace, person], reading).await
    }
}

impl Tx {
    /// Writes the rules of a collaboration over the version that was read. [`crate::Error::Stale`] when somebody else changed
    /// them since; else their version grows by one.
    pub async fn save_usage_rules(&mut self, workspace: &WorkspaceId, rules: &mut UsageRules) -> Result<()> {
        if rules.version == 0 {
            rules.version = 1;
            let values = values![
                workspace,
                &rules.collaboration,
                &rules.text,
                rules.revision,
                rules.announced_at,
                rules.version,
            ];
            self.execute(INSERT_RULES, values).await?;
            return Ok(());
        }
        let values =
            values![workspace, &rules.collaboration, &rules.text, rules.revision, rules.announced_at, rules.version,];
        self.change("the usage rules", UPDATE_RULES, values).await?;
        rules.version += 1;
        Ok(())
    }

    /// Adds what a member has to read.
    pub async fn insert_rules_reading(&mut self, workspace: &WorkspaceId, reading: &RulesReading) -> Result<()> {
        let values = values![
            workspace,
            &reading.id,
            &reading.collaboration,
            &reading.person,
            reading.revision,
            reading.asked_at,
            reading.confirmed_at,
        ];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Writes what a member has to read, or has read.
    pub async fn update_rules_reading(&mut self, workspace: &WorkspaceId, reading: &RulesReading) -> Result<()> {
        let values = values![workspace, &reading.id, reading.revision, reading.asked_at, reading.confirmed_at];
        self.execute(UPDATE, values).await?;
        Ok(())
    }

    /// Takes away what somebody who is no member any more had to read.
    pub async fn remove_rules_reading(&mut self, workspace: &WorkspaceId, id: &RulesReadingId) -> Result<()> {
        self.execute(REMOVE, values![workspace, id]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        collaboration::{Membership, Role},
        i18n::Language,
        id::MembershipId,
    };

    use super::*;
    use crate::{Error, both_databases, samples};

    both_databases! {
        async fn b4_rules_and_who_has_read_them_are_kept(db: Db) {
            let team = samples::team(&db).await;
            let (workspace, collaboration) = (&team.workspace, &team.collaboration.id);
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.usage_rules(workspace, collaboration).await.unwrap(), None);
            let mut rules = UsageRules::usual(collaboration.clone(), Language::Chinese);
            tx.save_usage_rules(workspace, &mut rules).await.unwrap();
            let mut stale = rules.clone();
            rules.announce(samples::at(5));
            tx.save_usage_rules(workspace, &mut rules).await.unwrap();
            assert_eq!(rules.version, 2);
            let refused = tx.save_usage_rules(workspace, &mut stale).await;
            assert!(matches!(refused, Err(Error::Stale { .. })), "{refused:?}");
            assert_eq!(tx.usage_rules(workspace, collaboration).await.unwrap().as_ref(), Some(&rules));
            let person = team.owner.id.clone();
            let mut one = RulesReading {
                id: RulesReadingId::from_bits(1),
                collaboration: collaboration.clone(),
                person: person.clone(),
                revision: 1,
                asked_at: samples::at(5),
                confirmed_at: None,
            };
            tx.insert_rules_reading(workspace, &one).await.unwrap();
            assert_eq!(tx.rules_unread_led_by(workspace, &person).await.unwrap(), [], "they lead nothing yet");
            let leads = Membership {
                id: MembershipId::from_bits(1),
                collaboration: collaboration.clone(),
                person: person.clone(),
                role: Role::Assistant,
                duty: String::new(),
            };
            tx.insert_member(workspace, &leads).await.unwrap();
            assert_eq!(tx.rules_unread_led_by(workspace, &person).await.unwrap(), std::slice::from_ref(&one));
            let twice = RulesReading { id: RulesReadingId::from_bits(2), ..one.clone() };
            one.confirm(1, samples::at(6)).unwrap();
            tx.update_rules_reading(workspace, &one).await.unwrap();
            assert_eq!(tx.rules_unread_led_by(workspace, &person).await.unwrap(), []);
            assert_eq!(tx.rules_reading(workspace, &one.id).await.unwrap().as_ref(), Some(&one));
            assert_eq!(tx.rules_reading_of(workspace, collaboration, &person).await.unwrap().as_ref(), Some(&one));
            assert_eq!(tx.rules_readings(workspace, collaboration).await.unwrap(), std::slice::from_ref(&one));
            assert_eq!(tx.rules_readings_of_person(workspace, &person).await.unwrap(), std::slice::from_ref(&one));
            assert_eq!(tx.rules_readings_by_id(workspace, std::slice::from_ref(&one.id)).await.unwrap(), std::slice::from_ref(&one));
            tx.remove_rules_reading(workspace, &one.id).await.unwrap();
            assert_eq!(tx.rules_readings(workspace, collaboration).await.unwrap(), []);
            tx.insert_rules_reading(workspace, &one).await.unwrap();
            assert!(tx.insert_rules_reading(workspace, &twice).await.unwrap_err().is_duplicate(), "one for each member");
        }
    }
}
