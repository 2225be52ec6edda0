//! A3: one person is one person on every platform.

use huan_app::{
    ActionError,
    actions::{
        identities::{self, IdentityChange, NewIdentity},
        leaving,
    },
};
use huan_core::{
    history::Subject,
    id::{AccountId, IdentityId, PersonId},
    person::Identity,
    platform::ForeignUser,
};
use huan_store::both_databases;

use crate::company::Company;

fn known(company: &Company, user: &str, aliases: &[&str], person: &PersonId, preferred: bool) -> NewIdentity {
    NewIdentity {
        account: company.account.clone(),
        user: ForeignUser::new(user),
        aliases: aliases.iter().copied().map(ForeignUser::new).collect(),
        name: format!("{user} 的名字"),
        person: person.clone(),
        preferred,
    }
}

/// Somebody was heard whom nobody knows yet.
async fn unknown(company: &Company, user: &str) -> IdentityId {
    let mut work = company.app.begin_as_huan().await.unwrap();
    let identity = Identity {
        id: work.new_id(),
        person: None,
        account: company.account.clone(),
        user: ForeignUser::new(user),
        aliases: Vec::new(),
        name: "小李".into(),
        preferred: false,
    };
    work.tx.insert_identity(&company.app.workspace, &identity).await.unwrap();
    work.commit().await.unwrap();
    identity.id
}

async fn add(company: &Company, new: NewIdentity) -> Result<Identity, ActionError> {
    company.does(&company.boss, async |work| identities::add_identity(work, new).await).await
}

async fn change(company: &Company, id: &IdentityId, change: IdentityChange) -> Result<Identity, ActionError> {
    company.does(&company.boss, async |work| identities::edit_identity(work, id, change).await).await
}

async fn of(company: &Company, person: &PersonId) -> Vec<Identity> {
    company.app.db.read().await.unwrap().identities_of(&company.app.workspace, person).await.unwrap()
}

fn code<T: std::fmt::Debug>(outcome: Result<T, ActionError>) -> (&'static str, &'static str) {
    match outcome {
        Err(ActionError::Invalid(fields)) => (fields[0].field, fields[0].code),
        other => panic!("it was not refused for a field: {other:?}"),
    }
}

both_databases! {
    async fn a3_an_identity_that_was_heard_is_joined_up_and_not_doubled(db: Db) {
        let company = Company::on(db).await;
        let heard = unknown(&company, "ou_li").await;
        let joined = add(&company, known(&company, "ou_li", &["on_li"], &company.li, true)).await.unwrap();
        assert_eq!((joined.id, joined.person), (heard, Some(company.li.clone())));
        let of_li = of(&company, &company.li).await;
        let preferred: Vec<&str> = of_li.iter().filter(|one| one.preferred).map(|one| one.user.as_str()).collect();
        assert_eq!(preferred, ["ou_li"], "there is one place where somebody is reached first");
        let history = company.history(&Subject::Person(company.li.clone())).await;
        assert!(history.iter().any(|line| line.contains("小李")), "{history:?}");
    }

    async fn a3_any_known_id_finds_the_same_identity(db: Db) {
        let company = Company::on(db).await;
        let first = add(&company, known(&company, "ou_li", &["on_li", "u_li"], &company.li, false)).await.unwrap();
        for (user, aliases) in [("on_li", vec![]), ("new", vec!["u_li"])] {
            let again = add(&company, known(&company, user, &aliases, &company.li, false)).await.unwrap();
            assert_eq!(again.id, first.id, "{user}");
        }
        let refused = add(&company, known(&company, "another", &["on_li"], &company.zhou, false)).await;
        assert_eq!(code(refused), ("person", "taken"), "two people cannot be one");
        assert_eq!(of(&company, &company.zhou).await.len(), 1);
    }

    async fn a3_a_split_leaves_nobody_reached_at_a_place_that_is_not_theirs(db: Db) {
        let company = Company::on(db).await;
        let identity = of(&company, &company.li).await.remove(0);
        assert!(identity.preferred);
        let split = change(&company, &identity.id, IdentityChange { person: Some(None), preferred: None }).await.unwrap();
        assert_eq!((split.person, split.preferred), (None, false));
        assert_eq!(of(&company, &company.li).await, []);
        let nobody = change(&company, &identity.id, IdentityChange { person: None, preferred: Some(true) }).await;
        assert_eq!(code(nobody), ("preferred", "no_person"));
        // What is now said to them is seen on the page, and that no platform reaches them is written down.
        let task = company.task("评估技术可行性", &company.li).await;
        company.send().await;
        assert_eq!(company.told(&company.li), [""; 0]);
        let history = company.history(&Subject::Task(task.id)).await;
        assert!(history.iter().any(|line| line.contains("任务卡片")), "{history:?}");
        // Joined with somebody else, it is theirs alone.
        let moved = IdentityChange { person: Some(Some(company.zhou.clone())), preferred: Some(true) };
        let moved = change(&company, &identity.id, moved).await.unwrap();
        assert_eq!((moved.person, moved.preferred), (Some(company.zhou.clone()), true));
        assert_eq!(of(&company, &company.zhou).await.iter().filter(|one| one.preferred).count(), 1);
        company.history(&Subject::Person(company.zhou.clone())).await;
    }

    async fn a3_what_cannot_be_joined_is_refused_and_changes_nothing(db: Db) {
        let company = Company::on(db).await;
        company.does(&company.boss, async |work| leaving::leave(work, &company.sun, None).await).await.unwrap();
        assert_eq!(code(add(&company, known(&company, "x", &[], &company.sun, false)).await), ("person", "left"));
        let nobody = PersonId::from_bits(99);
        assert_eq!(code(add(&company, known(&company, "x", &[], &nobody, false)).await), ("person", "unknown"));
        let nowhere = NewIdentity { account: AccountId::from_bits(99), ..known(&company, "x", &[], &company.li, false) };
        assert_eq!(code(add(&company, nowhere).await), ("account", "unknown"));
        let gone = change(&company, &IdentityId::from_bits(99), IdentityChange::default()).await;
        assert!(matches!(gone, Err(ActionError::NotFound(_))), "{gone:?}");
        let new = known(&company, "x", &[], &company.li, false);
        let refused = company.does(&company.wang, async |work| identities::add_identity(work, new).await).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)), "{refused:?}");
        let all = company.app.db.read().await.unwrap().identities(&company.app.workspace).await.unwrap();
        assert_eq!(all.len(), 4, "孙悦 left and is nobody on the platform any more: {all:?}");
    }

    async fn a3_a_look_up_joins_what_the_directory_knows_once(db: Db) {
        let company = Company::on(db).await;
        let boss = company.caller(&company.boss).await;
        assert!(identities::look_up(&company.app, &boss, &company.li).await.unwrap().is_empty());
        let change = {
            let mut conn = company.app.db.read().await.unwrap();
            let li = conn.person(&company.app.workspace, &company.li).await.unwrap().unwrap();
            huan_app::actions::people::PersonChange {
                version: li.version,
                mobile: Some(Some("13900000001".into())),
                ..Default::default()
            }
        };
        let edit = async |work: &mut huan_app::Work<'_>| {
            huan_app::actions::people::edit_person(work, &company.li, change).await
        };
        company.does(&company.boss, edit).await.unwrap();
        for _ in 0..2 {
            let mut found = identities::look_up(&company.app, &boss, &company.li).await.unwrap();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].user.as_str(), "user-13900000001");
            add(&company, found.remove(0)).await.unwrap();
        }
        assert_eq!(of(&company, &company.li).await.len(), 2);
        let wang = company.caller(&company.wang).await;
        assert!(identities::look_up(&company.app, &wang, &company.li).await.is_err());
    }
}
