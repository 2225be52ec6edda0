//! Collaborations, the roles people have in them, and the platform groups bound to them.

use huan_core::{
    collaboration::{Channel, Collaboration, Membership, Role},
    id::{AccountId, ChannelId, CollaborationId, MembershipId, PersonId, WorkspaceId},
    platform::ForeignConversation,
};
use jiff::civil::Date;

use crate::{
    conn::{Conn, Row},
    error::{Error, Result},
    select::{Cursor, Listed, Page, Select},
    statement::statements,
    tx::Tx,
    value::{Kind, json, values},
};

/// Which channels a list is about. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct ChannelFilter {
    /// Heard through this account.
    pub account: Option<AccountId>,
    /// By what they are bound to.
    pub of: ChannelsOf,
}

/// What channels are bound to.
#[derive(Debug, Clone, Default)]
pub enum ChannelsOf {
    /// Anything or nothing.
    #[default]
    Anything,
    /// Nothing.
    Nothing,
    /// One of some collaborations.
    These {
        /// Which ones.
        collaborations: Vec<CollaborationId>,
        /// Or nothing.
        or_nothing: bool,
    },
}

macro_rules! columns {
    () => {
        "c.id, c.name, c.goal, c.goal_on, c.state, c.levels, c.created_at, c.version"
    };
}

macro_rules! channel_columns {
    () => {
        "id, collaboration, account, conversation, title, has_outsiders, present"
    };
}

statements! {
    ALL = concat!("SELECT ", columns!(), " FROM collaboration c WHERE c.workspace = $1 ORDER BY c.created_at DESC, c.id DESC");
    OF_PERSON = concat!("SELECT ", columns!(), " FROM collaboration c
        JOIN membership m ON m.workspace = c.workspace AND m.collaboration = c.id
        WHERE c.workspace = $1 AND m.person = $2 ORDER BY c.created_at DESC, c.id DESC");
    BY_ID = concat!("SELECT ", columns!(), " FROM collaboration c WHERE c.workspace = $1 AND c.id = $2");
    INSERT = "INSERT INTO collaboration (workspace, id, name, goal, goal_on, state, levels, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    UPDATE = "UPDATE collaboration SET name = $3, goal = $4, goal_on = $5, state = $6, levels = $7, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $8";
    MEMBERS = "SELECT id, collaboration, person, role, duty FROM membership
        WHERE workspace = $1 AND collaboration = $2 ORDER BY id";
    MEMBERSHIPS = "SELECT id, collaboration, person, role, duty FROM membership
        WHERE workspace = $1 AND person = $2 ORDER BY id";
    ROLE = "SELECT role FROM membership WHERE workspace = $1 AND collaboration = $2 AND person = $3";
    JOIN = "INSERT INTO membership (workspace, id, collaboration, person, role, duty) VALUES ($1, $2, $3, $4, $5, $6)";
    CHANGE_MEMBER = "UPDATE membership SET role = $3, duty = $4 WHERE workspace = $1 AND id = $2";
    LEAVE = "DELETE FROM membership WHERE workspace = $1 AND id = $2";
    CHANNEL = concat!("SELECT ", channel_columns!(), " FROM channel WHERE workspace = $1 AND id = $2");
    CHANNEL_OF = concat!("SELECT ", channel_columns!(), " FROM channel
        WHERE workspace = $1 AND account = $2 AND conversation = $3");
    CHANNELS = concat!("SELECT ", channel_columns!(), " FROM channel WHERE workspace = $1 ORDER BY title, id");
    CHANNELS_OF = concat!("SELECT ", channel_columns!(), " FROM channel
        WHERE workspace = $1 AND collaboration = $2 ORDER BY title, id");
    ADD_CHANNEL = "INSERT INTO channel
            (workspace, id, collaboration, account, conversation, title, has_outsiders, present)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    CHANGE_CHANNEL = "UPDATE channel SET collaboration = $3, title = $4, has_outsiders = $5, present = $6
        WHERE workspace = $1 AND id = $2";
}

fn collaboration(row: &Row) -> Result<Collaboration> {
    let goal_on: Option<String> = row.get("goal_on")?;
    let goal_on = goal_on.map(|day| day.parse::<Date>()).transpose();
    Ok(Collaboration {
        id: row.get("id")?,
        name: row.get("name")?,
        goal: row.get("goal")?,
        goal_on: goal_on.map_err(|error| Error::unreadable("goal_on", error))?,
        state: row.get("state")?,
        levels: row.json("levels")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}

fn membership(row: &Row) -> Result<Membership> {
    Ok(Membership {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        person: row.get("person")?,
        role: row.get("role")?,
        duty: row.get("duty")?,
    })
}

/// The beginning of a query that [`channel`] reads.
pub(crate) const SELECT_CHANNEL: &str = concat!("SELECT ", channel_columns!(), " FROM channel");

pub(crate) fn channel(row: &Row) -> Result<Channel> {
    Ok(Channel {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        account: row.get("account")?,
        conversation: row.get("conversation")?,
        title: row.get("title")?,
        has_outsiders: row.get("has_outsiders")?,
        present: row.get("present")?,
    })
}

fn touched(what: &'static str, rows: u64) -> Result<()> {
    if rows == 0 { Err(Error::Stale { what }) } else { Ok(()) }
}

impl Conn {
    /// All collaborations, the newest first.
    pub async fn collaborations(&mut self, workspace: &WorkspaceId) -> Result<Vec<Collaboration>> {
        self.list(ALL, values![workspace], collaboration).await
    }

    /// The collaborations a person has a part in, the newest first.
    pub async fn collaborations_of(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
    ) -> Result<Vec<Collaboration>> {
        self.list(OF_PERSON, values![workspace, person], collaboration).await
    }

    /// A collaboration by id.
    pub async fn collaboration(
        &mut self,
        workspace: &WorkspaceId,
        id: &CollaborationId,
    ) -> Result<Option<Collaboration>> {
        self.find(BY_ID, values![workspace, id], collaboration).await
    }

    /// The members of a collaboration, in the order in which they joined.
    pub async fn memberships(&mut self, workspace: &WorkspaceId, id: &CollaborationId) -> Result<Vec<Membership>> {
        self.list(MEMBERS, values![workspace, id], membership).await
    }

    /// Every membership of a person.
    pub async fn memberships_of(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<Vec<Membership>> {
        self.list(MEMBERSHIPS, values![workspace, person], membership).await
    }

    /// A person's role in a collaboration.
    pub async fn role(
        &mut self,
        workspace: &WorkspaceId,
        id: &CollaborationId,
        person: &PersonId,
    ) -> Result<Option<Role>> {
        self.find(ROLE, values![workspace, id, person], |row| row.get("role")).await
    }

    /// A channel by id.
    pub async fn channel(&mut self, workspace: &WorkspaceId, id: &ChannelId) -> Result<Option<Channel>> {
        self.find(CHANNEL, values![workspace, id], channel).await
    }

    /// The channel that a conversation on a platform is.
    pub async fn channel_of(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        conversation: &ForeignConversation,
    ) -> Result<Option<Channel>> {
        self.find(CHANNEL_OF, values![workspace, account, conversation], channel).await
    }

    /// All channels, bound or not, by title.
    pub async fn channels(&mut self, workspace: &WorkspaceId) -> Result<Vec<Channel>> {
        self.list(CHANNELS, values![workspace], channel).await
    }

    /// A page of the channels, by title.
    pub async fn channel_page(
        &mut self,
        workspace: &WorkspaceId,
        filter: &ChannelFilter,
        page: &Page,
    ) -> Result<Listed<Channel>> {
        let mut select = Select::new("channel_page", SELECT_CHANNEL);
        select.and("workspace = ").bind(workspace);
        if let Some(account) = &filter.account {
            select.and("account = ").bind(account);
        }
        match &filter.of {
            ChannelsOf::Anything => {}
            ChannelsOf::Nothing => {
                select.and("collaboration IS NULL");
            }
            ChannelsOf::These { collaborations, or_nothing } => {
                select.and("(collaboration IN ").list(collaborations);
                select.push(if *or_nothing { " OR collaboration IS NULL)" } else { ")" });
            }
        }
        let page = page.fitting(Kind::Text);
        select.page("title", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, channel).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.title.as_str(), last.id.as_str())))
    }

    /// The channels of a collaboration, by title.
    pub async fn channels_of(&mut self, workspace: &WorkspaceId, id: &CollaborationId) -> Result<Vec<Channel>> {
        self.list(CHANNELS_OF, values![workspace, id], channel).await
    }
}

impl Tx {
    /// Adds a collaboration.
    pub async fn insert_collaboration(&mut self, workspace: &WorkspaceId, collaboration: &Collaboration) -> Result<()> {
        let Collaboration { id, name, goal, goal_on, state, levels, created_at, version } = collaboration;
        let goal_on = goal_on.map(|day| day.to_string());
        let values = values![workspace, id, name, goal, goal_on, *state, json(levels)?, *created_at, *version];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Writes a collaboration that was read and changed; its version grows by one.
    pub async fn update_collaboration(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &mut Collaboration,
    ) -> Result<()> {
        let Collaboration { id, name, goal, goal_on, state, levels, version, .. } = &*collaboration;
        let goal_on = goal_on.map(|day| day.to_string());
        let values = values![workspace, id, name, goal, goal_on, *state, json(levels)?, *version];
        self.change("the collaboration", UPDATE, values).await?;
        collaboration.version += 1;
        Ok(())
    }

    /// Adds a member. A person has one part in a collaboration.
    pub async fn insert_member(&mut self, workspace: &WorkspaceId, membership: &Membership) -> Result<()> {
        let Membership { id, collaboration, person, role, duty } = membership;
        self.execute(JOIN, values![workspace, id, collaboration, person, *role, duty]).await?;
        Ok(())
    }

    /// Writes a member's changed role and duty.
    pub async fn update_member(&mut self, workspace: &WorkspaceId, membership: &Membership) -> Result<()> {
        let Membership { id, role, duty, .. } = membership;
        touched("the membership", self.execute(CHANGE_MEMBER, values![workspace, id, *role, duty]).await?)
    }

    /// Takes a member out.
    pub async fn remove_member(&mut self, workspace: &WorkspaceId, id: &MembershipId) -> Result<()> {
        touched("the membership", self.execute(LEAVE, values![workspace, id]).await?)
    }

    /// Adds a channel. A conversation is one channel.
    pub async fn insert_channel(&mut self, workspace: &WorkspaceId, channel: &Channel) -> Result<()> {
        let Channel { id, collaboration, account, conversation, title, has_outsiders, present } = channel;
        let collaboration = collaboration.as_ref();
        let values = values![workspace, id, collaboration, account, conversation, title, *has_outsiders, *present];
        self.execute(ADD_CHANNEL, values).await?;
        Ok(())
    }

    /// Writes a changed channel. It stays the conversation it is.
    pub async fn update_channel(&mut self, workspace: &WorkspaceId, channel: &Channel) -> Result<()> {
        let Channel { id, collaboration, title, has_outsiders, present, .. } = channel;
        let values = values![workspace, id, collaboration.as_ref(), title, *has_outsiders, *present];
        touched("the channel", self.execute(CHANGE_CHANNEL, values).await?)
    }
}

#[cfg(test)]
mod tests {
    use huan_core::collaboration::CollaborationState;

    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn b1_a_collaboration_reads_back_whole(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut first = samples::collaboration(1);
            first.goal_on = Some(jiff::civil::date(2026, 12, 31));
            let mut tx = db.write().await.unwrap();
            tx.insert_collaboration(&workspace, &first).await.unwrap();
            let mut stale = first.clone();
            first.state = CollaborationState::Archived;
            first.goal_on = None;
            tx.update_collaboration(&workspace, &mut first).await.unwrap();
            assert!(matches!(tx.update_collaboration(&workspace, &mut stale).await, Err(Error::Stale { .. })));
            assert_eq!(tx.collaboration(&workspace, &first.id).await.unwrap(), Some(first.clone()));
            assert_eq!(tx.collaborations(&workspace).await.unwrap(), [first]);
        }

        async fn b2_a_person_has_one_part_in_a_collaboration(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let person = &team.owner.id;
            let mut member = Membership {
                id: MembershipId::from_bits(1),
                collaboration: team.collaboration.id.clone(),
                person: person.clone(),
                role: Role::Member,
                duty: "评估技术可行性".into(),
            };
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.role(workspace, &member.collaboration, person).await.unwrap(), None);
            tx.insert_member(workspace, &member).await.unwrap();
            member.role = Role::Assistant;
            tx.update_member(workspace, &member).await.unwrap();
            assert_eq!(tx.role(workspace, &member.collaboration, person).await.unwrap(), Some(Role::Assistant));
            assert_eq!(tx.memberships(workspace, &member.collaboration).await.unwrap(), [member.clone()]);
            assert_eq!(tx.memberships_of(workspace, person).await.unwrap(), [member.clone()]);
            assert_eq!(tx.collaborations_of(workspace, person).await.unwrap(), std::slice::from_ref(&team.collaboration));
            assert_eq!(tx.collaborations_of(workspace, &team.initiator.id).await.unwrap(), []);
            tx.remove_member(workspace, &member.id).await.unwrap();
            assert_eq!(tx.memberships(workspace, &member.collaboration).await.unwrap(), []);
            assert!(tx.remove_member(workspace, &member.id).await.is_err());
            tx.insert_member(workspace, &member).await.unwrap();
            let again = Membership { id: MembershipId::from_bits(2), ..member };
            assert!(tx.insert_member(workspace, &again).await.unwrap_err().is_duplicate());
        }

        async fn a_group_is_bound_to_a_collaboration(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut group = samples::channel(&team);
            group.collaboration = None;
            let mut tx = db.write().await.unwrap();
            tx.insert_channel(workspace, &group).await.unwrap();
            assert_eq!(tx.channels_of(workspace, &team.collaboration.id).await.unwrap(), []);
            group.collaboration = Some(team.collaboration.id.clone());
            group.has_outsiders = true;
            tx.update_channel(workspace, &group).await.unwrap();
            assert_eq!(tx.channels_of(workspace, &team.collaboration.id).await.unwrap(), [group.clone()]);
            assert_eq!(tx.channels(workspace).await.unwrap(), [group.clone()]);
            let loose = Channel {
                id: ChannelId::from_bits(98),
                collaboration: None,
                conversation: ForeignConversation::new("loose"),
                title: "~".into(),
                ..group.clone()
            };
            tx.insert_channel(workspace, &loose).await.unwrap();
            let mut page = Page { size: 1, after: None, descending: false };
            let everything = ChannelFilter::default();
            let first = tx.channel_page(workspace, &everything, &page).await.unwrap();
            page.after = first.next;
            let second = tx.channel_page(workspace, &everything, &page).await.unwrap();
            assert_eq!(second.next, None);
            let mut both: Vec<ChannelId> = first.rows.into_iter().chain(second.rows).map(|one| one.id).collect();
            both.sort_unstable();
            assert_eq!(both, [group.id.clone(), loose.id.clone()]);
            let page = Page { size: 9, after: None, descending: false };
            let these = |or_nothing| ChannelsOf::These { collaborations: vec![team.collaboration.id.clone()], or_nothing };
            for (of, count) in [(ChannelsOf::Nothing, 1), (these(false), 1), (these(true), 2)] {
                let filter = ChannelFilter { account: Some(group.account.clone()), of };
                assert_eq!(tx.channel_page(workspace, &filter, &page).await.unwrap().rows.len(), count, "{filter:?}");
            }
            assert_eq!(tx.channel(workspace, &group.id).await.unwrap(), Some(group.clone()));
            let found = tx.channel_of(workspace, &group.account, &group.conversation).await.unwrap();
            assert_eq!(found, Some(group.clone()));
            let again = Channel { id: ChannelId::from_bits(99), ..group };
            assert!(tx.insert_channel(workspace, &again).await.unwrap_err().is_duplicate());
        }
    }
}
