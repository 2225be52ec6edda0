//! Who a person is on a connected account.

use huan_core::{
    id::{AccountId, IdentityId, PersonId, WorkspaceId},
    person::Identity,
    platform::ForeignUser,
};

use crate::{
    batch::Batch,
    conn::{Conn, Row},
    error::{Error, Result},
    select::Select,
    statement::statements,
    tx::Tx,
    value::{json, values},
};

macro_rules! columns {
    () => {
        "i.id, i.person, i.account, i.foreign_user, i.aliases, i.name, i.preferred"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM identity i WHERE i.workspace = $1 AND i.id = $2");
    BY_FOREIGN = concat!("SELECT ", columns!(), " FROM identity_alias a
        JOIN identity i ON i.workspace = a.workspace AND i.id = a.identity
        WHERE a.workspace = $1 AND a.account = $2 AND a.foreign_user = $3");
    OF_PERSON = concat!("SELECT ", columns!(), " FROM identity i WHERE i.workspace = $1 AND i.person = $2
        ORDER BY i.preferred DESC, i.id");
    ALL = concat!("SELECT ", columns!(), " FROM identity i WHERE i.workspace = $1 ORDER BY i.id");
    OF_ACCOUNT = concat!("SELECT ", columns!(), " FROM identity i WHERE i.workspace = $1 AND i.account = $2 ORDER BY i.id");
    TOLD_BY = "SELECT DISTINCT i.person FROM identity i
        JOIN directory_entry e ON e.workspace = i.workspace AND e.source = i.account AND e.foreign_user = i.foreign_user
        WHERE i.workspace = $1 AND i.account = $2 AND i.person IS NOT NULL AND e.state = 'known'";
    UNMAPPED = concat!("SELECT ", columns!(), " FROM identity i WHERE i.workspace = $1 AND i.person IS NULL
        AND NOT EXISTS (SELECT 1 FROM directory_entry e WHERE e.workspace = i.workspace AND e.source = i.account
            AND e.foreign_user = i.foreign_user AND e.state = 'ignored')
        ORDER BY i.id");
    INSERT = "INSERT INTO identity (workspace, id, person, account, foreign_user, aliases, name, preferred)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE = "UPDATE identity SET person = $3, foreign_user = $4, aliases = $5, name = $6, preferred = $7
        WHERE workspace = $1 AND id = $2";
    REMOVE = "DELETE FROM identity WHERE workspace = $1 AND id = $2";
    CLEAR_ALIASES = "DELETE FROM identity_alias WHERE workspace = $1 AND identity = $2";
    ADD_ALIAS = "INSERT INTO identity_alias (workspace, account, foreign_user, identity) VALUES ($1, $2, $3, $4)";
}

fn identity(row: &Row) -> Result<Identity> {
    Ok(Identity {
        id: row.get("id")?,
        person: row.get("person")?,
        account: row.get("account")?,
        user: row.get("foreign_user")?,
        aliases: row.json("aliases")?,
        name: row.get("name")?,
        preferred: row.get("preferred")?,
    })
}

const IDENTITIES: Batch = Batch {
    name: "insert_identities",
    table: "identity",
    columns: &["workspace", "id", "person", "account", "foreign_user", "aliases", "name", "preferred"],
    suffix: "",
    all_or_nothing: false,
};

const ALIASES: Batch = Batch {
    name: "insert_identity_aliases",
    table: "identity_alias",
    columns: &["workspace", "account", "foreign_user", "identity"],
    suffix: "",
    all_or_nothing: false,
};

/// Every id by which an identity can be found, each once.
fn users_of(identity: &Identity) -> Vec<&ForeignUser> {
    let mut users: Vec<&ForeignUser> = std::iter::once(&identity.user).chain(&identity.aliases).collect();
    users.sort();
    users.dedup();
    users
}

impl Conn {
    /// An identity by its own id.
    pub async fn identity(&mut self, workspace: &WorkspaceId, id: &IdentityId) -> Result<Option<Identity>> {
        self.find(BY_ID, values![workspace, id], identity).await
    }

    /// The identity with this id on the platform, be it the main one or an alias.
    pub async fn identity_of(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        user: &ForeignUser,
    ) -> Result<Option<Identity>> {
        self.find(BY_FOREIGN, values![workspace, account, user], identity).await
    }

    /// All identities of a person, the preferred one first.
    pub async fn identities_of(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<Vec<Identity>> {
        self.list(OF_PERSON, values![workspace, person], identity).await
    }

    /// All identities of these people.
    pub async fn identities_of_people(
        &mut self,
        workspace: &WorkspaceId,
        people: &[PersonId],
    ) -> Result<Vec<Identity>> {
        let mut select = Select::new("identities_of_people", concat!("SELECT ", columns!(), " FROM identity i"));
        select.and("i.workspace = ").bind(workspace).and("i.person IN ").list(people);
        select.push(" ORDER BY i.person, i.preferred DESC, i.id");
        let (sql, values) = select.build();
        self.list(sql, values, identity).await
    }

    /// All identities.
    pub async fn identities(&mut self, workspace: &WorkspaceId) -> Result<Vec<Identity>> {
        self.list(ALL, values![workspace], identity).await
    }

    /// The people whom an account's directory tells.
    pub async fn people_told_by(&mut self, workspace: &WorkspaceId, account: &AccountId) -> Result<Vec<PersonId>> {
        self.list(TOLD_BY, values![workspace, account], |row| row.get("person")).await
    }

    /// All identities of an account.
    pub async fn identities_of_account(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
    ) -> Result<Vec<Identity>> {
        self.list(OF_ACCOUNT, values![workspace, account], identity).await
    }

    /// The identities that an administrator has still to join up with a person, without those to be ignored.
    pub async fn unmapped_identities(&mut self, workspace: &WorkspaceId) -> Result<Vec<Identity>> {
        self.list(UNMAPPED, values![workspace], identity).await
    }
}

impl Tx {
    /// Adds an identity. Neither its id on the platform nor an alias may be another's there.
    pub async fn insert_identity(&mut self, workspace: &WorkspaceId, identity: &Identity) -> Result<()> {
        let Identity { id, person, account, user, aliases, name, preferred } = identity;
        let values = values![workspace, id, person.as_ref(), account, user, json(aliases)?, name, *preferred];
        self.execute(INSERT, values).await?;
        self.add_aliases(workspace, identity).await
    }

    /// Adds many identities at once.
    pub async fn insert_identities(&mut self, workspace: &WorkspaceId, identities: &[Identity]) -> Result<()> {
        let mut rows = Vec::with_capacity(identities.len());
        let mut aliases = Vec::with_capacity(identities.len() * 2);
        for identity in identities {
            let Identity { id, person, account, user, aliases: others, name, preferred } = identity;
            rows.push(values![workspace, id, person.as_ref(), account, user, json(others)?, name, *preferred]);
            aliases.extend(users_of(identity).into_iter().map(|user| values![workspace, account, user, id]));
        }
        self.insert(IDENTITIES, rows).await?;
        self.insert(ALIASES, aliases).await?;
        Ok(())
    }

    /// Removes an identity: whoever writes from it is unknown from then on.
    pub async fn remove_identity(&mut self, workspace: &WorkspaceId, id: &IdentityId) -> Result<()> {
        self.execute(CLEAR_ALIASES, values![workspace, id]).await?;
        self.execute(REMOVE, values![workspace, id]).await?;
        Ok(())
    }

    /// Writes a changed identity. It stays with its account.
    pub async fn update_identity(&mut self, workspace: &WorkspaceId, identity: &Identity) -> Result<()> {
        let Identity { id, person, user, aliases, name, preferred, .. } = identity;
        let values = values![workspace, id, person.as_ref(), user, json(aliases)?, name, *preferred];
        if self.execute(UPDATE, values).await? == 0 {
            return Err(Error::Stale { what: "the identity" });
        }
        self.execute(CLEAR_ALIASES, values![workspace, id]).await?;
        self.add_aliases(workspace, identity).await
    }

    async fn add_aliases(&mut self, workspace: &WorkspaceId, identity: &Identity) -> Result<()> {
        for user in users_of(identity) {
            self.execute(ADD_ALIAS, values![workspace, &identity.account, user, &identity.id]).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    fn identity(bits: u128, person: Option<PersonId>, user: &str, aliases: &[&str]) -> Identity {
        Identity {
            id: IdentityId::from_bits(bits),
            person,
            account: samples::account(1, "feishu").id,
            user: ForeignUser::new(user),
            aliases: aliases.iter().copied().map(ForeignUser::new).collect(),
            name: "张三".into(),
            preferred: bits == 2,
        }
    }

    both_databases! {
        async fn a3_a_person_is_found_by_every_id_of_the_platform(db: Db) {
            let workspace = samples::workspace(&db).await;
            let person = samples::person(1, "张三");
            let account = samples::account(1, "feishu");
            let mut tx = db.write().await.unwrap();
            tx.insert_person(&workspace, &person).await.unwrap();
            tx.insert_account(&workspace, &account).await.unwrap();
            let mut unknown = identity(1, None, "ou_1", &["on_1", "ou_1"]);
            let known = identity(2, Some(person.id.clone()), "ou_2", &[]);
            tx.insert_identity(&workspace, &unknown).await.unwrap();
            tx.insert_identity(&workspace, &known).await.unwrap();
            assert_eq!(tx.unmapped_identities(&workspace).await.unwrap(), [unknown.clone()]);

            unknown.person = Some(person.id.clone());
            unknown.aliases = vec![ForeignUser::new("u9")];
            tx.update_identity(&workspace, &unknown).await.unwrap();
            for (user, found) in [("ou_1", true), ("u9", true), ("on_1", false)] {
                let user = ForeignUser::new(user);
                let identity = tx.identity_of(&workspace, &account.id, &user).await.unwrap();
                assert_eq!(identity, found.then(|| unknown.clone()), "{user}");
            }
            assert_eq!(tx.unmapped_identities(&workspace).await.unwrap(), []);
            let both = [known.clone(), unknown.clone()];
            assert_eq!(tx.identities_of(&workspace, &person.id).await.unwrap(), both, "the preferred one first");
            assert_eq!(tx.identities_of_people(&workspace, &[person.id]).await.unwrap(), both);
            assert_eq!(tx.identities(&workspace).await.unwrap().len(), 2);
            assert_eq!(tx.identity(&workspace, &known.id).await.unwrap(), Some(known));
        }

        async fn an_id_of_the_platform_is_one_identity(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            tx.insert_account(&workspace, &samples::account(1, "feishu")).await.unwrap();
            tx.insert_identity(&workspace, &identity(1, None, "ou_1", &["on_1"])).await.unwrap();
            let clash = tx.insert_identity(&workspace, &identity(3, None, "on_1", &[])).await;
            assert!(clash.unwrap_err().is_duplicate());
        }
    }
}
