//! Groups and the collaborations they belong to.

use huan_app::{
    ActionError,
    actions::{
        channels::{ChannelChange, edit_channel},
        collaborations::{NewCollaboration, create_collaboration},
    },
};
use huan_core::{
    collaboration::Channel,
    history::Subject,
    id::{ChannelId, CollaborationId, PersonId},
    platform::ForeignConversation,
};
use huan_store::both_databases;

use crate::company::Company;

async fn group(company: &Company) -> ChannelId {
    let mut work = company.app.begin_as_huan().await.unwrap();
    let channel = Channel {
        id: work.new_id(),
        collaboration: None,
        account: company.account.clone(),
        conversation: ForeignConversation::new("cid1"),
        title: "项目群".into(),
        has_outsiders: false,
        present: true,
    };
    work.tx.insert_channel(&company.app.workspace, &channel).await.unwrap();
    work.commit().await.unwrap();
    channel.id
}

async fn change(
    company: &Company,
    by: &PersonId,
    id: &ChannelId,
    change: ChannelChange,
) -> Result<Channel, ActionError> {
    company.does(by, async |work| edit_channel(work, id, change).await).await
}

fn bind(to: Option<&CollaborationId>) -> ChannelChange {
    ChannelChange { collaboration: Some(to.cloned()), has_outsiders: None }
}

async fn lines(company: &Company, collaboration: &CollaborationId) -> usize {
    let history = company.history(&Subject::Collaboration(collaboration.clone())).await;
    history.iter().filter(|line| line.contains("项目群") || line.contains("外部人员")).count()
}

both_databases! {
    async fn b3_a_group_is_bound_moved_and_unbound_and_each_is_written_down(db: Db) {
        let company = Company::on(db).await;
        let id = group(&company).await;
        let own = company.collaboration.clone();
        // A group of nobody's is bound by whoever leads the collaboration that it comes to.
        let bound = change(&company, &company.wang, &id, bind(Some(&own))).await.unwrap();
        assert_eq!(bound.collaboration, Some(own.clone()));
        assert_eq!(lines(&company, &own).await, 1);
        let outsiders = ChannelChange { has_outsiders: Some(true), ..ChannelChange::default() };
        assert!(change(&company, &company.wang, &id, outsiders).await.unwrap().has_outsiders);
        assert_eq!(lines(&company, &own).await, 2);
        change(&company, &company.wang, &id, bind(Some(&own))).await.unwrap();
        assert_eq!(lines(&company, &own).await, 2, "the same again is no change");
        let other = company.does(&company.sun, async |work| {
            create_collaboration(work, NewCollaboration { name: "别的".into(), goal: "做完".into(), ..Default::default() }).await
        }).await.unwrap().id;
        let refused = change(&company, &company.wang, &id, bind(Some(&other))).await;
        assert!(matches!(refused, Err(ActionError::NotFound(_))), "into what one cannot see: {refused:?}");
        let refused = change(&company, &company.sun, &id, bind(Some(&other))).await;
        assert!(matches!(refused, Err(ActionError::NotFound(_))), "out of what one cannot see: {refused:?}");
        change(&company, &company.boss, &id, bind(Some(&other))).await.unwrap();
        assert_eq!((lines(&company, &own).await, lines(&company, &other).await), (3, 1));
        assert_eq!(change(&company, &company.sun, &id, bind(None)).await.unwrap().collaboration, None);
        let mut conn = company.app.db.read().await.unwrap();
        assert_eq!(conn.channels_of(&company.app.workspace, &own).await.unwrap(), []);
    }

    async fn b3_only_who_leads_binds(db: Db) {
        let company = Company::on(db).await;
        let id = group(&company).await;
        let refused = change(&company, &company.li, &id, bind(Some(&company.collaboration))).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)), "{refused:?}");
        let refused = change(&company, &company.wang, &id, ChannelChange { has_outsiders: Some(true), ..Default::default() }).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)), "a group of nobody's is the administrator's: {refused:?}");
        let nowhere = CollaborationId::from_bits(99);
        let refused = change(&company, &company.boss, &id, bind(Some(&nowhere))).await;
        assert!(matches!(refused, Err(ActionError::NotFound(_))), "{refused:?}");
        let refused = change(&company, &company.boss, &ChannelId::from_bits(99), bind(None)).await;
        assert!(matches!(refused, Err(ActionError::NotFound(_))), "{refused:?}");
        assert_eq!(lines(&company, &company.collaboration).await, 0);
    }
}
